import { needsVStar, type RunConfig } from '../../shared/config/parseConfig.ts'
import type { RecheckErrorCode } from '../../shared/errors/errorCodes.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { StoredRollout, VStarEstimate } from '../../shared/runs/records.ts'
import { ProblemBatches } from '../data/problemBatches.ts'
import type { RewardSettings } from '../reward/turnReward.ts'
import { isFirstScoreStage, trainingRewards } from '../reward/turnReward.ts'
import { turnAdvantages } from '../rl/turnAdvantages.ts'
import type { AdvantageSetup, RolloutWithAdvantages } from '../rl/turnAdvantages.ts'
import type { Tally } from '../rl/turnBaseline.ts'
import { alarmEvents } from './alarms/alarmEvents.ts'
import { alarmSigns } from './alarms/alarms.ts'
import { evaluate } from './evaluation/evaluate.ts'
import { countOutcomes } from './evaluation/outcomeCounts.ts'
import { nextState } from './nextState.ts'
import type { FinishedStep } from './nextState.ts'
import { planTraining } from './selfCorrectionSetup.ts'
import type { TrainingPlan, SelfCorrectionSetup } from './selfCorrectionSetup.ts'
import { stepMetrics } from './stepMetrics.ts'
import type { StepTimes } from './stepMetrics.ts'
import { storedRollouts } from './storedRollout.ts'
import type { CheckpointReason, TrainEvent } from './trainEvent.ts'
import { sampleStep } from './sampleStep.ts'
import { packRollouts, updatePolicy } from './trainingStep.ts'
import { isTrained, trainingCount } from './tokenBudget.ts'
import { initialTrainState } from './trainState.ts'
import type { TrainState } from './trainState.ts'
import { learningSignalEvent } from './vStar/vStarSignal.ts'

/**
 * Stage 2. Every step: problems → rollouts → rewards → advantages → one packed row per rollout → update.
 *
 * It yields what happened and calls nobody. A `checkpoint` event asks the caller to write trainer state and
 * train state while the generator is suspended; a run resumed from them yields the same events as one that
 * never stopped.
 *
 * @returns the state at the end
 * @throws RecheckError `vstar.no-signal`, `vstar.incomplete`, `vstar.uncounted`, `train.no-budget`,
 *   `data.filtered-out`, `config.invalid`, `train.too-long` before anything is sampled
 */
export async function* trainSelfCorrection(
  setup: SelfCorrectionSetup,
): AsyncGenerator<TrainEvent, TrainState> {
  const plan = planTraining(setup)
  if (needsVStar(setup.config)) yield* reportLearningSignal(setup)
  let state = setup.state ?? startingState(plan)
  // opens the stage's progress; its pace is measured from the first step's end, for an evaluation may come
  // first
  yield stageProgress('preparing', state, plan)
  try {
    for (;;) {
      state = yield* evaluateIfDue(state, plan)
      if (isTrained(state, plan) || setup.stop.aborted) break
      state = yield* trainStep(state, plan)
      if (!isTrained(state, plan) && state.step % setup.checkpointEvery === 0 && !setup.stop.aborted)
        yield checkpoint('due', state)
    }
  } catch (error) {
    // a refused update leaves the trainer as it was; with mini-batches, those before it have been applied
    if (hasCode(error, 'trainer.not-finite') && setup.config.miniBatches === 1)
      yield checkpoint('stopped', state)
    if (!hasCode(error, 'sampler.stopped')) throw error
  }
  const isFinished = isTrained(state, plan) && state.evaluatedStep === state.step
  yield checkpoint(isFinished ? 'end' : 'stopped', state)
  return state
}

/**
 * One step, phase by phase. Where the formulas stand: rewards `reward/turnReward` · V* `rl/vStar`, of a turn
 * `rl/turnBaseline` · advantages `rl/turnAdvantages`, of a group `rl/groupAdvantages`, whitening
 * `rl/advantages` · KL `rl/kl` · losses `rl/losses/`: A*-PO `optimalAdvantage`, GRPO, Dr. GRPO, DAPO and RLOO
 * `clippedRatio`, `reinforce` · learning rate `shared/learningRate`, AdamW `optim/adamW` · metrics
 * `train/stepMetrics`.
 */
async function* trainStep(state: TrainState, plan: TrainingPlan): AsyncGenerator<TrainEvent, TrainState> {
  const { config, nowMs } = plan
  const { step } = state
  yield { type: 'stepBegins', step }
  const startedMs = nowMs()

  // 1.–3. problems: the next ones, in an order fixed by the seed; rollouts: attempt → verdict → revision,
  // where the verdict says that the attempt is wrong; rewards: of every turn, by rules
  const batches = new ProblemBatches(plan.problems, config.seed, state.cursor)
  const rewards = trainingRewards(config, state.correctShare, step)
  const { rollouts: scored, discarded } = yield* sampleStep(batches, { step, rewards }, plan)
  const sampledMs = nowMs()
  yield { type: 'progress', activity: 'updating', ...trainingCount(state, plan) }

  // 4. advantages: reward − V* of each turn, normalised per role, or against the rollouts of its group
  const packed = await packRollouts(scored, plan.reference) // one row each, with ln π_ref of its tokens
  const withAdvantages = turnAdvantages(packed, advantageSetup(state, rewards, plan))
  if (isLongFirstStep(state, plan, { startedMs, sampledMs })) yield checkpoint('first', state)

  // 5. update: the loss and one optimizer update per mini-batch, then the new weights for the sampler
  const updates = await updatePolicy(withAdvantages, step, plan)
  await plan.conversation.sampler.refresh(plan.trainer)

  // 6. metrics
  const times: StepTimes = { rolloutMs: sampledMs - startedMs, updateMs: nowMs() - sampledMs }
  const values = stepMetrics(updates, times, config, discarded)

  const finished = { cursor: batches.cursor, rollouts: withAdvantages, values, discarded }
  const after = nextState(state, finished)
  const alarms = judgeStep(after, finished, plan)
  const next = { ...after, activeAlarms: alarms.active }
  yield { type: 'rollouts', rollouts: stored(withAdvantages, step, plan) }
  yield { type: 'metrics', step, stepsDone: next.step, tokens: next.tokens, problems: next.problems, values }
  yield* alarms.events
  yield stageProgress('training', next, plan)
  yield { type: 'stepEnds', step }
  return next
}

