import type { RunConfig } from '../../shared/config/parseConfig.ts'
import type { LogEvent } from '../../shared/runs/runEvent.ts'
import { formatNumber } from '../../shared/text/format.ts'
import type { Problem } from '../data/problem.ts'
import { packRows } from '../rollout/packedRow.ts'
import type { Rollout } from '../rollout/rollout.ts'
import type { Conversation } from '../rollout/sampleTurns.ts'
import { rollOutSelfCorrection } from '../rollout/selfCorrection.ts'
import type { StopSignal } from '../sampling/sampler.ts'
import type { TokenScorer } from './engine/trainer.ts'
import { logProbsByLayers, type WholeModel } from './engine/scorers/logProbsByLayers.ts'
import { reportProgress, samplingProgress } from './reportProgress.ts'
import type { StageProgress } from './trainEvent.ts'

/** Problems whose rollouts are scored twice. */
const mostProblems = 8

export interface WeightPrecisionSetup {
  readonly config: RunConfig
  readonly conversation: Conversation
  readonly problems: readonly Problem[]
  /** The model in the bits that `model.baseWeights` and `model.compute` say. */
  readonly kept: TokenScorer
  /** The same in 32 bits. */
  readonly whole: WholeModel
  readonly signal: StopSignal
  /** Lets the event loop go on between two layers. */
  readonly pause: () => Promise<void>
}

/** |Δ ln π| between a model kept or computed in fewer bits and the same in 32, over drawn tokens. */
export interface WeightPrecision {
  readonly tokens: number
  /** Nats. */
  readonly meanDifference: number
  readonly largestDifference: number
}

/**
 * How much a model loses in fewer bits, measured on a few rollouts of the run's own problems. Its
 * draws are of a stream of their own and change nothing of what follows.
 *
 * @returns null when the signal was raised
 */
export async function* measureWeightPrecision(
  setup: WeightPrecisionSetup,
): AsyncGenerator<StageProgress, WeightPrecision | null> {
  const { config, conversation, kept, whole, signal, pause } = setup
  const rollouts = yield* reportProgress<StageProgress, Rollout[]>((report) =>
    rollOutSelfCorrection(setup.problems.slice(0, mostProblems), {
      conversation,
      turns: config.turns,
      samples: 1,
      seedLabels: ['weight precision'],
      onProgress: samplingProgress(report, 'measuring what fewer bits cost'),
      signal,
    }),
  )
  const rows = rollouts.flatMap(({ turns }) => packRows(turns))
  const ids = rows.map((row) => row.ids)
  const ofKept = await kept.tokenLogProbs(ids)
  const ofWhole = yield* reportProgress<StageProgress, Float32Array[] | null>((report) =>
    logProbsByLayers(whole, ids, config.sampling.temperature, {
      signal,
      beforeLayer(done, total) {
        report({ type: 'progress', activity: 'measuring what fewer bits cost', done, total, unit: 'layers' })
        return pause()
      },
    }),
  )
  if (ofWhole === null) return null
  // token t of the row is predicted at position t − 1
  const differences = rows.flatMap(({ spans }, row) =>
    spans.flatMap(({ start, end }) =>
      Array.from({ length: end - start }, (_, i) =>
        Math.abs(ofKept[row][start - 1 + i] - ofWhole[row][start - 1 + i]),
      ),
    ),
  )
  const sum = differences.reduce((total, each) => total + each, 0)
  return {
    tokens: differences.length,
    meanDifference: sum / differences.length,
    largestDifference: differences.reduce((most, each) => Math.max(most, each), 0),
  }
}

/** Nats; beyond it rounding is no longer small beside what an update moves, and the run says what comes closer. */
const noticeable = { f32: 0.01, int8: 0.01, bf16: 0.003, f16: 0.003 } as const

/** For the run's log and its page. */
export function weightPrecisionEvent(
  { tokens, meanDifference, largestDifference }: WeightPrecision,
  model: FewerBits,
): LogEvent {
  const isNoticeable = meanDifference > noticeable[model.baseWeights]
  return {
    type: 'log',
    level: isNoticeable ? 'warning' : 'info',
    code: 'weights.precision',
    key: 'weights.precision',
    message:
      `Sampling precision: ${inFewerBits(model)} give log-probs that differ from those in 32 bits by ` +
      `${formatNumber(meanDifference)} nats on average, by ${formatNumber(largestDifference)} at most ` +
      `(${tokens} drawn tokens)`,
    remedy: isNoticeable ? remedyOf(model) : null,
  }
}

type FewerBits = Pick<RunConfig['model'], 'baseWeights' | 'compute'>

function inFewerBits({ baseWeights, compute }: FewerBits): string {
  const weights = baseWeights === 'f32' ? [] : [`the frozen weights in ${baseWeights}`]
  const products = compute === 'f32' ? [] : [`products computed in ${compute}`]
  return weights.concat(products).join(' and ')
}

function remedyOf({ baseWeights, compute }: FewerBits): string {
  if (baseWeights === 'f32')
    return 'The model learns on what the rounded products say. One that must be exact takes model.compute=f32.'
  const closer =
    baseWeights === 'int8'
      ? 'bf16 or f16 come closer in twice the memory'
      : 'f16 and bf16 take the same memory: bf16 is exact where the files hold bf16, f16 is closer elsewhere'
  const exact = compute === 'f32' ? 'model.baseWeights=f32' : 'model.baseWeights=f32 with model.compute=f32'
  return `The adapter learns on what the rounded weights say. ${closer}; ${exact} is exact.`
}
