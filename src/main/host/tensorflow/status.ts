import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { recheckErrorCodes } from '../../../shared/errors/errorCodes.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { projectFolder } from '../machine/paths.ts'

/** What the installation left: either where TensorFlow is, or why it is not there and what to do. */
export const TensorFlowStatus = z.discriminatedUnion('isReady', [
  z.strictObject({
    isReady: z.literal(true),
    version: z.string(),
    variant: z.enum(['cpu', 'cuda', 'own-installer']),
    /** Name of this very TensorFlow in the cache folder. */
    key: z.string(),
    folder: z.string(),
    /** Folders that the dynamic linker has to know before a process loads the CUDA build. */
    libraryFolders: z.array(z.string()),
  }),
  z.strictObject({
    isReady: z.literal(false),
    code: z.enum(recheckErrorCodes),
    reason: z.string(),
    remedy: z.string(),
  }),
])
export type TensorFlowStatus = z.infer<typeof TensorFlowStatus>
export type TensorFlowReady = Extract<TensorFlowStatus, { isReady: true }>

/** Lives in node_modules, so that it goes when the addon goes. */
export const tensorFlowStatusFile = join(projectFolder, 'node_modules', '.recheck', 'tensorflow.json')

const provisionAgain = 'Run "npm run provision" in the project folder; "recheck doctor" says what is missing.'

/** The status left by the last installation; null when there was none, or its file cannot be read. */
export function readTensorFlowStatus(file: string = tensorFlowStatusFile): TensorFlowStatus | null {
  if (!existsSync(file)) return null
  try {
    return TensorFlowStatus.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null // half written or of another version: as good as none, and the installation writes it again
  }
}

/** Folder of @tensorflow/tfjs-node-gpu. */
export function tensorFlowPackageFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json'))
}

export function addonPath(packageFolder: string = tensorFlowPackageFolder()): string {
  return join(packageFolder, 'lib', 'napi-v8', 'tfjs_binding.node')
}

/**
 * What is linked into the package is really there; a cache folder that was emptied leaves links to nothing.
 */
export function isLinked(packageFolder: string, { variant }: TensorFlowReady): boolean {
  if (variant === 'cuda' && !existsSync(join(packageFolder, 'deps', 'nvidia'))) return false
  const library = join(packageFolder, 'deps', 'lib', 'libtensorflow_framework.so.2')
  const isOwnLibrary = existsSync(join(packageFolder, 'deps', 'lib', 'libtensorflow.so'))
  return existsSync(addonPath(packageFolder)) && (existsSync(library) || isOwnLibrary)
}

/**
 * Called before anything that trains or evaluates; loads nothing.
 *
 * @throws RecheckError with the reason why TensorFlow is missing and the way out
 */
export function requireTensorFlow(
  status: TensorFlowStatus | null = readTensorFlowStatus(),
  packageFolder: string = tensorFlowPackageFolder(),
): TensorFlowReady {
  if (status === null) {
    throw new RecheckError('tensorflow.missing', `TensorFlow was not installed. ${provisionAgain}`)
  }
  if (!status.isReady) {
    throw new RecheckError(status.code, `TensorFlow is not available: ${status.reason} ${status.remedy}`)
  }
  if (!isLinked(packageFolder, status)) {
    throw new RecheckError(
      'tensorflow.missing',
      `TensorFlow was installed in ${status.folder} and is no longer there (was the cache emptied?). ${provisionAgain}`,
    )
  }
  return status
}
