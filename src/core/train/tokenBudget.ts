import type { RunConfig } from '../../shared/config/parseConfig.ts'
import { formatCount } from '../../shared/text/format.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { VStarEstimate } from '../../shared/runs/records.ts'
import type { StageProgress } from './trainEvent.ts'
import type { TrainState } from './trainState.ts'

/** What a run's length is measured by. */
export interface RunLength {
  readonly config: Pick<RunConfig, 'maxTokens'>
  /** Infinity where `maxTokens` ends the run. */
  readonly steps: number
  readonly stageOneTokens: number
}

/** All of stage 1's tokens; null where an estimate was made before they were counted. */
export function countedTokens(estimates: Iterable<Pick<VStarEstimate, 'tokens'>>): number | null {
  let sum = 0
  for (const { tokens } of estimates) {
    if (tokens === null) return null
    sum += tokens
  }
  return sum
}

/**
 * What stage 1 has generated, whoever ran it: an estimate that is shared is charged to every run that uses
 * it, since none of them could do without.
 *
 * @throws RecheckError `vstar.uncounted` with a budget and an estimate whose tokens were not counted,
 *   `train.no-budget` where stage 1 leaves nothing of it
 */
export function stageOneTokens({
  config,
  estimates,
}: {
  readonly config: Pick<RunConfig, 'maxTokens'>
  readonly estimates: ReadonlyMap<string, VStarEstimate>
}): number {
  const tokens = countedTokens(estimates.values())
  if (config.maxTokens === null) return tokens ?? 0
  if (tokens === null) {
    throw new RecheckError(
      'vstar.uncounted',
      'this V* estimate was made before its tokens were counted, so they cannot be charged to maxTokens. Leave the estimate out ' +
        '(then a new one is made), or give the run steps in the place of maxTokens.',
    )
  }
  if (tokens < config.maxTokens) return tokens
  throw new RecheckError(
    'train.no-budget',
    `stage 1 has generated ${formatCount(tokens)} tokens, all of maxTokens=${formatCount(config.maxTokens)}: nothing is left to ` +
      'train with. Raise maxTokens, or lower data.train or vStar.samples.',
  )
}

/**
 * Whether no further step begins: all steps are done, or the budget is used up. The step that crosses it is
 * finished.
 */
export function isTrained(state: Pick<TrainState, 'step' | 'tokens'>, length: RunLength): boolean {
  const { maxTokens } = length.config
  return maxTokens === null ? state.step >= length.steps : length.stageOneTokens + state.tokens >= maxTokens
}

/** How far stage 2 is: in steps, or in tokens of both stages where those end it. */
export function trainingCount(
  state: Pick<TrainState, 'step' | 'tokens'>,
  { config, steps, stageOneTokens: before }: RunLength,
): Pick<StageProgress, 'done' | 'total' | 'unit'> {
  if (config.maxTokens === null) return { done: state.step, total: steps, unit: 'steps' }
  return { done: Math.min(config.maxTokens, before + state.tokens), total: config.maxTokens, unit: 'tokens' }
}
