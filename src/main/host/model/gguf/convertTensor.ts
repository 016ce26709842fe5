import { countNonFinite } from '../../../../core/model/nonFinite.ts'
import type { GgufTensor } from '../../../../core/model/gguf/ggufHeader.ts'
import { rotaryRow, type TensorPlan } from '../../../../core/model/gguf/ggufTensors.ts'
import { sizeOf } from '../../../../core/model/parameterTable.ts'
import type { FloatFormat } from '../../../../core/model/safetensors.ts'
import { RecheckError } from '../../../../shared/errors/recheckError.ts'
import { quoted } from '../../../../shared/text/shortened.ts'
import type { StreamedTensor } from '../safetensorsFiles.ts'
import type { GgufReader } from './ggufFile.ts'

/** Elements that are converted at a time, about. */
const chunkElements = 1 << 20

type Values = Float32Array | Uint16Array

/** 16-bit floats are kept as they are; everything else becomes F32. */
export function keptFormat({ type }: GgufTensor): FloatFormat {
  return type === 'F16' || type === 'BF16' ? type : 'F32'
}

/**
 * A tensor of the file as transformers keeps it, piece by piece.
 *
 * @param headWidth  of the model; used by `rotary` layouts
 * @throws RecheckError `checkpoint.not-finite`, `gguf.invalid`, when the pieces are asked for
 */
export function convertTensor(reader: GgufReader, plan: TensorPlan, headWidth: number): StreamedTensor {
  const { shape, tensor } = plan
  return {
    shape,
    format: keptFormat(tensor),
    async *pieces() {
      for await (const piece of piecesOf(reader, plan, headWidth)) {
        if (piece instanceof Float32Array) requireFinite(piece, reader.path, tensor)
        yield piece
      }
    },
  }
}

function piecesOf(reader: GgufReader, plan: TensorPlan, headWidth: number): AsyncGenerator<Values> {
  switch (plan.layout) {
    case 'as-is':
      return inOrder(reader, plan)
    case 'transposed':
      return transposed(reader, plan)
    case 'rotary':
      return byHeads(reader, plan, headWidth)
  }
}

async function readPart(reader: GgufReader, tensor: GgufTensor, from: number, to: number): Promise<Values> {
  if (keptFormat(tensor) === 'F32') return reader.readValues(tensor, from, to)
  const bytes = await reader.readBytes(tensor, from, to)
  return new Uint16Array(bytes.buffer, bytes.byteOffset, to - from)
}

async function* inOrder(reader: GgufReader, { tensor }: TensorPlan): AsyncGenerator<Values> {
  const size = sizeOf(tensor.shape)
  // whole rows, so that a piece begins and ends with a block
  const row = tensor.shape.at(-1) ?? 1
  const step = Math.max(1, Math.floor(chunkElements / row)) * row
  for (let from = 0; from < size; from += step) {
    yield await readPart(reader, tensor, from, Math.min(size, from + step))
  }
}

/** The file keeps [out, in]; transformers' Conv1D has [in, out]. */
async function* transposed(reader: GgufReader, { tensor }: TensorPlan): AsyncGenerator<Values> {
  const [rows = 1, columns = 1] = tensor.shape
  const values = await readPart(reader, tensor, 0, rows * columns)
  const turned = new (values instanceof Float32Array ? Float32Array : Uint16Array)(values.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      turned[column * rows + row] = values[row * columns + column] ?? 0
    }
  }
  yield turned
}

/** Rows of each head in transformers' order; a bias is a column. */
async function* byHeads(
  reader: GgufReader,
  { tensor, name }: TensorPlan,
  headWidth: number,
): AsyncGenerator<Values> {
  const [rows = 1, columns = 1] = tensor.shape
  if (headWidth % 2 !== 0 || rows % headWidth !== 0) {
    throw new RecheckError(
      'gguf.invalid',
      `${reader.path}: ${quoted(name)} has ${rows} rows, which are no heads of ${headWidth} (an even number). Fetch or copy the file again.`,
    )
  }
  const size = headWidth * columns
  // a bias is short and may have blocks that go from head to head
  const whole = tensor.shape.length === 1 ? await readPart(reader, tensor, 0, rows) : null
  for (let head = 0; head < rows / headWidth; head++) {
    const [from, to] = [head * size, (head + 1) * size]
    const values = whole === null ? await readPart(reader, tensor, from, to) : whole.subarray(from, to)
    const ordered = values.slice()
    for (let row = 0; row < headWidth; row++) {
      const source = rotaryRow(row, headWidth) * columns
      ordered.set(values.subarray(source, source + columns), row * columns)
    }
    yield ordered
  }
}

function requireFinite(values: Float32Array, path: string, { name }: GgufTensor): void {
  if (countNonFinite(values) === 0) return
  throw new RecheckError(
    'checkpoint.not-finite',
    `${path}: values of the tensor ${quoted(name)} are NaN or infinite. The file is damaged: fetch or copy it again.`,
  )
}
