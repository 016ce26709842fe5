import { open, type FileHandle } from 'node:fs/promises'
import type { BlockLayout } from '../../../../core/model/gguf/ggmlTypes.ts'
import { blockLayouts } from '../../../../core/model/gguf/ggmlTypes.ts'
import { dequantise } from '../../../../core/model/gguf/dequantise.ts'
import { parseGgufHeader, type GgufHeader, type GgufTensor } from '../../../../core/model/gguf/ggufHeader.ts'
import { foreignContent, telltaleBytes } from '../../../../core/model/config/foreignContent.ts'
import { RecheckError } from '../../../../shared/errors/recheckError.ts'

/** A header has the tokenizer's texts, usually 2 to 15 MB. */
const firstBytes = 8 << 20
const mostHeaderBytes = 128 << 20

/** An open GGUF file whose header has been checked. */
export interface GgufReader {
  readonly path: string
  readonly header: GgufHeader
  /** Elements [from, to) of a tensor as F32; both at borders of blocks. */
  readValues(tensor: GgufTensor, from: number, to: number): Promise<Float32Array>
  /** The bytes of elements [from, to), as they are stored. */
  readBytes(tensor: GgufTensor, from: number, to: number): Promise<Uint8Array>
  close(): Promise<void>
}

/** @throws RecheckError `gguf.invalid`, `gguf.unsupported`, `file.unreadable` */
export async function openGguf(path: string): Promise<GgufReader> {
  const file = await openFile(path)
  try {
    const header = await readHeader(file, path)
    const read = (tensor: GgufTensor, from: number, to: number): Promise<Uint8Array> =>
      readAt(file, path, byteRange(tensor, from, to))
    return {
      path,
      header,
      readBytes: read,
      async readValues(tensor, from, to) {
        const values = new Float32Array(to - from)
        dequantise(tensor.type, await read(tensor, from, to), values)
        return values
      },
      close: () => file.close(),
    }
  } catch (thrown) {
    await file.close()
    throw thrown
  }
}

async function openFile(path: string): Promise<FileHandle> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new RecheckError('file.unreadable', `${path} cannot be read (${reason}); expected a GGUF file.`)
  })
  if ((await file.stat()).isFile()) return file
  await file.close()
  throw new RecheckError('file.unreadable', `${path} is no regular file; expected a GGUF file.`)
}

async function readHeader(file: FileHandle, path: string): Promise<GgufHeader> {
  const { size } = await file.stat()
  for (let length = firstBytes; ; length *= 4) {
    const bytes = await readAt(file, path, { start: 0, end: Math.min(length, size, mostHeaderBytes) })
    refuseOther(bytes, path)
    const header = parseGgufHeader(bytes, { file: path, size })
    if (header !== null) return header
    if (length < mostHeaderBytes) continue
    throw new RecheckError(
      'gguf.invalid',
      `${path}: its header is longer than ${mostHeaderBytes} bytes. Fetch or copy the file again.`,
    )
  }
}

/** A file that is something else under this name is called what it is. */
function refuseOther(bytes: Uint8Array, path: string): void {
  if (String.fromCharCode(...bytes.subarray(0, 4)) === 'GGUF') return
  const what =
    foreignContent(bytes.subarray(0, telltaleBytes)) ?? 'does not begin with "GGUF": it is no GGUF file'
  throw new RecheckError('gguf.invalid', `${path} ${what}.`)
}

function byteRange(tensor: GgufTensor, from: number, to: number): { start: number; end: number } {
  const layout: BlockLayout = blockLayouts[tensor.type]
  const at = (element: number): number => tensor.start + (element / layout.elements) * layout.bytes
  return { start: at(from), end: at(to) }
}

async function readAt(
  file: FileHandle,
  path: string,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<Uint8Array> {
  const bytes = new Uint8Array(end - start)
  let done = 0
  while (done < bytes.length) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, start + done)
    if (bytesRead === 0)
      throw new RecheckError(
        'gguf.invalid',
        `${path}: ends before byte ${end}. Fetch or copy the file again.`,
      )
    done += bytesRead
  }
  return bytes
}
