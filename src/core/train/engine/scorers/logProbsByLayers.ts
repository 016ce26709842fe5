import * as tf from '@tensorflow/tfjs'
import type { Tensor2D } from '@tensorflow/tfjs'
import type { RawOps } from '../../../graph/rawOps.ts'
import type { ModelConfig } from '../../../model/config/modelConfig.ts'
import { embeddingName, headOf, layerPrefix } from '../../../model/parameterTable.ts'
import { disposeTensors, tensorsOf } from '../../../model/parameterTensors.ts'
import { rowReader, type ParameterValue, type ParameterValues } from '../../../model/parameterValues.ts'
import { decoderLayer, embedTokens, finalNorm, startPass } from '../../../model/transformer.ts'
import type { ForwardPass } from '../../../model/transformer.ts'
import type { StopSignal } from '../../../sampling/sampler.ts'
import { partsOfChunk } from './chunkedPredictions.ts'

/** A model whose values may be read from its files as they are asked for. */
export interface WholeModel {
  readonly config: ModelConfig
  readonly parameters: ParameterValues
  readonly ops: RawOps
}

interface Options {
  /** Before each layer; waited for, so that the caller's event loop goes on. */
  readonly beforeLayer?: (done: number, total: number) => Promise<void>
  readonly signal?: StopSignal
  /** Tokens of the vocabulary whose logits are there at a time. */
  readonly headChunk?: number
}

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
  { beforeLayer, signal, headChunk = 8192 }: Options = {},
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
  const scores = predicted(model, states, rows, { temperature, headChunk })
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

/**
 * Log-probs of each row's next tokens, by the final norm and the head: the rows of a chunk are read once, and
 * gone before those of the next are.
 */
function predicted(
  model: WholeModel,
  states: readonly Tensor2D[],
  rows: readonly Int32Array[],
  { temperature, headChunk }: { readonly temperature: number; readonly headChunk: number },
): Float32Array[] {
  const { config } = model
  const { width: C, vocabularySize: V } = config
  const headRows = rowReader(parameterOf(model.parameters, headOf(config)))
  const norm = config.family === 'gpt2' ? 'transformer.ln_f' : 'model.norm'
  const hidden = withTensors(model, `${norm}.`, (parameters) =>
    states.map((state, at) =>
      tf.tidy(() => finalNorm({ ...model, parameters }, state.slice([0, 0], [rows[at].length - 1, C]))),
    ),
  )
  const sums = rows.map((row) => new RunningSums(row.length - 1))
  for (let first = 0; first < V; first += headChunk) {
    const count = Math.min(headChunk, V - first)
    const weights = tf.tensor2d(headRows(first, count), [count, C])
    hidden.forEach((state, at) => {
      const parts = tf.tidy(() => {
        const logits = model.ops.matMul(state, weights, false, true).mul<Tensor2D>(1 / temperature)
        const { largest, total, chosen } = partsOfChunk(
          logits,
          tf.tensor1d(rows[at].subarray(1), 'int32'),
          first,
        )
        return tf.concat([largest, total, chosen], 1)
      })
      sums[at].add(parts.dataSync<'float32'>())
      parts.dispose()
    })
    weights.dispose()
  }
  tf.dispose(hidden)
  return sums.map((each) => each.logProbs())
}

/** Σ exp over the chunks so far, relative to the largest logit so far, and each target's logit. */
class RunningSums {
  readonly #largest: Float64Array
  readonly #total: Float64Array
  readonly #chosen: Float64Array

  constructor(predictions: number) {
    this.#largest = new Float64Array(predictions).fill(-Infinity)
    this.#total = new Float64Array(predictions)
    this.#chosen = new Float64Array(predictions)
  }

  /** @param parts [predictions, 3] of `partsOfChunk`: largest, total, chosen */
  add(parts: Float32Array): void {
    for (let n = 0; n < this.#largest.length; n++) {
      const largest = Math.max(this.#largest[n], parts[3 * n])
      this.#total[n] =
        this.#total[n] * Math.exp(this.#largest[n] - largest) +
        parts[3 * n + 1] * Math.exp(parts[3 * n] - largest)
      this.#largest[n] = largest
      this.#chosen[n] += parts[3 * n + 2]
    }
  }

  logProbs(): Float32Array {
    return Float32Array.from(
      this.#chosen,
      (chosen, n) => chosen - this.#largest[n] - Math.log(this.#total[n]),
    )
  }
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
