import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'
import type { Entry } from 'yauzl'
import type { RecheckErrorCode } from '../../../shared/errors/errorCodes.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { ReportProgress } from './fetch.ts'

/** C headers that the addon includes. */
const headers =
  /^tensorflow\/include\/(tensorflow\/c|tensorflow\/core\/platform|tsl\/platform|xla\/tsl\/c)\/.*\.h$/
const libraries = /^tensorflow\/libtensorflow_(cc|framework)\.so(\.\d+)*$/
const cudaLibraries = /^nvidia\/[^/]+\/(lib\/[^/]+\.so(\.\d+)*|bin\/ptxas|nvvm\/libdevice\/[^/]+\.bc)$/
const licenses = /^[^/]+\.dist-info\/(licenses\/)?(LICENSE|NOTICE|License)[^/]*$/

/** Of a wheel's files, those that the addon is built with or runs with, and the licences. */
export function isNeeded(path: string): boolean {
  return [headers, libraries, cudaLibraries, licenses].some((pattern) => pattern.test(path))
}

export interface UnpackedFile {
  /** Relative to the folder, with `/`. */
  readonly path: string
  readonly bytes: number
}

export interface Unpacking {
  readonly report: ReportProgress
  /** Of a path in the wheel. */
  readonly isWanted: (path: string) => boolean
  /** Of the error for what is no wheel. */
  readonly code: RecheckErrorCode
}

/**
 * Unpacks what is needed of a wheel, keeping the layout of site-packages (CUDA's libraries find each other by
 * it).
 *
 * @throws RecheckError with the given code for what is no zip file or ends early
 */
export async function unpackWheel(
  file: string,
  folder: string,
  { report, isWanted, code }: Unpacking,
): Promise<UnpackedFile[]> {
  const unpacked: UnpackedFile[] = []
  try {
    // yauzl refuses absolute paths and `..`, and inflates no more than the entry states
    const zip = await yauzl.openPromise(file)
    try {
      for await (const entry of zip.eachEntry()) {
        if (!isWanted(entry.fileName)) continue
        await unpackEntry(zip, entry, join(folder, entry.fileName))
        unpacked.push({ path: entry.fileName, bytes: entry.uncompressedSize })
        const activity = `unpacking ${file.split(/[\\/]/).at(-1)?.split('-')[0] ?? file}`
        report({
          activity,
          done: zip.entriesRead,
          total: zip.entryCount,
          unit: 'files',
          ratePerSecond: null,
          secondsLeft: null,
        })
      }
    } finally {
      zip.close()
    }
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC') throw cause
    throw new RecheckError(
      code,
      `${file} cannot be unpacked: ${cause instanceof Error ? cause.message : String(cause)}`,
    )
  }
  return unpacked
}

async function unpackEntry(zip: yauzl.ZipFile, entry: Entry, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true })
  const mode = entry.fileName.endsWith('/ptxas') ? 0o755 : 0o644
  await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target, { mode }))
}
