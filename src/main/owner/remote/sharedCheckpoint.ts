import { createReadStream, createWriteStream } from 'node:fs'
import { readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { CheckpointRecord } from '../../../shared/runs/records.ts'
import { makeWritableFolder, unfinishedPrefix } from '../../host/machine/atomicFiles.ts'
import { fileError } from '../../disk/fileError.ts'
import { evaluationHome } from '../../wire/attemptFolder.ts'

/** A checkpoint, and the folder that its own is named from. */
export interface PlacedCheckpoint {
  readonly dataDir: string
  readonly record: CheckpointRecord
}

export interface SharedCopy {
  /** Absolute: the folder that all machines see. */
  readonly shared: string
  /** Relative to it: where a copy goes. */
  readonly folder: string
  readonly signal: AbortSignal
  readonly onProgress: (done: number, total: number) => void
}

/**
 * A checkpoint where the machines of a cluster see it: as it is where it lies in the shared folder already,
 * as those of runs there do, else copied, whole or not at all. Whoever opens it compares every byte with its
 * checksum.
 *
 * @throws RecheckError `file.*`
 */
export async function sharedCheckpoint(
  { dataDir, record }: PlacedCheckpoint,
  copy: SharedCopy,
): Promise<PlacedCheckpoint> {
  const { shared, folder } = copy
  await makeWritableFolder(shared)
  const from = await realpath(join(dataDir, record.folder))
  const inside = relative(await realpath(shared), from)
  if (!inside.startsWith('..')) return { dataDir: shared, record: { ...record, folder: inside } }
  await copyWhole(from, join(shared, folder), copy)
  return { dataDir: shared, record: { ...record, folder } }
}

/** Of one evaluation: its copy lies in the evaluation's own folder and goes with it. */
export async function checkpointOfEvaluation(
  checkpoint: PlacedCheckpoint | null,
  { id, ...copy }: Omit<SharedCopy, 'folder'> & { readonly id: string },
): Promise<PlacedCheckpoint | null> {
  if (checkpoint === null) return null
  return sharedCheckpoint(checkpoint, { ...copy, folder: `${evaluationHome(id)}/checkpoint` })
}

async function copyWhole(from: string, to: string, { signal, onProgress }: SharedCopy): Promise<void> {
  const unfinished = join(to, '..', `${unfinishedPrefix}checkpoint`)
  await rm(unfinished, { recursive: true, force: true })
  await makeWritableFolder(unfinished)
  const names = await readdir(from)
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(from, name))).size))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  let done = 0
  try {
    for (const name of names) {
      const counted = new Transform({
        transform(piece: Buffer, _encoding, next) {
          done += piece.length
          onProgress(done, total)
          next(null, piece)
        },
      })
      const target = createWriteStream(join(unfinished, name), { mode: 0o600, flush: true })
      await pipeline(createReadStream(join(from, name), { highWaterMark: 2 ** 20 }), counted, target, {
        signal,
      })
    }
    await rm(to, { recursive: true, force: true })
    await rename(unfinished, to)
  } catch (thrown) {
    await rm(unfinished, { recursive: true, force: true }).catch(() => undefined) // the first error says more
    throw signal.aborted ? thrown : fileError(thrown, to)
  }
}
