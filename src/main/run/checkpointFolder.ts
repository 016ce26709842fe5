import { createHash, type Hash } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { CheckpointRecord } from '../../shared/runs/records.ts'
import { systemCodeOf } from '../../shared/errors/systemErrors.ts'
import { fileError, readError } from '../disk/fileError.ts'
import {
  flushFolder,
  makeWritableFolder,
  unfinishedPrefix,
  writeFlushed,
} from '../host/machine/atomicFiles.ts'
import { newId } from '../host/machine/identifiers.ts'

/** What a checkpoint holds; this file knows nothing of its meaning. */
export interface CheckpointContent {
  /** By file name, for example `trainer.safetensors`. Large ones may come in pieces. */
  readonly blobs: Readonly<Record<string, Uint8Array | AsyncIterable<Uint8Array>>>
  /** Plain JSON: cursors, random streams, running statistics. */
  readonly state: unknown
}

export interface CheckpointTarget {
  readonly dataDir: string
  readonly runId: string
  readonly step: number
}

const FileEntry = z.strictObject({ name: z.string(), bytes: z.int(), sha256: z.string() })
const Manifest = z.strictObject({
  version: z.literal(1),
  runId: z.string(),
  step: z.int(),
  files: z.array(FileEntry),
})
type FileEntry = z.infer<typeof FileEntry>

const manifestName = 'checkpoint.json'
const stateName = 'state.json'

/** Relative to the data folder, `/` between its parts. */
export function checkpointsFolder(runId: string): string {
  return `runs/${runId}/checkpoints`
}

/** A name that no other writing has had: nothing that a row may name is ever moved or written over. */
function newFolder(place: CheckpointTarget): string {
  const step = `step-${String(place.step).padStart(8, '0')}`
  return `${checkpointsFolder(place.runId)}/${newId(step)}`
}

/**
 * Writes a checkpoint under another name, flushes it to the disk and renames it: it is there whole or not at
 * all. Each has a folder of its own. One that is written again at a step stands beside the first until the
 * row names it; the owner then removes the one before. So a kill at any moment leaves the folder that the row
 * names, whole.
 *
 * @returns what its record says of it
 * @throws RecheckError `file.disk-full`, `file.read-only`; nothing is left behind, older checkpoints are
 *   untouched
 */
export async function writeCheckpoint(
  place: CheckpointTarget,
  content: CheckpointContent,
): Promise<Pick<CheckpointRecord, 'folder' | 'bytes' | 'sha256'>> {
  const folder = newFolder(place)
  const path = join(place.dataDir, folder)
  const unfinished = join(dirname(path), `${unfinishedPrefix}${newId('checkpoint')}`)
  try {
    await makeWritableFolder(unfinished)
    const files = await writeFiles(unfinished, content)
    const manifest = JSON.stringify({ version: 1, runId: place.runId, step: place.step, files }, null, 2)
    await writeFlushed(join(unfinished, manifestName), manifest)
    await flushFolder(unfinished)
    await rename(unfinished, path)
    await flushFolder(dirname(path))
    return {
      folder,
      bytes: files.reduce((sum, file) => sum + file.bytes, Buffer.byteLength(manifest)),
      sha256: sha256(manifest),
    }
  } catch (thrown) {
    await rm(unfinished, { recursive: true, force: true }).catch(() => undefined) // the first error says more
    throw fileError(thrown, path)
  }
}

async function writeFiles(folder: string, content: CheckpointContent): Promise<readonly FileEntry[]> {
  const state = Buffer.from(JSON.stringify(content.state))
  const files: FileEntry[] = []
  for (const [name, blob] of Object.entries({ ...content.blobs, [stateName]: state })) {
    files.push(await writeBlob(join(folder, name), name, blob))
  }
  return files
}

async function writeBlob(
  path: string,
  name: string,
  blob: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<FileEntry> {
  const hash = createHash('sha256')
  let bytes = 0
  const file = await open(path, 'wx', 0o600)
  try {
    for await (const piece of blob instanceof Uint8Array ? [blob] : blob) {
      hash.update(piece)
      bytes += piece.byteLength
      await file.writeFile(piece)
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return { name, bytes, sha256: hash.digest('hex') }
}

/** What is left of a checkpoint when its files were moved, replaced, or lie where the disk cannot read. */
const damages: Readonly<Record<string, string>> = {
  ENOENT: 'is missing',
  ENOTDIR: 'is missing',
  EISDIR: 'is a folder',
  ELOOP: 'is a link that leads in a circle',
  EIO: 'cannot be read: the disk reports an error',
}

/**
 * @throws RecheckError `checkpoint.damaged`, or `file.*` where the file may be sound and cannot be reached
 *   now
 */
async function readPart<T>(folder: string, name: string, read: (path: string) => Promise<T>): Promise<T> {
  const path = join(folder, name)
  try {
    return await read(path)
  } catch (thrown) {
    const damage = damages[systemCodeOf(thrown) ?? '']
    throw damage === undefined ? readError(thrown, path) : damaged(folder, `${name} ${damage}`)
  }
}

/** A checkpoint whose every byte has been checked. */
export interface OpenCheckpoint {
  readonly runId: string
  readonly step: number
  readonly state: unknown
  /**
   * Absolute path of a blob by its name. @throws RecheckError `checkpoint.damaged` when it has no such blob
   */
  readonly blobPath: (name: string) => string
}

/**
 * Reads a checkpoint after comparing every file with its checksum.
 *
 * @param folder  absolute
 * @param sha256OfManifest  of its record; left out when there is none
 * @throws RecheckError `checkpoint.damaged`, naming the file
 */
export async function openCheckpoint(folder: string, sha256OfManifest?: string): Promise<OpenCheckpoint> {
  const text = await readPart(folder, manifestName, (path) => readFile(path, 'utf8'))
  if (sha256OfManifest !== undefined && sha256(text) !== sha256OfManifest) {
    throw damaged(folder, `${manifestName} is not the one that was recorded`)
  }
  const manifest = parseManifest(folder, text)
  for (const file of manifest.files) await checkFile(folder, file)
  const names = new Set(manifest.files.map((file) => file.name))
  return {
    runId: manifest.runId,
    step: manifest.step,
    state: JSON.parse(await readPart(folder, stateName, (path) => readFile(path, 'utf8'))) as unknown,
    blobPath(name) {
      if (!names.has(name)) throw damaged(folder, `it holds no ${name}`)
      return join(folder, name)
    },
  }
}

function parseManifest(folder: string, text: string): z.infer<typeof Manifest> {
  try {
    return Manifest.parse(JSON.parse(text))
  } catch {
    throw damaged(folder, `${manifestName} cannot be read`)
  }
}

async function checkFile(folder: string, file: FileEntry): Promise<void> {
  const hash = createHash('sha256')
  await readPart(folder, file.name, (path) => hashFile(path, hash))
  if (hash.digest('hex') !== file.sha256) throw damaged(folder, `the checksum of ${file.name} is wrong`)
}

async function hashFile(path: string, hash: Hash): Promise<void> {
  const file = await open(path, 'r')
  try {
    for await (const piece of file.createReadStream({ highWaterMark: 1 << 20 })) hash.update(piece as Buffer)
  } finally {
    await file.close()
  }
}

function damaged(folder: string, what: string): RecheckError {
  return new RecheckError('checkpoint.damaged', `checkpoint ${folder} is damaged: ${what}.`, { folder })
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
