import type { RunConfig } from '../../shared/config/parseConfig.ts'
import { needsVStar, totalSteps } from '../../shared/config/parseConfig.ts'
import { RecheckError } from '../../shared/recheckError.ts'
import type { Problem } from '../data/problem.ts'
import { ProblemBatches } from '../data/problemBatches.ts'
import type { Grading } from '../reward/scoreRollout.ts'
import { updateRoleStatistics } from '../rl/advantages.ts'
import { needsReference } from '../rl/losses/policyLossOf.ts'
import { globalShares } from '../rl/turnBaseline.ts'
import type { ClassShares } from '../rl/turnBaseline.ts'
import { roleOf } from '../rollout/rollout.ts'
import type { Conversation } from '../rollout/sampleTurns.ts'
import type { StopSignal } from '../sampling/sampler.ts'
import { alarmEvents } from './alarmEvents.ts'
import { alarmSigns } from './alarms.ts'
import { evaluate } from './evaluation/evaluate.ts'
import { countOutcomes } from './evaluation/outcomeCounts.ts'
import { addRecentCounts } from './recentCounts.ts'
import { signalEvent } from './runVStarStage.ts'
import { stepMetrics, tokensOf } from './stepMetrics.ts'
import type { Update } from './stepMetrics.ts'
import { storedRollout } from './storedRollout.ts'
import type { TokenScorer, Trainer } from './engine/trainer.ts'
import type { CheckpointReason, TrainEvent } from './trainEvent.ts'
import { checkRowLengths, checkTrainable, filterBySignal } from './trainingProblems.ts'
import type { EstimatesById } from './trainingProblems.ts'
import { sampleStep, scheduleOf, updatePolicy, valueStep } from './trainingStep.ts'
import { firstLengthsAfter, initialTrainState, updateShares } from './trainState.ts'
import type { TrainState } from './trainState.ts'

export interface SelfCorrectionSetup {
  readonly config: RunConfig
  /** Holds a sampler with the policy's parameters of `state`. */
  readonly conversation: Conversation
  readonly grading: Grading
  /** Already in `state`: parameters and moments are the caller's to load. */
  readonly trainer: Trainer
  /** The frozen reference; not asked, and may be null, where the method takes none (`needsReference`). */
  readonly reference: TokenScorer | null
  /** Stage 1's counts by problem id; empty where the method takes none (`needsVStar`). */
  readonly estimates: EstimatesById
  readonly train: readonly Problem[]
  readonly validation: readonly Problem[]
  readonly test: readonly Problem[]
  /** null = from the beginning. */
  readonly state: TrainState | null
  /** Steps between checkpoints. */
  readonly checkpointEvery: number
  /** Finish the step in hand, checkpoint, end. */
  readonly stop: StopSignal
  /** Drop the step in hand, checkpoint what was done before it, end. */
  readonly abort?: StopSignal
  /** A monotonic clock, ms. */
  readonly nowMs: () => number
}

/** The setup with what is worked out from it once. */
export interface Prepared extends SelfCorrectionSetup {
  readonly problems: readonly Problem[]
  readonly globalShares: ClassShares
  readonly steps: number
  readonly problemsPerStep: number
}

/**
 * Stage 2. Every step: problems → rollouts → rewards → advantages → one packed row per rollout → update.
 *
 * It yields what happened and calls nobody. A `checkpoint` event asks the caller to write trainer state and train state
 * while the generator is suspended; a run resumed from them yields the same events as one that never stopped.
 *
 * @returns the state at the end
 * @throws RecheckError `vstar.no-signal`, `vstar.incomplete`, `data.filtered-out`, `config.invalid`, `train.too-long`
 *   before anything is sampled
 */
