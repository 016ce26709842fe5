import { needsVStar, type RunConfig } from '../../../shared/config/parseConfig.ts'
import type { ListedVStar, Stage } from '../../../shared/runs/records.ts'
import type { PlanCheck } from '../../../shared/routes/plan.ts'
import type { ArtifactChoice } from './artifactChoices.ts'

/** What a start is to run. */
export const startKinds = [
  { value: 'both', label: 'Both stages' },
  { value: 'stage-0', label: 'Warm-up only' },
  { value: 'stage-1', label: 'Stage 1 only' },
  { value: 'stage-2', label: 'Stage 2 only' },
] as const
export type StartKind = (typeof startKinds)[number]['value']

export function stageOf(kind: StartKind): Stage {
  switch (kind) {
    case 'stage-0':
      return 'warm-up'
    case 'stage-1':
      return 'estimate-v-star'
    case 'both':
    case 'stage-2':
      return 'self-correction'
  }
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
  if (kind === 'stage-0' || config.warmUp !== null) return warmUpPlan(inputs)
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

/** With a warm-up, stage 1 samples the model that it makes: no estimate can be there before. */
function warmUpPlan({ kind, config: { warmUp } }: EstimateInputs): EstimatePlan {
  const plan = { isChosenByHand: false, isThere: kind === 'stage-0', problem: null }
  if (kind === 'stage-0') {
    const words = 'Imitates example conversations; runs can name the resulting model folder as their model.'
    const problem = warmUp === null ? 'switch the warm-up (stage 0) on' : null
    return { ...plan, words, problem }
  }
  if (kind === 'stage-2')
    return { ...plan, words: '', problem: 'with a warm-up, stage 1 has to sample the model that it makes' }
  const words =
    kind === 'stage-1'
      ? 'The warm-up comes first, then stage 1 estimates V* of the model that it makes.'
      : 'The warm-up comes first; stage 1 estimates V* of the model that it makes, then stage 2 trains it.'
  return { ...plan, words }
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
