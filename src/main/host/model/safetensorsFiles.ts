import { open, rename, unlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { quoted, shortened } from '../../../shared/text/shortened.ts'
import { foreignContent, telltaleBytes } from '../../../core/model/config/foreignContent.ts'
import type {
  FileFacts,
  FloatFormat,
  SafetensorsHeader,
  TensorEntry,
} from '../../../core/model/safetensors.ts'
import {
  buildHeader,
  decodeFloats,
  encodeBrainFloats,
  isFloatFormat,
  lengthBytes,
  parseHeader,
  readHeaderLength,
} from '../../../core/model/safetensors.ts'
import { sizeOf } from '../../../core/model/parameterTable.ts'

/** Bytes converted at a time: what reading a tensor needs beside its target. */
const chunkBytes = 4 << 20

/** @throws RecheckError `file.unreadable` where the file is gone or may not be read */
async function openWeights(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new RecheckError(
      'file.unreadable',
      `${path} cannot be read (${reason}). Fetch or copy the file again.`,
    )
  }
}

/**
 * Header of a safetensors file, checked against the file's size; no tensor is read. @throws
 * `checkpoint.corrupt`
 */
export async function readSafetensorsHeader(path: string): Promise<SafetensorsHeader> {
  const file = await openWeights(path)
  try {
    const facts = { file: path, size: (await file.stat()).size }
    const first = await readBytes(file, { start: 0, end: Math.min(telltaleBytes, facts.size) }, path)
    const end = lengthBytes + headerLength(first, facts)
    return parseHeader(await readBytes(file, { start: lengthBytes, end }, path), facts)
  } finally {
    await file.close()
  }
}

function headerLength(firstBytes: Uint8Array, facts: FileFacts): number {
  try {
    return readHeaderLength(firstBytes, facts)
  } catch (cause) {
    const what = foreignContent(firstBytes)
    throw what === null ? cause : new RecheckError('checkpoint.corrupt', `${facts.file} ${what}.`)
  }
}

/**
 * Reads one float tensor as F32 into the first elements of `target`. Beside it at most 4 MiB are allocated.
 *
 * @throws RecheckError `checkpoint.format` for other formats, `checkpoint.corrupt` where the file ends early
 */
export async function readFloatTensor(path: string, entry: TensorEntry, target: Float32Array): Promise<void> {
  const { format } = entry
  if (!isFloatFormat(format)) {
    throw new RecheckError(
      'checkpoint.format',
      `${path}: ${quoted(entry.name)} is ${shortened(format)}, expected F32, F16 or BF16`,
    )
  }
  const file = await openWeights(path)
  try {
    if (format === 'F32') {
      const bytes = new Uint8Array(target.buffer, target.byteOffset, entry.end - entry.start)
      await readInto(file, bytes, { start: entry.start, path })
    } else await readHalves(file, { path, entry, format }, target)
  } finally {
    await file.close()
  }
}

async function readHalves(
  file: FileHandle,
  { path, entry, format }: { path: string; entry: TensorEntry; format: FloatFormat },
  target: Float32Array,
): Promise<void> {
  const scratch = new Uint8Array(Math.min(chunkBytes, entry.end - entry.start))
  for (let start = entry.start; start < entry.end; start += scratch.length) {
    const chunk = scratch.subarray(0, Math.min(scratch.length, entry.end - start))
    await readInto(file, chunk, { start, path })
    const from = (start - entry.start) / 2
    decodeFloats(format, chunk, target.subarray(from, from + chunk.length / 2))
  }
}

/** Elements of a chunk of `floatChunks`. */
const chunkElements = 1 << 20

/**
 * A float tensor as F32, a million elements at a time; each chunk is valid until the next one. @throws as
 * `readFloatTensor`
 */
export async function* floatChunks(path: string, entry: TensorEntry): AsyncGenerator<Float32Array> {
  const size = sizeOf(entry.shape)
  const scratch = new Float32Array(Math.min(chunkElements, size))
  const bytesEach = size === 0 ? 0 : (entry.end - entry.start) / size
  for (let first = 0; first < size; first += chunkElements) {
    const target = scratch.subarray(0, Math.min(chunkElements, size - first))
    const start = entry.start + first * bytesEach
    await readFloatTensor(path, { ...entry, start, end: start + target.length * bytesEach }, target)
    yield target
  }
}

/**
 * Every tensor of a small file: floats as Float32Array, I32 as Int32Array. For stored expectations, not for
 * models.
 */
