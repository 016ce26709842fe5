import { Tensor } from 'onnxruntime-node'
import type { InferenceSession } from 'onnxruntime-node'
import type { ModelConfig } from '../../../core/model/config/modelConfig.ts'
import type { ParameterValue, ParameterValues } from '../../../core/model/parameterValues.ts'
import type { WeightsAs } from '../../../core/decoder/graphParts.ts'
import { buildPrefillGraph } from '../../../core/decoder/prefill.ts'
import { buildStepGraph } from '../../../core/decoder/step.ts'
import { decoderWeights } from '../../../core/decoder/weights.ts'
import { freeArray } from '../../../core/model/freeArray.ts'
import { rotaryWeights } from '../../../core/decoder/rotaryWeights.ts'
import { createGraphSession } from './graphSession.ts'
import type { Feeds } from './graphSession.ts'

export interface DecoderSessionSetup {
  readonly config: ModelConfig
  readonly threads: number
  /**
   * How weights reach the step's graph. The prefill's are always fed: its products are large enough that
   * packed weights gain nothing, and it is never rebuilt.
   */
  readonly weightsAs: WeightsAs
  /** Rows of the rotary tables: no sampled row is longer. Left out: `longestRow`. */
  readonly tablePositions?: number
}

/**
 * A million tokens: what a config says beyond it would cost gigabytes of tables before anything is sampled.
 */
const mostPositions = 2 ** 20

/** Tokens of the longest row that is sampled. */
export function longestDecodedRow({ maxPositions }: ModelConfig): number {
  return Math.min(maxPositions, mostPositions)
}

/** The decoder's two ONNX Runtime sessions and one set of weights; it knows nothing of rows and caches. */
export class OnnxDecoderSession {
  readonly #setup: DecoderSessionSetup
  readonly #tables: ReadonlyMap<string, ParameterValue>
  #prefill: InferenceSession | null = null
  #step: InferenceSession | null = null
  #weights: Feeds = {}

  constructor(setup: DecoderSessionSetup) {
    this.#setup = setup
    this.#tables = rotaryWeights(setup.config, tablePositions(setup))
  }

  /** Takes new weights; the values are copied, so the caller may change its arrays afterwards. */
  async load(parameters: ParameterValues): Promise<void> {
    const weights = decoderWeights(this.#setup.config, parameters)
    this.#weights = copyOfWeights(weights, this.#weights)
    const { config, threads, weightsAs } = this.#setup
    const graphSetup = { config, weights, positions: tablePositions(this.#setup) }
    const values = new Map([...this.#tables].map(([name, table]) => [name, table.values]))
    for (const [name, tensor] of Object.entries(this.#weights)) values.set(name, tensor.data as Float32Array)
    this.#prefill ??= await createGraphSession(
      buildPrefillGraph({ ...graphSetup, weightsAs: 'inputs' }),
      values,
      threads,
    )
    if (this.#step !== null && weightsAs === 'inputs') return
    // the old session goes first: two sets of packed weights would double the peak
    await this.#step?.release()
    this.#step = await createGraphSession(buildStepGraph({ ...graphSetup, weightsAs }), values, threads)
  }

  /** Every output is written into the tensors of `fetches`. */
  async prefill(feeds: Feeds, fetches: Feeds): Promise<void> {
    freeOutputs(await loaded(this.#prefill).run({ ...this.#weights, ...feeds }, fetches))
  }

  async step(feeds: Feeds, fetches: Feeds): Promise<void> {
    const isFed = this.#setup.weightsAs === 'inputs'
    freeOutputs(await loaded(this.#step).run(isFed ? { ...this.#weights, ...feeds } : feeds, fetches))
  }

  async dispose(): Promise<void> {
    await this.#prefill?.release()
    await this.#step?.release()
    this.#prefill = null
    this.#step = null
    this.#weights = {}
  }
}

function tablePositions(setup: DecoderSessionSetup): number {
  return setup.tablePositions ?? longestDecodedRow(setup.config)
}

function loaded(session: InferenceSession | null): InferenceSession {
  if (session === null) throw new Error('OnnxDecoderSession: expected load() before the first run')
  return session
}

/**
 * onnxruntime-node returns a copy of each output beside the tensor that it was written into: of a prefill, the
 * caches of all its rows.
 */
function freeOutputs(copies: InferenceSession.OnnxValueMapType): void {
  for (const { data } of Object.values(copies)) if (data instanceof Float32Array) freeArray(data)
}

/** Weights as feeds in arrays of our own, kept from refresh to refresh. */
function copyOfWeights(weights: ReadonlyMap<string, ParameterValue>, earlier: Feeds): Feeds {
  const feeds: Feeds = {}
  for (const [name, weight] of weights) {
    const held = earlier[name]
    const { shape, values, isMadeAnew } = weight
    if (held === undefined) {
      feeds[name] = new Tensor('float32', isMadeAnew === true ? values : values.slice(), [...shape])
    } else {
      ;(held.data as Float32Array).set(values)
      if (isMadeAnew === true) freeArray(values)
      feeds[name] = held
    }
  }
  return feeds
}
