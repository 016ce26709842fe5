import { InferenceSession, Tensor } from 'onnxruntime-node'
import { encodeOnnxModel } from '../../core/graph/onnxModel.ts'
import type { ModelConfig } from '../../core/model/modelConfig.ts'
import type { ParameterValue, ParameterValues } from '../../core/model/parameterValues.ts'
import { buildDecoder, chunkedVocabularySize } from '../../core/sampling/onnxDecoder.ts'
import { decoderWeights } from '../../core/sampling/onnxWeights.ts'
import { rotaryWeights } from '../../core/sampling/rotaryWeights.ts'

export type Feeds = Record<string, Tensor>

export interface DecoderSessionSetup {
  readonly config: ModelConfig
  readonly threads: number
  /** How weights reach the session: packed into it (rebuilt by a refresh), or fed with every run. */
  readonly weightsAs: 'initialisers' | 'inputs'
}

/** The decoder's ONNX Runtime session with its weights; it knows nothing of rows and caches. */
export class OnnxDecoderSession {
  readonly usesChunkSums: boolean
  readonly #setup: DecoderSessionSetup
  readonly #tables: ReadonlyMap<string, ParameterValue>
  #session: InferenceSession | null = null
  #weightFeeds: Feeds = {}

  constructor(setup: DecoderSessionSetup) {
    this.#setup = setup
    this.usesChunkSums = setup.config.vocabularySize >= chunkedVocabularySize
    this.#tables = rotaryWeights(setup.config, setup.config.maxPositions)
  }

  /** Takes new weights; the values are copied, so the caller may change its arrays afterwards. */
  async load(parameters: ParameterValues): Promise<void> {
    const weights = decoderWeights(this.#setup.config, parameters)
    if (this.#setup.weightsAs === 'initialisers') return this.#build(weights)
    this.#weightFeeds = copyOfWeights(weights, this.#weightFeeds)
    if (this.#session === null) await this.#build(weights)
  }

  /** Runs the graph; every output is written into the tensors of `fetches`. */
  async run(feeds: Feeds, fetches: Feeds): Promise<void> {
    if (this.#session === null)
      throw new Error('OnnxDecoderSession.run: expected load() before the first run')
    await this.#session.run({ ...this.#weightFeeds, ...feeds }, fetches)
  }

  async dispose(): Promise<void> {
    await this.#session?.release()
    this.#session = null
    this.#weightFeeds = {}
  }

  async #build(weights: ReadonlyMap<string, ParameterValue>): Promise<void> {
    const { config, threads, weightsAs } = this.#setup
    const graph = buildDecoder(config, weights, {
      positions: config.maxPositions,
      weightsAs,
      chunkSums: this.usesChunkSums,
    })
    const external = weightsAs === 'inputs' ? [...this.#tables] : [...weights, ...this.#tables]
    // the old session goes first: two sets of packed weights would double the peak
    await this.#session?.release()
    this.#session = await InferenceSession.create(encodeOnnxModel(graph), {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      // shapes change with every prefill, so recorded memory patterns would only pile up
      enableMemPattern: false,
      logSeverityLevel: 3,
      externalData: external.map(([path, { values }]) => ({ path, data: bytesOf(values) })),
      // TensorFlow's pool shares the cores: a waiting pool must not spin
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    } as InferenceSession.SessionOptions)
  }
}

function bytesOf(values: Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength)
}

/** Weights as feeds in arrays of our own, kept from refresh to refresh. */
function copyOfWeights(weights: ReadonlyMap<string, ParameterValue>, earlier: Feeds): Feeds {
  const feeds: Feeds = {}
  for (const [name, { shape, values }] of weights) {
    const held = earlier[name]
    if (held === undefined) {
      feeds[name] = new Tensor('float32', values.slice(), [...shape])
    } else {
      ;(held.data as Float32Array).set(values)
      feeds[name] = held
    }
  }
  return feeds
}