/**
 * A run whose steps take longer has a checkpoint before its first update: that one takes the most memory so
 * far.
 */
const longStepMs = 60_000

/**
 * Whether the first step of a run will be long: as long as it has taken up to its update, and the update
 * itself, a forward and a backward pass (three times a forward pass, which the reference has just made of the
 * same rows).
 */
function isLongFirstStep(
  { step }: TrainState,
  { state, nowMs }: TrainingPlan,
  { startedMs, sampledMs }: { readonly startedMs: number; readonly sampledMs: number },
): boolean {
  if (state !== null || step > 0) return false
  const packedMs = nowMs()
  return packedMs - startedMs + 3 * (packedMs - sampledMs) > longStepMs
}

function advantageSetup(state: TrainState, rewards: RewardSettings, plan: TrainingPlan): AdvantageSetup {
  const { config, estimates, globalShares } = plan
  return {
    config,
    rewards,
    estimates,
    globalShares,
    runningShares: state.runningShares,
    correctShare: state.correctShare,
    attemptBeta: attemptBeta(config, state.step),
    roleStatistics: config.runningStatistics ? state.roleStatistics : null,
  }
}

/** SCoRe's first stage holds the attempt at the reference by a weight of its own. */
function attemptBeta(config: RunConfig, step: number): number {
  return config.score !== null && isFirstScoreStage(config, step)
    ? config.score.attemptBeta
    : config.policyBeta
}

/** @param after the state after the step, its alarms still those of before */
function judgeStep(
  after: TrainState,
  { values, rollouts }: FinishedStep,
  plan: TrainingPlan,
): ReturnType<typeof alarmEvents> {
  const { firstLengths, firstAttempts, recentTurns, activeAlarms: active } = after
  const counts = countOutcomes(rollouts)
  const { config, globalShares: referenceShares } = plan
  const signs = alarmSigns(
    { values, firstLengths, firstAttempts, counts, recentTurns, referenceShares },
    config,
  )
  return alarmEvents({ signs, active, step: after.step - 1 }, config)
}

function stored(
  rollouts: readonly RolloutWithAdvantages[],
  step: number,
  { conversation }: TrainingPlan,
): StoredRollout[] {
  return storedRollouts(rollouts, conversation.tokenizer, { step, split: 'train' })
}

function stageProgress(activity: string, state: TrainState, plan: TrainingPlan): TrainEvent {
  return { type: 'progress', activity, ...trainingCount(state, plan), stage: 'self-correction' }
}

/** Says how many problems carry signal, once; with none at all it stops or warns, as `onNoSignal` says. */
function* reportLearningSignal({
  config,
  train,
  estimates,
  state,
}: SelfCorrectionSetup): Generator<TrainEvent> {
  const event = learningSignalEvent(
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

function startingState({ config, estimates, globalShares: shares }: TrainingPlan): TrainState {
  const all = attemptsOf([...estimates.values()])
  // problems chosen by their counts were luckier, or less so, than they are: there the first steps say what was at first
  const attempts = config.data.filter === 'none' ? all : { correct: 0, count: 0 }
  return initialTrainState({
    shares,
    correctShare: all.count === 0 ? 0.5 : all.correct / all.count,
    attempts,
  })
}

function attemptsOf(estimates: readonly VStarEstimate[]): Tally {
  return {
    correct: estimates.reduce((sum, estimate) => sum + estimate.correctAttempts, 0),
    count: estimates.reduce((sum, estimate) => sum + estimate.samples, 0),
  }
}

/** Validation every `evalEvery` steps, at the start and at the end; the test split at start and end only. */
async function* evaluateIfDue(state: TrainState, plan: TrainingPlan): AsyncGenerator<TrainEvent, TrainState> {
  const { config, stop } = plan
  const { step, tokens, problems: problemsSeen } = state
  const isEdge = step === 0 || isTrained(state, plan)
  const isDue = isEdge || (config.evalEvery !== 'never' && step % config.evalEvery === 0)
  if (!isDue || state.evaluatedStep === step || stop.aborted) return state
  const common = { ...plan, step, tokens, problemsSeen }
  const validation = yield* evaluate({ ...common, problems: plan.validation, split: 'validation' })
  if (isEdge) yield* evaluate({ ...common, problems: plan.test, split: 'test' })
  const isBest = validation !== null && validation > (state.bestValidation ?? -1)
  const next: TrainState = {
    ...state,
    evaluatedStep: step,
    bestValidation: isBest ? validation : state.bestValidation,
  }
  if (isBest && step > 0) yield checkpoint('best', next, validation)
  return next
}

function checkpoint(
  reason: CheckpointReason,
  state: TrainState,
  validation: number | null = null,
): TrainEvent {
  return { type: 'checkpoint', reason, validation, state }
}

function hasCode(error: unknown, code: RecheckErrorCode): boolean {
  return error instanceof RecheckError && error.code === code
}
