import { isUtf8 } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { pipeline, type Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createZstdDecompress } from 'node:zlib'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { foreignContent, type Compression } from './fileFormat.ts'

export type TextEncoding = 'UTF-8' | 'UTF-16LE' | 'UTF-16BE'

/** Text of a file, as a stream. */
export interface TextSource {
  readonly encoding: TextEncoding
  /** Without a byte order mark. Can be read once. */
  readonly chunks: AsyncGenerator<string>
}

const chunkBytes = 256 * 1024
/** So much of a file is looked at to find out what it is. */
const headBytes = 4096

/**
 * Opens a text file: unpacked, and decoded by its byte order mark, as UTF-8 where it has none. No byte is
 * replaced: what the encoding does not allow is an error with its line.
 *
 * @param name of the file in messages
 * @throws RecheckError `data.format` where it holds no text; `data.encoding`, also later, by the chunks
 */
export async function openText(
  path: string,
  name: string,
  compression: Compression | null,
): Promise<TextSource> {
  const bytes = byteChunks(path, compression)
  const head: Buffer[] = []
  let length = 0
  while (length < headBytes) {
    const next = await bytes.next()
    if (next.done === true) break
    head.push(next.value)
    length += next.value.length
  }
  const first = Buffer.concat(head)
  const encoding = encodingOf(first, name)
  return { encoding, chunks: decoded(first, bytes, { encoding, name }) }
}

async function* byteChunks(path: string, compression: Compression | null): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: chunkBytes })
  // an error of the file reaches the reader of the unpacked stream: pipeline destroys both with it
  const unpacked: Readable =
    compression === null ? file : pipeline(file, unpacker(compression), () => undefined)
  for await (const chunk of unpacked) yield chunk as Buffer
}

function unpacker(compression: Compression) {
  const options = { chunkSize: chunkBytes }
  switch (compression) {
    case 'gzip':
      return createGunzip(options)
    case 'zstd':
      return createZstdDecompress(options)
    case 'brotli':
      return createBrotliDecompress(options)
  }
}

function encodingOf(head: Buffer, name: string): TextEncoding {
  const startsWith = (...bytes: readonly number[]): boolean => bytes.every((byte, i) => head[i] === byte)
  if (startsWith(0xff, 0xfe, 0, 0) || startsWith(0, 0, 0xfe, 0xff))
    throw noText(name, 'text in UTF-32; save it as UTF-8')
  if (startsWith(0xff, 0xfe)) return 'UTF-16LE'
  if (startsWith(0xfe, 0xff)) return 'UTF-16BE'
  const foreign = foreignContent(head)
  if (foreign !== null) throw noText(name, foreign)
  if (head.subarray(0, headBytes).includes(0))
    throw noText(name, 'data with NUL bytes: no text, or UTF-16 without a byte order mark; save it as UTF-8')
  return 'UTF-8'
}

function noText(name: string, found: string): RecheckError {
  return new RecheckError('data.format', `${name}: expected text, got ${found}.`)
}

interface Decoding {
  readonly encoding: TextEncoding
  readonly name: string
}

async function* decoded(
  head: Buffer,
  rest: AsyncGenerator<Buffer>,
  { encoding, name }: Decoding,
): AsyncGenerator<string> {
  const decode = encoding === 'UTF-8' ? utf8Decoder(name) : utf16Decoder(encoding, name)
  try {
    if (head.length > 0) yield decode(head)
    for await (const chunk of rest) yield decode(chunk)
    const last = decode(null)
    if (last !== '') yield last
  } finally {
    await rest.return(undefined)
  }
}

/** Takes chunk after chunk, null at the end. */
type Decode = (chunk: Buffer | null) => string

function utf8Decoder(name: string): Decode {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let held = Buffer.alloc(0)
  let line = 1
  let isStart = true
  return (chunk) => {
    const bytes = chunk === null ? held : Buffer.concat([held, chunk])
    const whole = chunk === null ? bytes.length : bytes.length - unfinishedBytes(bytes)
    const part = bytes.subarray(0, whole)
    if (!isUtf8(part)) throw notUtf8(part, { name, line })
    held = bytes.subarray(whole)
    line += lineEnds(part)
    const text = decoder.decode(part)
    const mark = isStart && text.startsWith('\ufeff')
    if (text !== '') isStart = false
    return mark ? text.slice(1) : text
  }
}

/** Bytes at the end that begin a character and do not finish it; 0 to 3. */
function unfinishedBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if ((byte & 0xc0) === 0x80) continue
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return needed > back ? back : 0
  }
  return 0
}

function lineEnds(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count++
  return count
}

function notUtf8(
  bytes: Buffer,
  { name, line }: { readonly name: string; readonly line: number },
): RecheckError {
  let start = 0
  let at = line
  for (;;) {
    const end = bytes.indexOf(10, start)
    const row = bytes.subarray(start, end < 0 ? bytes.length : end)
    if (!isUtf8(row) || end < 0) {
      const byte = firstInvalidByte(row)
      return new RecheckError(
        'data.encoding',
        `${name}:${at}: expected UTF-8, got byte 0x${byte.toString(16).toUpperCase()}, which is none there. ` +
          `Is the file Windows-1252 or Latin-1? Save it as UTF-8 ("iconv -f WINDOWS-1252 -t UTF-8 FILE").`,
        { line: at },
      )
    }
    start = end + 1
    at++
  }
}

/** The byte with which the first sequence begins that is no UTF-8. */
function firstInvalidByte(bytes: Buffer): number {
  let from = 0
  while (from < bytes.length) {
    const byte = bytes[from] ?? 0
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    if (!isUtf8(bytes.subarray(from, from + length))) return byte
    from += length
  }
  return bytes[0] ?? 0
}

function utf16Decoder(encoding: TextEncoding, name: string): Decode {
  const decoder = new TextDecoder(encoding, { fatal: true })
  let line = 1
  return (chunk) => {
    try {
      const text = chunk === null ? decoder.decode() : decoder.decode(chunk, { stream: true })
      line += text.split('\n').length - 1
      return text
    } catch (thrown) {
      if (!(thrown instanceof TypeError)) throw thrown
      throw new RecheckError(
        'data.encoding',
        `${name}: expected ${encoding}, as its byte order mark says; after line ${line} there is half a character. ` +
          'Save the file as UTF-8.',
      )
    }
  }
}

/** Enough of a text to see how it is laid out, and all of its chunks. */
export async function withStart(
  chunks: AsyncGenerator<string>,
): Promise<{ readonly start: string; readonly chunks: AsyncGenerator<string> }> {
  let start = ''
  while (start.length < 64 * 1024) {
    const next = await chunks.next()
    if (next.done === true) break
    start += next.value
  }
  return { start, chunks: joined(start, chunks) }
}

async function* joined(start: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  try {
    yield start
    yield* rest
  } finally {
    await rest.return(undefined)
  }
}
