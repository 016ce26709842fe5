import * as tf from '@tensorflow/tfjs'
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import type { RawOps } from '../../graph/rawOps.ts'
import type { ModelConfig } from '../../model/config/modelConfig.ts'
import { embeddingName, headOf, layerPrefix } from '../../model/parameterTable.ts'
import { disposeTensors, tensorsOf } from '../../model/parameterTensors.ts'
import { rowReader, type ParameterValue, type ParameterValues } from '../../model/parameterValues.ts'
import { decoderLayer, embedTokens, finalNorm, startPass } from '../../model/transformer.ts'
import type { ForwardPass } from '../../model/transformer.ts'
import type { StopSignal } from '../../sampling/sampler.ts'
import { chunkedPredictions } from './chunkedPredictions.ts'

/** A model whose values may be read from its files as they are asked for. */
export interface WholeModel {
  readonly config: ModelConfig
  readonly parameters: ParameterValues
  readonly ops: RawOps
}

interface Watch {
  /** Before each layer; waited for, so that the caller's event loop goes on. */
  readonly beforeLayer?: (done: number, total: number) => Promise<void>
  readonly signal?: StopSignal
}

/** Tokens of the vocabulary whose logits are there at a time. */
const headChunk = 8192

/**
 * ln π(ids[t + 1] | ids[≤ t]) in 32-bit floats, op by op, with the weights of one layer in memory at a time:
 * what a model that is kept in fewer bits is held against, without ever having it whole.
 *
 * @param rows of at least 2 tokens
 * @returns one array a row, of its length − 1; null when the signal was raised
 */
export async function logProbsByLayers(
  model: WholeModel,
  rows: readonly Int32Array[],
  temperature: number,
  { beforeLayer, signal }: Watch = {},
): Promise<Float32Array[] | null> {
  const { layers } = model.config
  let states = embedded(model, rows)
  for (let layer = 0; layer < layers; layer++) {
    await beforeLayer?.(layer, layers)
    if (signal?.aborted === true) {
      tf.dispose(states)
      return null
    }
    const before = states
    states = withTensors(model, `${layerPrefix(model.config, layer)}.`, (parameters) =>
      before.map((x) => tf.tidy(() => decoderLayer(passOf({ ...model, parameters }, x.shape[0]), layer, x))),
    )
    tf.dispose(before)
  }
  const scores = predicted(model, states, rows, temperature)
  tf.dispose(states)
  return scores
}

/** Rows of the embedding for the ids that there are, which alone become tensors. @returns [T, C] each */
function embedded(model: WholeModel, rows: readonly Int32Array[]): Tensor2D[] {
  const name = embeddingName(model.config)
  const C = model.config.width
  const ids = [...new Set(rows.flatMap((row) => [...row]))]
  const places = new Map(ids.map((id, place) => [id, place]))
  const rowsOf = rowReader(parameterOf(model.parameters, name))
  const own = new Float32Array(ids.length * C)
  ids.forEach((id, place) => own.set(rowsOf(id, 1), place * C))
  return withTensors(model, 'transformer.wpe.', (learned) => {
    const table = tf.tensor2d(own, [ids.length, C])
    const parameters = new Map([...learned, [name, table]])
    const states = rows.map((row) =>
      tf.tidy(() => {
        const placed = row.map((id) => places.get(id) ?? Number.NaN)
        const tensor = tf.tensor2d(placed, [1, row.length], 'int32')
        return embedTokens(startPass({ ...model, parameters }, tensor), tensor)
      }),
    )
    table.dispose()
    return states
  })
}

/** Log-probs of each row's next tokens, by the final norm and the head. */
function predicted(
  model: WholeModel,
  states: readonly Tensor2D[],
  rows: readonly Int32Array[],
  temperature: number,
): Float32Array[] {
  const { config, ops } = model
  const { width: C, vocabularySize } = config
  const rowsOf = rowReader(parameterOf(model.parameters, headOf(config)))
  const norm = config.family === 'gpt2' ? 'transformer.ln_f' : 'model.norm'
  const head = {
    name: headOf(config),
    vocabularySize,
    rows: ({ first, count }: { first: number; count: number }) =>
      tf.tensor2d(rowsOf(first, count), [count, C]),
    trained: null,
  }
  const setup = { ops, head, chunk: headChunk, temperature, needsEntropy: false, sink: null }
  return withTensors(model, `${norm}.`, (parameters) =>
    rows.map((row, at) => {
      const logProbs = tf.tidy(() => {
        const seen = states[at].slice([0, 0], [row.length - 1, C])
        const targets = tf.tensor1d(row.subarray(1), 'int32') as Tensor1D
        return chunkedPredictions(setup, finalNorm({ ...model, parameters }, seen), targets).logProbs
      })
      const values = Float32Array.from(logProbs.dataSync<'float32'>())
      logProbs.dispose()
      return values
    }),
  )
}

/** A pass over one row; its tables are the caller's scope's. */
function passOf(model: ForwardPass['model'], length: number): ForwardPass {
  return startPass(model, tf.zeros([1, length], 'int32'))
}

/** Uses the tensors under a prefix and lets them go. */
function withTensors<T>(
  { parameters }: WholeModel,
  prefix: string,
  use: (tensors: ReadonlyMap<string, tf.Tensor>) => T,
): T {
  const tensors = tensorsOf(new Map([...parameters].filter(([name]) => name.startsWith(prefix))))
  try {
    return use(tensors)
  } finally {
    disposeTensors(tensors)
  }
}

function parameterOf(parameters: ParameterValues, name: string): ParameterValue {
  const parameter = parameters.get(name)
  if (parameter === undefined) throw new RangeError(`logProbsByLayers: no parameter "${name}"`)
  return parameter
}
