import type { DrawKind } from '../../../../core/decoder/functions/draw.ts'
import { samplerNames } from '../../../../core/decoder/functions/samplerNames.ts'
import type { ModelConfig } from '../../../../core/model/config/modelConfig.ts'
import type {
  ChunkDecoder,
  DecodedRow,
  DrawnRows,
  ExtendedRow,
  FirstDraw,
  FirstTokens,
} from '../../../../core/sampling/chunkDecoder.ts'
import { drawKindOf } from '../../../../core/sampling/drawKind.ts'
import type { DrawSettings } from '../../../../core/sampling/nextToken.ts'
import type { ParameterSource } from '../../../../core/sampling/sampler.ts'
import type { CompileWatch } from '../xla/compileWatch.ts'
import type { Feed, GraphSession } from './graphSession.ts'
import type { RunShapes } from './runShapes.ts'

export interface GraphDecoderSetup {
  readonly config: ModelConfig
  /** A session of a graph with `addSampler` in it. */
  readonly session: GraphSession
  /** Runs its functions. */
  readonly watch: CompileWatch
  readonly shapes: RunShapes
  /** Most tokens of one run. */
  readonly chunk: number
  /** Fed in every run that computes with the model; left out: nothing. */
  readonly feeds?: readonly Feed[]
  /** Takes new parameters into the session; left out where they are the trainer's own. */
  readonly refresh?: (policy: ParameterSource) => Promise<void>
  /** Ends what belongs to the decoder alone. */
  readonly dispose?: () => Promise<void>
}

type DrawingFunction = Pick<
  ReturnType<typeof samplerNames.decode>,
  'functionName' | 'drawnIds' | 'drawnLogProbs'
>

/** A million tokens: what a config says beyond it would cost gigabytes before anything is sampled. */
const mostPositions = 2 ** 20

/** The decoder whose caches, loop and draws are functions of a TensorFlow graph. */
export class GraphDecoder implements ChunkDecoder {
  readonly vocabularySize: number
  readonly maxPositions: number
  readonly cacheBytesPerPosition: number
  readonly #setup: GraphDecoderSetup
  #kind: DrawKind = 'all'
  #drawFeeds: readonly Feed[] = []
  /** Slots of the caller; one more takes what rows of a rounded run write that are no rows. */
  #slots = 0
  #length = 0

  constructor(setup: GraphDecoderSetup) {
    const { vocabularySize, maxPositions, layers, keyValueHeads, headWidth } = setup.config
    this.#setup = setup
    this.vocabularySize = vocabularySize
    this.maxPositions = Math.min(maxPositions, mostPositions)
    this.cacheBytesPerPosition = 4 * 2 * layers * keyValueHeads * headWidth
  }

  /** One position more: the last is where pads are written. */
  roundedLength(length: number): number {
    return this.#setup.shapes.length(length + 1)
  }

  reserve(slots: number, length: number): void {
    this.#slots = slots
    this.#length = length
    this.#reserve(slots + 1, length)
  }

