import { delimiter, join } from 'node:path'
import { savesMemory } from '../../../shared/config/savesMemory.ts'
import type { EnvironmentVariables } from '../machine/paths.ts'
import type { TensorFlowStatus } from './status.ts'
import { readTensorFlowStatus } from './status.ts'
import { xlaCacheFolder } from './xla/compiledFunctions.ts'

/** Bytes of compiled GPU kernels that CUDA may keep on disk: the default of 1 GiB throws some away again. */
const cudaCacheBytes = 4294967296

/** What TensorFlow reads once, as it is loaded, where the user has not set it otherwise. */
export const tensorFlowVariables: Readonly<Record<string, string>> = {
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  TF_CPP_MIN_LOG_LEVEL: '2',
  CUDA_CACHE_MAXSIZE: String(cudaCacheBytes),
  // cuBLAS would round the factors of every product to 10 bits (TF32): log-probs were up to 8e-4 away from
  // the sampler's then
  NVIDIA_TF32_OVERRIDE: '0',
}

/**
 * What a trainer of this config is started with, wherever it runs. One that is to take little memory: the C library maps each block of a megabyte or more by itself and
 * gives it back when it is let go of, instead of oneDNN's allocator and its own heaps keeping them. Read as the
 * process starts. It costs time, the more the smaller the model: 1.6 times that of an update of 0.8 M
 * parameters (docs/lab-log.md).
 */
export function trainerVariables(
  config: Parameters<typeof savesMemory>[0],
): Readonly<Record<string, string>> {
  if (!savesMemory(config)) return {}
  return {
    TF_ONEDNN_USE_SYSTEM_ALLOCATOR: '1',
    MALLOC_MMAP_THRESHOLD_: String(2 ** 20),
    MALLOC_ARENA_MAX: '2',
  }
}

/**
 * The variables for a child process that loads TensorFlow: memory of the card is taken as needed,
 * TensorFlow's own log starts at warnings, CUDA's libraries are found, and so are `ptxas` and `libdevice`,
 * without which XLA compiles nothing for a card: it looks beside TensorFlow's library, but sees the link to
 * it. XLA compiles beside what runs, where a graph allows that, and keeps what it has compiled in the cache
 * folder. What the user has set stays.
 */
export function childEnvironment(
  environment: EnvironmentVariables = process.env,
  status: TensorFlowStatus | null = readTensorFlowStatus(),
): Record<string, string> {
  const merged: Record<string, string> = { ...tensorFlowVariables }
  for (const [name, value] of Object.entries(environment)) if (value !== undefined) merged[name] = value
  const folders = status?.isReady ? status.libraryFolders : []
  if (folders.length > 0) {
    const known = merged['LD_LIBRARY_PATH']
    merged['LD_LIBRARY_PATH'] = [...folders, ...(known ? [known] : [])].join(delimiter)
  }
  if (status?.isReady && status.variant === 'cuda') {
    // an unknown flag ends the process: this one is known to the processor's build, too. The user's own come
    // last and count
    const flag = `--xla_gpu_cuda_data_dir=${join(status.folder, 'nvidia', 'cuda_nvcc')}`
    merged['XLA_FLAGS'] = withFlag(merged['XLA_FLAGS'], flag)
  }
  // of an installer of its own it is not known whether it knows them
  if (status?.isReady && status.variant !== 'own-installer') {
    const kept = `--tf_xla_persistent_cache_directory=${xlaCacheFolder(status, environment)}`
    for (const flag of [kept, '--tf_xla_async_compilation=true'])
      merged['TF_XLA_FLAGS'] = withFlag(merged['TF_XLA_FLAGS'], flag)
  }
  return merged
}

/** Before those that are there: the last of two counts. */
function withFlag(known = '', flag: string): string {
  return known.includes(flag) ? known : `${flag} ${known}`.trim()
}
