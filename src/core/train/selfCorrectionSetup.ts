import type { RunConfig } from '../../shared/config/parseConfig.ts'
import { totalSteps } from '../../shared/config/parseConfig.ts'
import type { Problem } from '../data/problem.ts'
import type { Grading } from '../reward/scoreRollout.ts'
import { needsReference } from '../rl/losses/needsReference.ts'
import { globalShares, revisedStates } from '../rl/turnBaseline.ts'
import type { ClassShares } from '../rl/turnBaseline.ts'
import type { Conversation } from '../rollout/sampleTurns.ts'
import type { StopSignal } from '../sampling/sampler.ts'
import type { TokenScorer, Trainer } from './engine/trainer.ts'
import { stageOneTokens } from './tokenBudget.ts'
import { checkRowLengths, checkTrainable, filterBySignal } from './trainingProblems.ts'
import type { EstimatesById } from './trainingProblems.ts'
import type { TrainState } from './trainState.ts'

/** What stage 2 is given: config and live objects. */
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

/** The setup with what follows from it, worked out once. */
export interface TrainingPlan extends SelfCorrectionSetup {
  /** null where the method takes none. */
  readonly reference: TokenScorer | null
  /** The training problems that `data.filter` leaves. */
  readonly problems: readonly Problem[]
  readonly globalShares: ClassShares
  /** Of the whole run; Infinity where `maxTokens` ends it. */
  readonly steps: number
  /** What stage 1 has generated; 0 where the method takes no estimates. */
  readonly stageOneTokens: number
  readonly problemsPerStep: number
}

/**
 * Checks the setup and works out what every step needs of it.
 *
 * @throws RecheckError `vstar.incomplete`, `vstar.uncounted`, `train.no-budget`, `data.filtered-out`,
 *   `config.invalid`, `train.too-long`
 */
export function planTraining(setup: SelfCorrectionSetup): TrainingPlan {
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
    reference: needsReference(config) ? setup.reference : null,
    problems,
    globalShares: globalShares([...setup.estimates.values()], revisedStates(config.turns)),
    steps: totalSteps(config, problems.length),
    stageOneTokens: stageOneTokens(setup),
    problemsPerStep: Math.min(config.problemsPerStep, problems.length),
  }
}
