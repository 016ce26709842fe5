import type { ModelConfig } from './config/modelConfig.ts'
import { rowReader, type ParameterValue, type ParameterValues } from './parameterValues.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { quoted } from '../../shared/text/shortened.ts'
import {
  beyondHalves,
  decodeFloats,
  encodeBrainFloats,
  encodeHalfFloats,
  largestHalf,
  type FloatFormat,
} from './safetensors.ts'

/**
 * How frozen weights are kept: 32-bit floats, two kinds of 16-bit ones, or 8-bit integers with a scale for
 * each output channel.
 */
export const weightStorages = ['f32', 'bf16', 'f16', 'int8'] as const
export type WeightStorage = (typeof weightStorages)[number]

/**
 * How one parameter is kept: only the matrices of products and of the embedding in less than 32 bits; norms
 * and biases are small.
 */
export function storageOf(name: string, shape: readonly number[], wanted: WeightStorage): WeightStorage {
  return shape.length === 2 && name !== 'transformer.wpe.weight' ? wanted : 'f32'
}

/**
 * Which axis the output channels of a matrix lie on: GPT-2's linear modules are stored [in, out], all else
 * [out, in].
 */
export function channelAxis(config: ModelConfig, name: string): 0 | 1 {
  return config.family === 'gpt2' && name.startsWith('transformer.h.') ? 1 : 0
}

/**
 * Numbers that are to be kept in f16, read once.
 *
 * @throws RecheckError `checkpoint.beyond-f16` where one of them has no number there
 */
export function withinHalves(name: string, { shape, values, isMadeAnew }: ParameterValue): ParameterValue {
  const beyond = beyondHalves(values)
  if (beyond === undefined) return { shape, values, isMadeAnew }
  throw new RecheckError(
    'checkpoint.beyond-f16',
    `model.baseWeights is f16, and ${quoted(name)} has a weight of ${beyond}, where f16 ends at ${largestHalf}. Take model.baseWeights=bf16, which has the range of 32-bit floats in as much memory.`,
  )
}

/** A matrix as 8-bit integers; the value of an element is its integer times its channel's scale. */
export interface QuantizedMatrix {
  /** −127 … 127, two's complement, row-major. */
  readonly levels: Int8Array<ArrayBuffer>
  /** One for each output channel: its greatest magnitude ÷ 127. */
  readonly scales: Float32Array<ArrayBuffer>
}

/**
 * Rounds to the nearest of 255 levels in each output channel (symmetric, by the channel's greatest
 * magnitude). Values of a file are read and widened some rows at a time: the matrix never stands in 32 bits.
 */
export function quantize(parameter: ParameterValue, axis: 0 | 1): QuantizedMatrix {
  return axis === 0 ? quantizeRows(parameter) : quantizeColumns(parameter)
}

/** A channel a row: each row is read once. */
function quantizeRows(parameter: ParameterValue): QuantizedMatrix {
  const [rows, columns] = parameter.shape
  const rowAt = rowByRow(parameter)
  const scales = new Float32Array(rows)
  const levels = new Int8Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    const values = rowAt(row)
    let greatest = 0
    for (let column = 0; column < columns; column++) {
      const magnitude = Math.abs(values[column])
      if (magnitude > greatest) greatest = magnitude
    }
    scales[row] = greatest / 127
    const scale = scales[row]
    if (scale === 0) continue
    const start = row * columns
    for (let column = 0; column < columns; column++) levels[start + column] = levelOf(values[column], scale)
  }
  return { levels, scales }
}

/** A channel a column: its scale is known when the whole matrix was read, which is then read again. */
function quantizeColumns(parameter: ParameterValue): QuantizedMatrix {
  const [rows, columns] = parameter.shape
  const rowAt = rowByRow(parameter)
  const scales = new Float32Array(columns)
  for (let row = 0; row < rows; row++) {
    const values = rowAt(row)
    for (let column = 0; column < columns; column++) {
      const magnitude = Math.abs(values[column])
      if (magnitude > scales[column]) scales[column] = magnitude
    }
  }
  for (let column = 0; column < columns; column++) scales[column] /= 127
  const levels = new Int8Array(rows * columns)
  for (let row = 0, at = 0; row < rows; row++) {
    const values = rowAt(row)
    for (let column = 0; column < columns; column++, at++)
      levels[at] = scales[column] === 0 ? 0 : levelOf(values[column], scales[column])
  }
  return { levels, scales }
}

/** Halves upwards. `Math.round` would give the same and take three times as long. */
function levelOf(value: number, scale: number): number {
  const level = value / scale
  if (level >= 127) return 127
  if (level <= -127) return -127
  // of 32-bit numbers the quotient is never so near to a half that the sum would be rounded onto it
  return Number.isNaN(level) ? 0 : ((level + 128.5) | 0) - 128
}

/** Numbers that are taken out of a file at a time. */
const blockSize = 1 << 18

/** Each row as 32-bit floats; those of a file are read a block at a time. */
function rowByRow(parameter: ParameterValue): (row: number) => Float32Array {
  const [rows, columns] = parameter.shape
  const perBlock = parameter.rows === undefined ? rows : Math.max(1, Math.floor(blockSize / columns))
  const read = rowReader(parameter)
  let first = -1
  let block: Float32Array = new Float32Array(0)
  return (row) => {
    const wanted = row - (row % perBlock)
    if (wanted !== first) {
      block = read(wanted, Math.min(perBlock, rows - wanted))
      first = wanted
    }
    return block.subarray((row - first) * columns, (row - first + 1) * columns)
  }
}

/** The numbers that a quantized matrix stands for. */
export function dequantize(
  { levels, scales }: QuantizedMatrix,
  [, columns]: readonly number[],
  axis: 0 | 1,
): Float32Array<ArrayBuffer> {
  const values = new Float32Array(levels.length)
  for (let row = 0, at = 0; at < values.length; row++) {
    if (axis === 0) {
      const scale = scales[row]
      for (let column = 0; column < columns; column++, at++) values[at] = levels[at] * scale
    } else for (let column = 0; column < columns; column++, at++) values[at] = levels[at] * scales[column]
  }
  return values
}

/** A model as its stored weights stand for it, each tensor made when its values are asked for. */
export function storedParameters(
  config: ModelConfig,
  parameters: ParameterValues,
  wanted: WeightStorage,
): ParameterValues {
  if (wanted === 'f32') return parameters
  return new Map(
    [...parameters].map(([name, parameter]): [string, ParameterValue] => {
      const storage = storageOf(name, parameter.shape, wanted)
      if (storage === 'f32') return [name, parameter]
      const axis = channelAxis(config, name)
      return [
        name,
        {
          shape: parameter.shape,
          get values() {
            return rounded(storage === 'f16' ? withinHalves(name, parameter) : parameter, storage, axis)
          },
        },
      ]
    }),
  )
}

function rounded(parameter: ParameterValue, storage: WeightStorage, axis: 0 | 1): Float32Array {
  const { shape, values } = parameter
  switch (storage) {
    case 'f32':
      return values
    case 'int8':
      return dequantize(quantize({ shape, values }, axis), shape, axis)
    case 'bf16':
      return decoded('BF16', encodeBrainFloats(values))
    case 'f16':
      return decoded('F16', encodeHalfFloats(values))
  }
}

function decoded(format: FloatFormat, halves: Uint16Array<ArrayBuffer>): Float32Array {
  const values = new Float32Array(halves.length)
  decodeFloats(format, new Uint8Array(halves.buffer), values)
  return values
}
