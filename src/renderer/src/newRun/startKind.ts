import { needsVStar, type RunConfig } from '../../../shared/config/parseConfig.ts'
import type { ListedVStar, Stage } from '../../../shared/records.ts'
import type { PlanCheck } from '../../../shared/routes/plan.ts'
import type { ArtifactChoice } from './artifactChoices.ts'

/** What a start is to run. */
export const startKinds = [
  { value: 'both', label: 'Both stages' },
  { value: 'stage-1', label: 'Stage 1 only' },
  { value: 'stage-2', label: 'Stage 2 only' },
] as const
export type StartKind = (typeof startKinds)[number]['value']

export function stageOf(kind: StartKind): Stage {
  return kind === 'stage-1' ? 'estimate-v-star' : 'self-correction'
}

export interface EstimateInputs {
  readonly kind: StartKind
  readonly vStarId: string | null
  readonly choices: readonly ArtifactChoice[]
  readonly artifacts: readonly ListedVStar[]
  readonly config: RunConfig
  readonly check: PlanCheck | null
}

/** Where the V* estimate of a start comes from. */
export interface EstimatePlan {
  readonly words: string
  readonly isChosenByHand: boolean
  /** Stage 1 need not run. */
  readonly isThere: boolean
  /** Why it cannot start with what is chosen; null when it can. */
  readonly problem: string | null
}

export function estimatePlan(inputs: EstimateInputs): EstimatePlan {
  const { kind, config } = inputs
  if (kind === 'stage-1') {
    const words =
      'Estimates V* (how well the reference does on each problem); runs can train against it later.'
    return { words, isChosenByHand: false, isThere: false, problem: null }
  }
  if (!needsVStar(config)) {
    const words = `No V* is needed: ${config.method} compares rollouts of one problem with each other.`
    return { words, isChosenByHand: false, isThere: true, problem: null }
  }
  return kind === 'both' ? automaticEstimate(inputs) : chosenEstimate(inputs)
}

function automaticEstimate({ choices, artifacts, check }: EstimateInputs): EstimatePlan {
  const plan = { isChosenByHand: false, problem: null }
  const fitting = artifacts.find(({ complete, inputHash }) => complete && inputHash === check?.inputHash)
  if (fitting === undefined) {
    const words = 'Stage 1 estimates V*, then stage 2 trains. A V* estimate that fits is reused.'
    return { ...plan, words, isThere: false }
  }
  const name = choices.find(({ vStarId }) => vStarId === fitting.vStarId)?.name ?? fitting.runId
  return { ...plan, words: `Stage 1 is there already: the V* estimate of “${name}” fits.`, isThere: true }
}

function chosenEstimate({ vStarId, choices }: EstimateInputs): EstimatePlan {
  const plan = {
    words: 'Trains against a V* estimate that is there already.',
    isChosenByHand: true,
    isThere: true,
  }
  const chosen = choices.find((choice) => choice.vStarId === vStarId)
  if (choices.length === 0) return { ...plan, problem: 'there is no V* estimate yet' }
  if (chosen === undefined) return { ...plan, problem: 'choose the V* estimate to train against' }
  if (chosen.differing.length === 0) return { ...plan, problem: null }
  return { ...plan, problem: `the chosen estimate no longer fits: ${chosen.differing.join('; ')}` }
}
