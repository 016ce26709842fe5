import { accessSync, constants, existsSync, readFileSync, statfsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, freemem, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Diagnosis } from '../../../shared/runs/diagnosis.ts'
import { childEnvironment } from '../tensorflow/childEnvironment.ts'
import { findNvidiaDriver, probeTensorFlow, probeXla, whyNoGpu } from '../tensorflow/deviceProbe.ts'
import type { EnvironmentVariables } from './paths.ts'
import { cacheFolder, projectFolder } from './paths.ts'
import { runProgram } from '../provision/fetch.ts'
import { readTensorFlowStatus, requireTensorFlow } from '../tensorflow/status.ts'

type Problem = Diagnosis['problems'][number]

/**
 * Looks at everything once; libraries are loaded in processes of their own.
 *
 * @param nodePath the Node binary that trainers run on; the window's own process is Electron's and no plain
 *   Node
 */
export async function diagnose(
  dataFolder: string,
  nodePath: string,
  environment: EnvironmentVariables = process.env,
): Promise<Diagnosis> {
  const problems: Problem[] = []
  const [device, onnxRuntime, compiler, node] = await Promise.all([
    diagnoseTensorFlow(nodePath, environment, problems),
    diagnoseOnnx(nodePath, environment, problems),
    diagnoseCompiler(environment),
    runProgram(nodePath, ['--version'], environment),
  ])
  const folders = {
    dataFolder: diagnoseFolder(dataFolder),
    cacheFolder: diagnoseFolder(cacheFolder(environment)),
  }
  for (const [name, folder] of Object.entries(folders)) {
    if (folder.isWritable) continue
    const message = `${folder.path} cannot be written. Mend its permissions or choose another with ${name === 'dataFolder' ? '--data-dir' : 'RECHECK_CACHE'}.`
    problems.push({ code: 'folder.read-only', message, stopsTraining: name === 'dataFolder' })
  }
  return {
    canTrain: !problems.some((problem) => problem.stopsTraining),
    problems,
    node: { version: node.output.trim().replace(/^v/, ''), path: nodePath },
    ...device,
    onnxRuntime,
    compiler,
    memory: { totalBytes: totalmem(), availableBytes: availableMemory() },
    ...folders,
    electron: diagnoseElectron(),
  }
}

async function diagnoseTensorFlow(
  nodePath: string,
  environment: EnvironmentVariables,
  problems: Problem[],
): Promise<Pick<Diagnosis, 'device' | 'tensorFlow'>> {
  const driver = await findNvidiaDriver(environment)
  const cards = [...(driver?.cards ?? [])]
  const status = readTensorFlowStatus()
  try {
    const { variant } = requireTensorFlow(status)
    const child = childEnvironment(environment, status)
    const { version, isUsingGpuDevice } = await probeTensorFlow(undefined, child, nodePath)
    const inUse = isUsingGpuDevice ? (cards[0]?.name ?? 'cuda') : `cpu (${availableParallelism()} threads)`
    const reason = whyNoGpu(driver, variant, isUsingGpuDevice)
    return {
      device: { inUse, whyNoGpu: reason, driver: driver?.version ?? null, cards },
      tensorFlow: { version, variant, whyNoXla: await probeXla(child, nodePath) },
    }
  } catch (cause) {
    problems.push({ ...problemOf(cause), stopsTraining: true })
    const reason = 'TensorFlow is not available'
    return {
      device: { inUse: null, whyNoGpu: reason, driver: driver?.version ?? null, cards },
      tensorFlow: { version: null, variant: null, whyNoXla: reason },
    }
  }
}

const OnnxProbe = z.object({
  version: z.string(),
  providers: z.array(z.object({ name: z.string(), bundled: z.boolean() })),
})

async function diagnoseOnnx(
  nodePath: string,
  environment: EnvironmentVariables,
  problems: Problem[],
): Promise<Diagnosis['onnxRuntime']> {
  const script = join(projectFolder, 'src', 'main', 'host', 'onnx', 'probeOnnx.ts')
  const { code, output } = await runProgram(nodePath, [script], environment)
  if (code === 0) return OnnxProbe.parse(JSON.parse(output.trim().split('\n').at(-1) ?? ''))
  const reason =
    output
      .split('\n')
      .find((line) => line.includes('Error'))
      ?.trim() ?? 'its process ended'
  const message = `ONNX Runtime cannot be loaded: ${reason} Run "npm ci" again.`
  problems.push({ code: 'onnx.load', message, stopsTraining: true })
  return { version: null, providers: [] }
}

async function diagnoseCompiler(environment: EnvironmentVariables): Promise<Diagnosis['compiler']> {
  const firstLine = async (command: string, ...args: string[]): Promise<string | null> => {
    const { code, output } = await runProgram(command, [...args, '--version'], environment)
    return code === 0 ? (output.trim().split('\n')[0] ?? '') : null
  }
  const [cxx, make, python, pip] = await Promise.all([
    firstLine(environment['CXX'] ?? 'c++'),
    firstLine('make'),
    firstLine('python3'),
    firstLine('python3', '-m', 'pip'),
  ])
  return { cxx, make, python, pip }
}

function diagnoseFolder(path: string): Diagnosis['dataFolder'] {
  const existing = nearestExisting(path)
  const { bavail, bsize } = statfsSync(existing)
  return { path, exists: existing === path, isWritable: canWrite(existing), freeBytes: bavail * bsize }
}

function nearestExisting(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestExisting(dirname(path))
}

function canWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false // the question that was asked
  }
}

/** What can be taken without swapping: free memory and caches that the system gives back. */
function availableMemory(): number {
  if (!existsSync('/proc/meminfo')) return freemem()
  const kibibytes = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]
  return kibibytes === undefined ? freemem() : Number(kibibytes) * 1024
}

function diagnoseElectron(): Diagnosis['electron'] {
  const remedy = 'npx --no-install install-electron (or use "recheck serve" in a browser)'
  try {
    const manifest = createRequire(import.meta.url).resolve('electron/package.json')
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
    const pathFile = join(dirname(manifest), 'path.txt')
    const binary = existsSync(pathFile)
      ? join(dirname(manifest), 'dist', readFileSync(pathFile, 'utf8'))
      : null
    const isThere = binary !== null && existsSync(binary)
    return { version, binary: isThere ? binary : null, remedy: isThere ? null : remedy }
  } catch {
    return { version: null, binary: null, remedy: 'npm ci (without --omit=dev)' }
  }
}

function problemOf(cause: unknown): { code: string; message: string } {
  const message = cause instanceof Error ? cause.message : String(cause)
  return { code: cause instanceof Error && 'code' in cause ? String(cause.code) : 'internal', message }
}
