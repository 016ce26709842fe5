import { isGroupMethod, needsVStar, totalSteps, type RunConfig } from '../config/parseConfig.ts'
import type { Stage } from './records.ts'

/** How many rollouts a run samples, counted from its config. */
export interface RolloutCounts {
  /** Stage 1: problems × samples; 0 where an estimate is there or not needed. */
  readonly stageOne: number
  /** Steps of stage 2; 0 for a run of stage 1, and where a budget of tokens ends it. */
  readonly steps: number
  /** Stage 2: steps × problems of a step × rollouts of a problem. */
  readonly training: number
  /** At the start, at the end and between. */
  readonly evaluation: number
  /** Stages 1 and 2 end with so many generated tokens, after a number of steps that is not known before. */
  readonly maxTokens?: number
}

/**
 * @param plan `isEstimated`: a fitting V* estimate exists already. With `data.filter` and no `steps` these
 *   are the most that there can be; with `maxTokens` evaluations between start and end are not counted.
 */
export function rolloutCounts(
  config: RunConfig,
  plan: { readonly stage: Stage; readonly isEstimated: boolean },
): RolloutCounts {
  if (plan.stage === 'warm-up') return { stageOne: 0, steps: 0, training: 0, evaluation: 0 }
  const isTrained = plan.stage === 'self-correction'
  const estimates = !isTrained || (needsVStar(config) && !plan.isEstimated)
  const stageOne = estimates ? config.data.train * config.vStar.samples : 0
  if (!isTrained) return { stageOne, steps: 0, training: 0, evaluation: 0 }
  const evaluations = (steps: number) => evaluationRollouts(config, steps)
  if (config.maxTokens !== null)
    return { stageOne, steps: 0, training: 0, evaluation: evaluations(0), maxTokens: config.maxTokens }
  const steps = totalSteps(config, config.data.train)
  const perStep = Math.min(config.problemsPerStep, config.data.train)
  const group = isGroupMethod(config.method) ? config.groupSize : 1
  return { stageOne, steps, training: steps * perStep * group, evaluation: evaluations(steps) }
}

/** At the start and the end on both splits, between them on the validation split. */
function evaluationRollouts({ data, evalEvery, evalSamples }: RunConfig, steps: number): number {
  const between = evalEvery === 'never' || steps === 0 ? 0 : Math.ceil(steps / evalEvery) - 1
  return ((between + 2) * data.validation + 2 * data.test) * evalSamples
}