export async function readAllTensors(path: string): Promise<ReadonlyMap<string, StoredTensor>> {
  const { entries } = await readSafetensorsHeader(path)
  const tensors = new Map<string, StoredTensor>()
  for (const [name, entry] of entries) {
    if (entry.format === 'I32') {
      const values = new Int32Array(sizeOf(entry.shape))
      await readInt32Tensor(path, entry, values)
      tensors.set(name, { shape: entry.shape, values })
    } else {
      const values = new Float32Array(sizeOf(entry.shape))
      await readFloatTensor(path, entry, values)
      tensors.set(name, { shape: entry.shape, values })
    }
  }
  return tensors
}

export interface StoredTensor {
  readonly shape: readonly number[]
  readonly values: Float32Array | Int32Array
}

async function readInt32Tensor(path: string, entry: TensorEntry, target: Int32Array): Promise<void> {
  const file = await openWeights(path)
  try {
    await readInto(file, new Uint8Array(target.buffer), { start: entry.start, path })
  } finally {
    await file.close()
  }
}

export interface WriteSettings {
  readonly format?: 'F32' | 'BF16'
  readonly metadata?: Readonly<Record<string, string>>
}

/**
 * Writes tensors in their order, through a temporary file that takes the name only when all is on disk.
 * Values are asked for one tensor at a time.
 */
export async function writeSafetensors(
  path: string,
  shapes: ReadonlyMap<string, readonly number[]>,
  valuesOf: (name: string) => Float32Array,
  { format = 'F32', metadata = { format: 'pt' } }: WriteSettings = {},
): Promise<void> {
  await writeThroughTemporary(path, async (file) => {
    await writeAll(file, buildHeader(shapes, metadata, format))
    for (const [name, shape] of shapes) {
      const values = valuesOf(name)
      if (values.length !== sizeOf(shape)) {
        throw new RangeError(
          `writeSafetensors: "${name}" [${shape.join(', ')}] was given ${values.length} values`,
        )
      }
      const stored = format === 'F32' ? values : encodeBrainFloats(values)
      await writeAll(file, new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength))
    }
  })
}

/** A tensor that is written piece by piece. */
export interface StreamedTensor {
  readonly shape: readonly number[]
  readonly format: FloatFormat
  /** Its elements in order, in its format: 32-bit floats, or the bits of 16-bit ones. */
  readonly pieces: () => AsyncIterable<Float32Array | Uint16Array>
}

/** Writes tensors in their order as `writeSafetensors` does, holding one piece of one tensor at a time. */
export async function streamSafetensors(
  path: string,
  tensors: ReadonlyMap<string, StreamedTensor>,
): Promise<void> {
  const shapes = new Map([...tensors].map(([name, { shape }]) => [name, shape]))
  const header = buildHeader(shapes, { format: 'pt' }, (name) => tensors.get(name)?.format ?? 'F32')
  await writeThroughTemporary(path, async (file) => {
    await writeAll(file, header)
    for (const [name, { shape, pieces }] of tensors) {
      let written = 0
      for await (const piece of pieces()) {
        await writeAll(file, new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength))
        written += piece.length
      }
      if (written === sizeOf(shape)) continue
      throw new RangeError(`streamSafetensors: "${name}" [${shape.join(', ')}] was given ${written} values`)
    }
  })
}

/** A file is there whole or not at all, also after a crash. */
export async function writeThroughTemporary(
  path: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
  const file = await open(temporary, 'w')
  try {
    try {
      await write(file)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (cause) {
    await unlink(temporary).catch(() => undefined)
    throw cause
  }
  await syncFolder(dirname(path))
}

/** The new name itself is on disk; Windows has no such call and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function readBytes(
  file: FileHandle,
  { start, end }: { start: number; end: number },
  path: string,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(end - start)
  await readInto(file, bytes, { start, path })
  return bytes
}

async function readInto(
  file: FileHandle,
  bytes: Uint8Array,
  { start, path }: { start: number; path: string },
): Promise<void> {
  let done = 0
  while (done < bytes.length) {
    const length = Math.min(bytes.length - done, 64 << 20)
    const { bytesRead } = await file.read(bytes, done, length, start + done)
    if (bytesRead === 0) {
      throw new RecheckError(
        'checkpoint.corrupt',
        `${path}: ends before byte ${start + done}, in the middle of a tensor`,
      )
    }
    done += bytesRead
  }
}

/** Writes bytes behind those that are there. */
export async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  let done = 0
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, Math.min(bytes.length - done, 64 << 20))
    done += bytesWritten
  }
}
