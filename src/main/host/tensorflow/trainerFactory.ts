import { createEagerTrainer } from '../../../core/train/engine/eagerTrainer.ts'
import { createEagerScorer } from '../../../core/train/engine/scorers/eagerScorer.ts'
import type { GradientTrainer, TokenScorer } from '../../../core/train/engine/trainer.ts'
import type { ScorerSetup, TrainerSetup } from '../../../core/train/engine/trainerSetup.ts'
import { createCapturedScorer } from './session/capturedScorer.ts'
import { createCapturedTrainer } from './session/capturedTrainer.ts'
import { tensorFlowBackend } from './addon.ts'

export interface TrainerChoice {
  /** true: one TensorFlow graph; false (`--no-capture`): op by op, three times slower, for comparison. */
  readonly capture: boolean
  /**
   * Where the captured graph's file lies while TensorFlow reads it; left out: the system's folder for such
   * files.
   */
  readonly workFolder?: string
}

/** The trainer of a run, on TensorFlow. */
export function createTrainer(setup: TrainerSetup, { capture, workFolder }: TrainerChoice): GradientTrainer {
  if (capture) return createCapturedTrainer(setup, workFolder)
  tensorFlowBackend()
  return createEagerTrainer(setup)
}

/** A fixed model's log-probs, computed as the trainer of the same choice computes the policy's. */
export function createScorer(setup: ScorerSetup, { capture, workFolder }: TrainerChoice): TokenScorer {
  if (capture) return createCapturedScorer(setup, workFolder)
  tensorFlowBackend()
  return createEagerScorer(setup)
}
