import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { childEnvironment } from './childEnvironment.ts'
import type { EnvironmentVariables } from '../machine/paths.ts'
import { projectFolder } from '../machine/paths.ts'
import { runProgram } from '../provision/fetch.ts'
import { addonPath } from './status.ts'

export interface NvidiaDriver {
  readonly version: string
  readonly cards: readonly { readonly name: string; readonly memoryMebibytes: number }[]
}

/** The NVIDIA driver and its cards as `nvidia-smi` sees them; null without a driver. */
export async function findNvidiaDriver(
  environment: EnvironmentVariables = process.env,
): Promise<NvidiaDriver | null> {
  const args = ['--query-gpu=driver_version,memory.total,name', '--format=csv,noheader,nounits']
  const { code, output } = await runProgram('nvidia-smi', args, environment)
  if (code !== 0) return existsSync('/proc/driver/nvidia/version') ? { version: 'unknown', cards: [] } : null
  const rows = output
    .trim()
    .split('\n')
    .map((line) => line.split(', '))
  const cards = rows.map(([, memory, ...name]) => ({
    name: name.join(', '),
    memoryMebibytes: Number(memory),
  }))
  return { version: rows[0]?.[0] ?? 'unknown', cards }
}

const ProbeResult = z.strictObject({ version: z.string(), isUsingGpuDevice: z.boolean() })
export type TensorFlowProbe = z.infer<typeof ProbeResult>

/**
 * Loads the addon in a process of its own, so that a crash or TensorFlow's threads stay out of this one.
 *
 * @throws RecheckError `tensorflow.load`
 */
export async function probeTensorFlow(
  addon: string = addonPath(),
  environment: Record<string, string> = childEnvironment(),
  nodePath: string = process.execPath,
): Promise<TensorFlowProbe> {
  // seen from the project, not from this file: the window's bundle is elsewhere
  const script = join(projectFolder, 'src', 'main', 'host', 'tensorflow', 'probeAddon.ts')
  const { code, output } = await runProgram(nodePath, [script, addon], environment)
  const line = output.trim().split('\n').at(-1) ?? ''
  if (code === 0) return ProbeResult.parse(JSON.parse(line))
  const reason =
    output.split('\n').find((text) => text.includes('Error')) ??
    `its process ended with ${code ?? 'a signal'}`
  throw new RecheckError('tensorflow.load', `TensorFlow's addon ${addon} cannot be loaded: ${reason.trim()}`)
}

const XlaProbe = z.strictObject({ whyNoXla: z.string().nullable() })

/**
 * Why XLA does not compile on the device in use, in one line; null where it does. In a process of its own, as
 * above.
 */
export async function probeXla(
  environment: Record<string, string> = childEnvironment(),
  nodePath: string = process.execPath,
): Promise<string | null> {
  const script = join(projectFolder, 'src', 'main', 'host', 'tensorflow', 'xla', 'probe.ts')
  const { code, output } = await runProgram(nodePath, [script], environment)
  const line = output.trim().split('\n').at(-1) ?? ''
  if (code === 0) return XlaProbe.parse(JSON.parse(line)).whyNoXla
  return `its process ended with ${code ?? 'a signal'}: ${line.slice(0, 200)}`
}

/** Why training does not run on a graphics card, in one sentence; null when it does. */
export function whyNoGpu(
  driver: NvidiaDriver | null,
  variant: 'cpu' | 'cuda' | 'own-installer' | null,
  isUsingGpu: boolean,
): string | null {
  if (isUsingGpu) return null
  if (driver === null) return 'no NVIDIA driver was found (nvidia-smi does not run)'
  if (variant === 'cpu')
    return 'TensorFlow was installed for the processor; run "RECHECK_TENSORFLOW=cuda npm run provision"'
  if (driver.cards.length === 0) return 'the NVIDIA driver is loaded but lists no card'
  return `TensorFlow found no usable card with driver ${driver.version}; CUDA 12 needs 525 or newer, run with TF_CPP_MIN_LOG_LEVEL=0 for its reasons`
}