  grow(length: number): void {
    const { paddings, done } = samplerNames.grow
    const values = Int32Array.of(0, 0, 0, 0, 0, length - this.#length, 0, 0)
    this.#setup.session.run([{ node: paddings, shape: [4, 2], values }], [done])
    this.#length = length
  }

  copy(moves: readonly { readonly from: number; readonly to: number }[]): void {
    const { from, to, done } = samplerNames.copy
    const feeds = [
      vector(
        from,
        moves.map((move) => move.from),
      ),
      vector(
        to,
        moves.map((move) => move.to),
      ),
    ]
    this.#setup.session.run(feeds, [done])
  }

  setDraw(settings: DrawSettings): void {
    const { temperature, topK, topP } = settings
    this.#kind = drawKindOf(settings, this.vocabularySize)
    const count = topK === 0 ? this.vocabularySize : Math.min(topK, this.vocabularySize)
    const { inverseTemperature, topK: topKNode, topP: topPNode } = samplerNames
    this.#drawFeeds = [
      ...(this.#setup.feeds ?? []),
      {
        node: inverseTemperature,
        shape: [],
        values: Float32Array.of(temperature === 0 ? 1 : 1 / temperature),
      },
      { node: topKNode, shape: [], values: Int32Array.of(count) },
      { node: topPNode, shape: [], values: Float32Array.of(topP) },
    ]
  }

  async extend(rows: readonly ExtendedRow[], draws: readonly FirstDraw[]): Promise<FirstTokens> {
    await whatWaits()
    const { shapes } = this.#setup
    const names = samplerNames.extend(this.#kind)
    const P = shapes.prompts(rows.length)
    const M = shapes.prompts(draws.length)
    const T = shapes.tokens(Math.max(...rows.map(({ ids }) => ids.length)))
    const ids = new Int32Array(P * T)
    rows.forEach((row, at) => ids.set(row.ids, at * T))
    const uniforms = new Float32Array(2 * M)
    draws.forEach(({ uniform }, at) => splitUniform(uniform, uniforms, at, M))
    const feeds = [
      { node: names.ids, shape: [P, T], values: ids },
      padded(
        names.starts,
        rows.map(({ start }) => start),
        P,
        0,
      ),
      padded(
        names.counts,
        rows.map((row) => row.ids.length),
        P,
        1,
      ),
      padded(
        names.slots,
        rows.map(({ slot }) => slot),
        P,
        this.#slots,
      ),
      padded(
        names.parents,
        draws.map(({ row }) => row),
        M,
        0,
      ),
      { node: names.uniforms, shape: [2, M], values: uniforms },
      ...this.#drawFeeds,
    ]
    const what = `prompts of ${T} tokens in ${P} rows`
    const [drawnIds = [], logProbs = []] = await this.#run(names, what, feeds)
    return { ids: firstOf(drawnIds, draws.length), logProbs: firstOf(logProbs, draws.length) }
  }

  async decode(rows: readonly DecodedRow[], steps: number): Promise<DrawnRows> {
    await whatWaits()
    const { shapes, chunk } = this.#setup
    const names = samplerNames.decode(this.#kind)
    const R = shapes.rows(rows.length)
    const N = shapes.steps(steps, chunk)
    const uniforms = new Float32Array(N * 2 * R)
    rows.forEach((row, at) => {
      row.uniforms.forEach((uniform, t) => splitUniform(uniform, uniforms, t * 2 * R + at, R))
    })
    const feeds = [
      padded(
        names.first,
        rows.map(({ lastId }) => lastId),
        R,
        0,
      ),
      padded(
        names.lengths,
        rows.map(({ length }) => length),
        R,
        0,
      ),
      padded(
        names.slots,
        rows.map(({ slot }) => slot),
        R,
        this.#slots,
      ),
      { node: names.uniforms, shape: [N, 2, R], values: uniforms },
      ...this.#drawFeeds,
    ]
    const [ids = [], logProbs = []] = await this.#run(names, `${N} tokens for ${R} rows`, feeds)
    const ofRow = (drawn: ArrayLike<number>, at: number) =>
      Array.from({ length: steps }, (_, t) => drawn[t * R + at] ?? NaN)
    return {
      ids: rows.map((_, at) => ofRow(ids, at)),
      logProbs: rows.map((_, at) => ofRow(logProbs, at)),
    }
  }

  #run(names: DrawingFunction, what: string, feeds: readonly Feed[]) {
    const { functionName, drawnIds, drawnLogProbs } = names
    const caches = `caches of ${this.#length} positions`
    const call = { functionName, what: `${what}, ${caches}`, feeds, fetches: [drawnIds, drawnLogProbs] }
    return this.#setup.watch.run(call, { slots: this.#slots + 1, length: this.#length })
  }

  clear(): void {
    this.reserve(0, 1)
  }

  async refresh(policy: ParameterSource): Promise<void> {
    await this.#setup.refresh?.(policy)
  }

  async dispose(): Promise<void> {
    await this.#setup.watch.settle(({ slots, length }) => {
      this.#reserve(slots, length)
    })
    await this.#setup.dispose?.()
  }

  #reserve(slots: number, length: number): void {
    const { keyValueHeads, headWidth } = this.#setup.config
    const { shape, done } = samplerNames.reserve
    const values = Int32Array.of(slots, keyValueHeads, length, headWidth)
    this.#setup.session.run([{ node: shape, shape: [4], values }], [done])
  }
}

/** A run blocks this thread: whoever wants to stop, or has a message, is heard before each. */
function whatWaits(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** A number of [0, 1) as two of float32 that add up to it in float64, `width` apart. */
function splitUniform(uniform: number, into: Float32Array, at: number, width: number): void {
  const high = Math.fround(uniform)
  into[at] = high
  into[at + width] = uniform - high
}

function vector(node: string, values: readonly number[]): Feed {
  return { node, shape: [values.length], values: Int32Array.from(values) }
}

function padded(node: string, values: readonly number[], count: number, filler: number): Feed {
  const all = new Int32Array(count).fill(filler)
  all.set(values)
  return { node, shape: [count], values: all }
}

function firstOf(values: ArrayLike<number>, count: number): number[] {
  return Array.from({ length: count }, (_, i) => values[i] ?? NaN)
}
