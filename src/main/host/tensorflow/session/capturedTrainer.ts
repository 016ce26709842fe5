import { updateNames, updateScalars } from '../../../../core/train/engine/adamWGraph.ts'
import { zeroGradients } from '../../../../core/train/engine/gradientAccumulators.ts'
import type { ParameterKind } from '../../../../core/train/engine/graphVariables.ts'
import { adapterScaleNode, dropoutNodes, mergedList } from '../../../../core/train/engine/modelVariables.ts'
import {
  bucketNames,
  gradientFetches,
  type RecordedBuckets,
} from '../../../../core/train/engine/recordedBuckets.ts'
import { captureTraining } from '../../../../core/train/engine/trainingGraph.ts'
import type { DrawKind } from '../../../../core/decoder/functions/draw.ts'
import type { Sampler } from '../../../../core/sampling/sampler.ts'
import type { SamplerOptions } from '../../../../core/train/engine/samplingGraph.ts'
import { adapterScale } from '../../../../core/model/adapter.ts'
import { dropoutKey } from '../../../../core/model/adapterDropout.ts'
import { copiedValues, type ParameterValues } from '../../../../core/model/parameterValues.ts'
import type { MicroBatch } from '../../../../core/train/engine/paddedBatch.ts'
import {
  inputWidth,
  longestRowOfBuckets,
  padInput,
  requireRows,
  splitIntoMicroBatches,
} from '../../../../core/train/engine/paddedBatch.ts'
import type {
  GradientTrainer,
  TokenBatch,
  TokenScorer,
  TrainerState,
  UpdateStats,
} from '../../../../core/train/engine/trainer.ts'
import { copiedState } from '../../../../core/train/engine/trainer.ts'
import type { LossSumName } from '../../../../core/rl/losses/policyLoss.ts'
import { trainedParameters, type TrainerSetup } from '../../../../core/train/engine/trainerSetup.ts'
import { requireState, requireFinite } from '../../../../core/train/engine/trainerChecks.ts'
import { idFeeds, recordedBucket, scoreRows, type SessionOfBuckets } from './capturedScorer.ts'
import { viewVariables, writeFrozenModel, writeVariables, zeroVariables } from './capturedVariables.ts'
import type { Feed } from './graphSession.ts'
import { GraphSession } from './graphSession.ts'
import type { GraphSamplerLimits } from './graphSampler.ts'
import { samplerOn } from './graphSampler.ts'

/**
 * Trains in one captured TensorFlow graph: parameters, moments and gradients stay in its session; ids,
 * weights and scalars go in, loss and norm come out.
 */
export function createCapturedTrainer(setup: TrainerSetup, workFolder?: string): GradientTrainer {
  return new CapturedTrainer(setup, { workFolder })
}

/**
 * A trainer, and a sampler on its very parameters: what an update writes is what the next token is drawn
 * from.
 */
export function createTrainerWithSampler(
  setup: TrainerSetup,
  draws: readonly DrawKind[],
  limits: GraphSamplerLimits,
): { trainer: GradientTrainer; sampler: Sampler } {
  const trainer = new CapturedTrainer(setup, { sampler: { draws, compilation: limits.compilation } })
  const sampler = samplerOn(trainer.session, setup.config, limits, { feeds: trainer.adapterFeeds() })
  return { trainer, sampler }
}

interface CaptureOptions {
  readonly workFolder?: string | undefined
  readonly sampler?: SamplerOptions
}

class CapturedTrainer implements GradientTrainer {
  readonly maxRowLength: number
  readonly base: TokenScorer | null
  readonly #setup: TrainerSetup
  /** Shapes of what is trained, by name, in the order of its variables. */
  readonly #trained: ReadonlyMap<string, { readonly shape: readonly number[] }>
  readonly #session: GraphSession
  readonly #buckets: RecordedBuckets
  readonly #sumNames: readonly LossSumName[]
  #updates = 0
  #hasMoments = false