export async function* trainSelfCorrection(
  setup: SelfCorrectionSetup,
): AsyncGenerator<TrainEvent, TrainState> {
  const prepared = prepare(setup)
  if (needsVStar(setup.config)) yield* reportSignal(setup)
  let state = setup.state ?? startingState(prepared)
  yield beginning(state, prepared)
  try {
    for (;;) {
      state = yield* evaluateIfDue(state, prepared)
      if (state.step >= prepared.steps || setup.stop.aborted) break
      state = yield* trainStep(state, prepared)
      const isLast = state.step >= prepared.steps
      if (!isLast && state.step % setup.checkpointEvery === 0 && !setup.stop.aborted)
        yield checkpoint('due', state)
    }
  } catch (error) {
    // a refused update leaves the trainer as it was; with mini-batches, those before it have been applied
    if (hasCode(error, 'trainer.not-finite') && setup.config.miniBatches === 1)
      yield checkpoint('stopped', state)
    if (!hasCode(error, 'sampler.stopped')) throw error
  }
  const isFinished = state.step >= prepared.steps && state.evaluatedStep === state.step
  yield checkpoint(isFinished ? 'end' : 'stopped', state)
  return state
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof RecheckError && error.code === code
}

function prepare(setup: SelfCorrectionSetup): Prepared {
  const { config } = setup
  checkTrainable(config)
  if (setup.reference === null && needsReference(config)) {
    throw new RangeError(`trainSelfCorrection: method ${config.method} needs the reference’s log-probs`)
  }
  const problems = filterBySignal(setup.train, setup.estimates, config)
  const { maxRowLength } = setup.trainer
  checkRowLengths(problems, setup.conversation.prompts, { config, maxRowLength })
  return {
    ...setup,
    problems,
    globalShares: globalShares([...setup.estimates.values()]),
    steps: totalSteps(config, problems.length),
    problemsPerStep: Math.min(config.problemsPerStep, problems.length),
  }
}

/** Where the stage begins; not a step's end, from which the pace is measured: an evaluation may come first. */
function beginning({ step }: TrainState, { steps }: Prepared): TrainEvent {
  const place = { done: step, total: steps, unit: 'steps' } as const
  return { type: 'progress', activity: 'preparing', ...place, stage: 'self-correction' }
}

/** Says how many problems carry signal, once; with none at all it stops or warns, as `onNoSignal` says. */
function* reportSignal({ config, train, estimates, state }: SelfCorrectionSetup): Generator<TrainEvent> {
  const event = signalEvent(
    train.flatMap((problem) => estimates.get(problem.id) ?? []),
    config,
  )
  if (event.code === 'vstar.no-signal' && config.onNoSignal === 'stop') {
    throw new RecheckError(
      event.code,
      `${event.message}. ${event.remedy ?? ''} (onNoSignal=warn trains all the same.)`,
    )
  }
  if (state === null) yield event
}

function startingState({ estimates, globalShares: shares }: Prepared): TrainState {
  const all = [...estimates.values()]
  const samples = all.reduce((sum, estimate) => sum + estimate.samples, 0)
  const correct = all.reduce((sum, estimate) => sum + estimate.correctAttempts, 0)
  return initialTrainState({ shares, correctShare: samples === 0 ? 0.5 : correct / samples })
}

async function* trainStep(state: TrainState, setup: Prepared): AsyncGenerator<TrainEvent, TrainState> {
  const { config, conversation, trainer, nowMs } = setup
  const startedMs = nowMs()
  // data: the next problems, in an order fixed by the seed
  const batches = new ProblemBatches(setup.problems, config.seed, state.cursor)
  const problems = batches.next(setup.problemsPerStep)
  // rollout: attempt → verdict → revision, where the verdict says the attempt is wrong
  const rollouts = yield* sampleStep(problems, state.step, setup)
  const sampledMs = nowMs()
  yield { type: 'progress', activity: 'updating', done: state.step, total: setup.steps, unit: 'steps' }
  // reward and advantage per turn, then loss and update
  const valued = await valueStep(rollouts, state, setup)
  const schedule = { ...scheduleOf(config, setup.steps), step: state.step }
  const updates = await updatePolicy(valued, schedule, setup)
  await conversation.sampler.refresh(await trainer.readParameters())
  const times = { rolloutMs: sampledMs - startedMs, updateMs: nowMs() - sampledMs }
  return yield* reportStep({ state, cursor: batches.cursor, updates, times }, setup)
}

