import { learningRateAt } from '../../../shared/runs/learningRate.ts'
import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import type { WarmUpConfig } from '../../../shared/config/warmUpGroup.ts'
import { Batches } from '../../data/problemBatches.ts'
import type { StopSignal } from '../../sampling/sampler.ts'
import type { Trainer, UpdateStats } from '../engine/trainer.ts'
import type { CheckpointReason, ReportedEvent, StageProgress } from '../trainEvent.ts'
import type { WarmUpSource } from './warmUpSource.ts'
import { initialWarmUpState, type WarmUpState } from './warmUpState.ts'
import { warmUpBatch } from './warmUpBatch.ts'
import { trainedTokens, type WarmUpRow } from './warmUpRow.ts'

/** What stage 0 is given: config and live objects. */
export interface WarmUpSetup {
  readonly config: RunConfig
  readonly warmUp: WarmUpConfig
  /** Steps of the stage. */
  readonly steps: number
  /** Already in `state`; its loss is the negative log-likelihood. */
  readonly trainer: Trainer
  readonly train: WarmUpSource
  readonly validation: readonly WarmUpRow[]
  /** null = from the beginning. */
  readonly state: WarmUpState | null
  /** Steps between checkpoints. */
  readonly checkpointEvery: number
  /** Finish the step in hand, checkpoint, end. */
  readonly stop: StopSignal
  /** A monotonic clock, ms. */
  readonly nowMs: () => number
}

/** What stage 0 yields; while it is suspended, trainer and state stand still. */
export type WarmUpEvent =
  | ReportedEvent
  | { readonly type: 'stepBegins'; readonly step: number }
  | { readonly type: 'stepEnds'; readonly step: number }
  | { readonly type: 'checkpoint'; readonly reason: CheckpointReason; readonly state: WarmUpState }

/**
 * Stage 0, supervised fine-tuning: conversations → one row each → mean cross-entropy of the assistant's
 * tokens → update. Rows are padded to a common length; with `packing` short conversations share one, and
 * none sees another. A run resumed from a checkpoint yields the same events as one that never stopped.
 *
 * @returns the state at the end
 */
export async function* trainWarmUp(setup: WarmUpSetup): AsyncGenerator<WarmUpEvent, WarmUpState> {
  const { steps, stop } = setup
  let state = setup.state ?? initialWarmUpState
  yield progressOf('preparing', state, steps)
  for (;;) {
    state = yield* validateIfDue(state, setup)
    if (state.step >= steps || stop.aborted) break
    state = yield* warmUpStep(state, setup)
    const isDue = state.step < steps && state.step % setup.checkpointEvery === 0
    if (isDue && !stop.aborted) yield { type: 'checkpoint', reason: 'due', state }
  }
  yield { type: 'checkpoint', reason: state.step >= steps ? 'end' : 'stopped', state }
  return state
}

async function* warmUpStep(state: WarmUpState, setup: WarmUpSetup): AsyncGenerator<WarmUpEvent, WarmUpState> {
  const { config, warmUp, train, trainer, nowMs, steps } = setup
  const { step } = state
  yield { type: 'stepBegins', step }
  const startedMs = nowMs()
  const batches = new Batches(indices(train.size), config.seed, state.cursor, 'warm-up order')
  const chosen = batches.next(Math.min(warmUp.conversationsPerStep, train.size))
  const { epoch } = batches.cursor
  const rows = chosen.map((index) => train.row(index, epoch))
  const { schedule, learningRate, riseSteps: warmupSteps } = warmUp
  const rate = learningRateAt(step, { schedule, learningRate, warmupSteps, steps })
  const stats = await trainer.step(warmUpBatch(rows, warmUp.packing ? trainer.maxRowLength : null), rate)
  const next: WarmUpState = {
    ...state,
    step: step + 1,
    cursor: batches.cursor,
    tokens: state.tokens + rows.reduce((sum, row) => sum + trainedTokens(row), 0),
    conversations: state.conversations + rows.length,
  }
  yield metricsOf(step, next, stepValues(stats, nowMs() - startedMs))
  yield progressOf('training', next, steps)
  yield { type: 'stepEnds', step }
  return next
}

function stepValues({ loss, gradientNorm, tokens, learningRate }: UpdateStats, timeMs: number) {
  return {
    'warmUp/loss': loss,
    'warmUp/gradientNorm': gradientNorm,
    'warmUp/learningRate': learningRate,
    'speed/warmUp': timeMs > 0 ? (1000 * tokens) / timeMs : null,
    'time/warmUp': timeMs,
  }
}

/** Before the first step, every `evalEvery` steps, and after the last. */
async function* validateIfDue(
  state: WarmUpState,
  { warmUp, trainer, validation, steps, stop }: WarmUpSetup,
): AsyncGenerator<WarmUpEvent, WarmUpState> {
  const { step } = state
  const isDue = step === 0 || step >= steps || step % warmUp.evalEvery === 0
  if (validation.length === 0 || !isDue || state.evaluatedStep === step || stop.aborted) return state
  yield { type: 'progress', activity: 'measuring the validation loss', done: 0, total: 1, unit: 'steps' }
  const loss = await meanLoss(trainer, validation)
  // the same state as before a step that starts here: a validation loss is of the weights after `step` steps
  yield metricsOf(step, state, { 'warmUp/validationLoss': loss })
  return { ...state, evaluatedStep: step }
}

/** −ln π of the trained tokens of these rows, its mean over all of them; nats per token. */
export async function meanLoss(
  trainer: Pick<Trainer, 'tokenLogProbs'>,
  rows: readonly WarmUpRow[],
): Promise<number> {
  const logProbs = await trainer.tokenLogProbs(rows.map(({ ids }) => ids))
  let sum = 0
  rows.forEach(({ spans }, index) => {
    for (const { start, end } of spans)
      for (const value of logProbs[index].subarray(start - 1, end - 1)) sum -= value
  })
  return sum / rows.reduce((total, row) => total + trainedTokens(row), 0)
}

function metricsOf(
  step: number,
  { step: stepsDone, tokens, conversations }: WarmUpState,
  values: Readonly<Record<string, number | null>>,
): WarmUpEvent {
  return { type: 'metrics', step, stepsDone, tokens, problems: conversations, values }
}

function progressOf(activity: string, { step }: WarmUpState, steps: number): StageProgress {
  return { type: 'progress', activity, done: step, total: steps, unit: 'steps', stage: 'warm-up' }
}

function indices(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}