  constructor(setup: TrainerSetup, { workFolder, sampler }: CaptureOptions) {
    const captured = captureTraining(setup, sampler)
    const { adapter } = setup
    const trained = trainedParameters(setup)
    this.#setup = setup
    this.#trained = new Map([...trained].map(([name, { shape }]) => [name, { shape }]))
    this.#sumNames = captured.sumNames
    this.#buckets = captured.buckets
    this.maxRowLength = longestRowOfBuckets(setup.buckets, setup.config.maxPositions)
    this.#session = new GraphSession(captured, workFolder)
    if (adapter !== undefined) writeFrozenModel(this.#session, setup)
    this.#write('parameter', trained)
    zeroVariables(this.#session, 'gradient', this.#trained)
    this.base = adapter === undefined ? null : this.#withoutAdapter()
  }

  /** What is fed wherever the model computes; 0 as the scale takes the adapter off. */
  adapterFeeds(scale?: number): Feed[] {
    const { adapter } = this.#setup
    if (adapter === undefined) return []
    const values = Float32Array.of(scale ?? adapterScale(adapter))
    return [{ node: adapterScaleNode, shape: [], values }]
  }

  /** What is fed of the adapter where rows are scored: nothing is dropped. */
  #scoringFeeds(scale?: number): Feed[] {
    const { dropout } = this.#setup
    return [...this.adapterFeeds(scale), ...(dropout === undefined ? [] : dropoutFeeds(1, 0))]
  }

  /** And where a micro-batch is trained on, by its place in the update. */
  #trainingFeeds(microBatch: number): Feed[] {
    const { dropout } = this.#setup
    if (dropout === undefined) return this.adapterFeeds()
    const key = dropoutKey(dropout, this.#updates, microBatch)
    return [...this.adapterFeeds(), ...dropoutFeeds(1 - dropout.rate, key)]
  }

  #withoutAdapter(): TokenScorer {
    return {
      // the very nodes of the policy's own scores: before the first update the two are the same to the bit
      tokenLogProbs: async (rows) =>
        Promise.resolve(scoreRows(this.#graph, this.#setup, rows, this.#scoringFeeds(0))),
      dispose: () => Promise.resolve(),
    }
  }

  #write(kind: ParameterKind, values: ParameterValues): void {
    writeVariables(this.#session, kind, [...this.#trained.keys()], values)
  }

  get #graph(): SessionOfBuckets {
    return { session: this.#session, buckets: this.#buckets }
  }

  get session(): GraphSession {
    return this.#session
  }

  async step(batch: TokenBatch, learningRate: number): Promise<UpdateStats> {
    requireRows(batch)
    const { rowsPerMicroBatch, buckets, adamW } = this.#setup
    const lengths = batch.rows.map((row) => row.ids.length)
    const totals = this.#accumulate(batch, splitIntoMicroBatches(lengths, buckets, rowsPerMicroBatch))
    this.#beginMoments()
    const [loss = Number.NaN, ...sums] = totals
    requireFinite('loss', loss)
    const gradientNorm = this.#session.run([], [updateNames.gradientNorm])[0]?.[0] ?? Number.NaN
    requireFinite('gradient norm', gradientNorm)
    const scalars = updateScalars(adamW, learningRate, this.#updates + 1, gradientNorm)
    const feeds = Object.entries(scalars).map(([name, value]) => ({
      node: updateNames[name as keyof typeof scalars],
      shape: [],
      values: Float32Array.of(value as number),
    }))
    const seed = { node: updateNames.seed, shape: [], values: Int32Array.of(this.#updates) }
    this.#session.run(adamW.moments === 'bf16' ? [...feeds, seed] : feeds, [updateNames.apply])
    this.#updates++
    return Promise.resolve({
      loss,
      gradientNorm,
      sums: Object.fromEntries(this.#sumNames.map((name, i) => [name, sums[i] ?? Number.NaN])),
      tokens: lengths.reduce((total, length) => total + length - 1, 0),
      learningRate,
    })
  }

  // async, so that what is thrown here is a rejection, as the interface says
  async tokenLogProbs(rows: readonly Int32Array[]): Promise<readonly Float32Array[]> {
    return Promise.resolve(scoreRows(this.#graph, this.#setup, rows, this.#scoringFeeds()))
  }

  readParameters(): Promise<ParameterValues> {
    const { adapter, parameters } = this.#setup
    if (adapter === undefined) return Promise.resolve(this.#view('parameter'))
    return Promise.resolve(
      viewVariables(this.#session, mergedList, parameters, { feeds: this.adapterFeeds() }),
    )
  }

  readGradients(): Promise<ParameterValues> {
    return Promise.resolve(copiedValues(this.#view('gradient')))
  }

  // async, so that what is thrown here is a rejection, as the interface says
  async readState(): Promise<TrainerState> {
    return Promise.resolve(copiedState(this.viewState()))
  }

  viewState(): TrainerState {
    const moments = (kind: ParameterKind) =>
      viewVariables(this.#session, kind, this.#trained, { isThere: () => this.#hasMoments })
    return {
      parameters: this.#view('parameter'),
      firstMoments: moments('firstMoment'),
      secondMoments: moments('secondMoment'),
      updates: this.#updates,
    }
  }

  #view(kind: ParameterKind): ParameterValues {
    return viewVariables(this.#session, kind, this.#trained)
  }

  async writeState(state: TrainerState): Promise<void> {
    requireState(state, this.#trained)
    this.#write('parameter', state.parameters)
    this.#write('firstMoment', state.firstMoments)
    this.#write('secondMoment', state.secondMoments)
    this.#hasMoments = true
    this.#updates = state.updates
    return Promise.resolve()
  }

  dispose(): Promise<void> {
    this.#session.dispose()
    return Promise.resolve()
  }

  /**
   * As zeros, and not before the first update: preparing its pass leaves holes in memory that they fill.
   */
  #beginMoments(): void {
    if (this.#hasMoments) return
    this.#hasMoments = true
    for (const kind of ['firstMoment', 'secondMoment'] as const)
      zeroVariables(this.#session, kind, this.#trained)
  }

  /** @returns loss and sums, added over the micro-batches in float64 */
  #accumulate(batch: TokenBatch, microBatches: readonly MicroBatch[]): number[] {
    const totals = new Array<number>(1 + this.#sumNames.length).fill(0)
    this.#session.run([], [zeroGradients])
    microBatches.forEach((microBatch, place) => {
      const { like } = recordedBucket(this.#buckets, microBatch.bucket)
      const fetches = gradientFetches(this.#setup, like)
      const [scalars] = this.#session.run(
        [...this.#trainingFeeds(place), ...this.#feeds(batch, microBatch)],
        fetches,
      )
      scalars?.forEach((value, at) => {
        totals[at] = (totals[at] ?? 0) + value
      })
    })
    return totals
  }

  #feeds(batch: TokenBatch, { rowNumbers, bucket }: MicroBatch): Feed[] {
    const { rowsPerMicroBatch: rowCount, loss } = this.#setup
    const { like, feeds } = recordedBucket(this.#buckets, bucket)
    const rows = rowNumbers.flatMap((row) => batch.rows[row] ?? [])
    const inputs = loss.inputs.map((input) => ({
      node: bucketNames(like).lossInput(input.name),
      shape: [rowCount, inputWidth(input, bucket)],
      values: padInput(rows, input, { rowCount, bucket }),
    }))
    const ids = idFeeds(
      rows.map((row) => row.ids),
      { like, rowCount, bucket },
    )
    return [...ids, ...inputs, ...feeds]
  }
}

function dropoutFeeds(keep: number, key: number): Feed[] {
  return [
    { node: dropoutNodes.keep, shape: [], values: Float32Array.of(keep) },
    { node: dropoutNodes.key, shape: [], values: Int32Array.of(key) },
  ]
}