interface FinishedStep {
  readonly state: TrainState
  readonly cursor: TrainState['cursor']
  readonly updates: readonly Update[]
  readonly times: { readonly rolloutMs: number; readonly updateMs: number }
}

/** Yields what the step did and makes the next state. */
function* reportStep(
  { state, cursor, updates, times }: FinishedStep,
  setup: Prepared,
): Generator<TrainEvent, TrainState> {
  const { config, conversation } = setup
  const rollouts = updates.flatMap((update) => update.rollouts)
  const turns = rollouts.flatMap((rollout) => rollout.turns)
  const values = stepMetrics(updates, times, config)
  const firstLengths = firstLengthsAfter(state.firstLengths, values)
  const shares = updateShares(state, rollouts)
  const recentTurns = addRecentCounts(state.recentTurns, rollouts)
  const alarmInput = {
    values,
    firstLengths,
    counts: countOutcomes(rollouts),
    recentTurns,
    referenceShares: setup.globalShares,
  }
  const signs = alarmSigns(alarmInput, config)
  const alarms = alarmEvents({ signs, active: state.activeAlarms, step: state.step }, config)
  const raw = turns.flatMap(({ kind, rawAdvantage }) =>
    rawAdvantage === null ? [] : [{ role: roleOf(kind), rawAdvantage }],
  )
  const next: TrainState = {
    ...state,
    ...shares,
    step: state.step + 1,
    cursor,
    tokens: state.tokens + tokensOf(turns),
    problems: state.problems + new Set(rollouts.map((rollout) => rollout.problem.id)).size,
    roleStatistics: updateRoleStatistics(state.roleStatistics, raw),
    firstLengths,
    activeAlarms: alarms.active,
    recentTurns,
  }
  const labels = { step: state.step, split: 'train' } as const
  yield {
    type: 'rollouts',
    rollouts: rollouts.map((rollout) => storedRollout(rollout, conversation.tokenizer, labels)),
  }
  yield {
    type: 'metrics',
    step: state.step,
    stepsDone: next.step,
    tokens: next.tokens,
    problems: next.problems,
    values,
  }
  yield* alarms.events
  const place = { done: next.step, total: setup.steps, unit: 'steps' } as const
  yield { type: 'progress', activity: 'training', ...place, stage: 'self-correction' }
  return next
}

/** Validation every `evalEvery` steps, at the start and at the end; the test split at start and end only. */
async function* evaluateIfDue(state: TrainState, setup: Prepared): AsyncGenerator<TrainEvent, TrainState> {
  const { config, stop } = setup
  const isEdge = state.step === 0 || state.step >= setup.steps
  const isDue = isEdge || (config.evalEvery !== 'never' && state.step % config.evalEvery === 0)
  if (!isDue || state.evaluatedStep === state.step || stop.aborted) return state
  const held = {
    ...setup,
    step: state.step,
    tokens: state.tokens,
    problemsSeen: state.problems,
    ...signalOf(setup),
  }
  const validation = yield* evaluate({ ...held, problems: setup.validation, split: 'validation' })
  if (isEdge) yield* evaluate({ ...held, problems: setup.test, split: 'test' })
  const isBest = validation !== null && validation > (state.bestValidation ?? -1)
  const next: TrainState = {
    ...state,
    evaluatedStep: state.step,
    bestValidation: isBest ? validation : state.bestValidation,
  }
  if (isBest && state.step > 0) yield checkpoint('best', next, validation)
  return next
}

function signalOf({ abort }: SelfCorrectionSetup) {
  return abort === undefined ? {} : { signal: abort }
}

function checkpoint(
  reason: CheckpointReason,
  state: TrainState,
  validation: number | null = null,
): TrainEvent {
  return { type: 'checkpoint', reason, validation, state }
}
