import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { ModelConfig } from '../../../../core/model/config/modelConfig.ts'
import { exportedMetadata } from '../../../../core/model/gguf/ggufExport.ts'
import { buildGgufHeader, paddingAfter, tensorBytes } from '../../../../core/model/gguf/ggufHeaderBytes.ts'
import {
  exportedTensors,
  inFileOrder,
  ropeFactorsTensor,
  type ExportedTensor,
} from '../../../../core/model/gguf/ggufLayout.ts'
import type { ParameterValues } from '../../../../core/model/parameterValues.ts'
import { beyondHalves, encodeHalfFloats, largestHalf } from '../../../../core/model/safetensors.ts'
import { RecheckError } from '../../../../shared/errors/recheckError.ts'
import { quoted } from '../../../../shared/text/shortened.ts'
import { writeAll, writeThroughTemporary } from '../safetensorsFiles.ts'
import { readTokenizerFacts } from './tokenizerFacts.ts'

export interface GgufModel {
  /** Of the model, for people. */
  readonly name: string
  readonly licence: string | null
  readonly config: ModelConfig
  readonly parameters: ParameterValues
  /** Whose config and tokenizer the model has. */
  readonly folder: string
  /** Told of every piece of the weights, in bytes of the file. */
  readonly onWritten?: (bytes: number) => void
}

/** Elements that are converted at a time. */
const pieceElements = 1 << 20

/** Bytes of all weights in such a file. */
export function ggufWeightBytes(config: ModelConfig): number {
  return exportedTensors(config).reduce((sum, tensor) => sum + tensorBytes(tensor), 0)
}

/**
 * Writes a model as one GGUF file that llama.cpp loads: matrices as F16, norms and biases as F32, tokenizer
 * and chat template in its metadata. Holds one tensor at a time.
 *
 * @throws RecheckError `gguf.unsupported` for what such a file cannot say; `tokenizer.*`
 */
export async function writeGguf(path: string, model: GgufModel): Promise<void> {
  const { config, folder, name, licence } = model
  const metadata = exportedMetadata(config, {
    name,
    licence,
    file: join(folder, 'config.json'),
    tokenizer: await readTokenizerFacts(folder),
  })
  const tensors = exportedTensors(config)
  const factors = ropeFactorsTensor(config)
  const header = buildGgufHeader(metadata, factors === null ? tensors : [factors, ...tensors])
  await writeThroughTemporary(path, async (file) => {
    await writeAll(file, header)
    if (factors !== null) await writePadded(file, [factors.values])
    for (const tensor of tensors) await writePadded(file, piecesOf(tensor, model))
  })
}

function* piecesOf(
  tensor: ExportedTensor,
  { config, parameters, onWritten }: GgufModel,
): Generator<Float32Array | Uint16Array> {
  const parameter = parameters.get(tensor.parameter)
  if (parameter === undefined) throw new RangeError(`writeGguf: ${tensor.parameter} is missing`)
  const values = inFileOrder(parameter.values, tensor, config.headWidth)
  for (let from = 0; from < values.length; from += pieceElements) {
    const part = values.subarray(from, from + pieceElements)
    if (tensor.type === 'F16') requireHalves(part, tensor)
    const piece = tensor.type === 'F16' ? encodeHalfFloats(part) : part
    yield piece
    onWritten?.(piece.byteLength)
  }
}

async function writePadded(file: FileHandle, pieces: Iterable<Float32Array | Uint16Array>): Promise<void> {
  let written = 0
  for (const piece of pieces) {
    await writeAll(file, new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength))
    written += piece.byteLength
  }
  await writeAll(file, new Uint8Array(paddingAfter(written)))
}

function requireHalves(values: Float32Array, { parameter }: ExportedTensor): void {
  const beyond = beyondHalves(values)
  if (beyond === undefined) return
  throw new RecheckError(
    'gguf.unsupported',
    `${quoted(parameter)} has a weight of ${beyond}; F16 goes to ${largestHalf}. Export a Hugging Face folder instead (leave --gguf out).`,
  )
}
