import type { ListedRun } from '../../../../shared/runs/runList.ts'
import type { StoredStage } from '../../../../shared/runs/records.ts'
import type { Progress, StageCount } from '../../../../shared/runs/runEvent.ts'

/** The stage that a run is in, and how far it is. */
export interface RunStage extends Omit<StageCount, 'secondsLeft' | 'name'> {
  readonly name: StoredStage
}

/** Problems of the run's own V* estimate. */
export interface Estimated {
  readonly done: number
  readonly total: number
}

/**
 * What a run at work says of itself, else what is stored.
 *
 * @param progress   of a run at work; null = it has said nothing yet, or is not at work
 * @param estimated  as long as the run's own estimate is not complete; null = it has none of that kind
 */
export function runStage(run: ListedRun, progress: Progress | null, estimated: Estimated | null): RunStage {
  if (progress?.stage !== undefined) return progress.stage
  if (run.stage === 'warm-up' || run.stage === 'imported')
    return { name: run.stage, done: run.stepsDone, total: run.totalSteps, unit: 'steps' }
  if (run.stage === 'estimate-v-star' || estimated !== null) {
    const { done, total } = estimated ?? { done: run.stepsDone, total: run.totalSteps }
    return { name: 'estimate-v-star', done, total, unit: 'problems' }
  }
  return { name: 'self-correction', done: run.stepsDone, total: run.totalSteps, unit: 'steps' }
}

/** A run of both stages that still is in the first. */
export function isInFirstStage(run: Pick<ListedRun, 'stage'>, stage: RunStage): boolean {
  return run.stage === 'self-correction' && stage.name === 'estimate-v-star'
}

/** A run of further stages that still is in its warm-up. */
export function isInWarmUp(run: Pick<ListedRun, 'stage'>, stage: RunStage): boolean {
  return run.stage !== 'warm-up' && stage.name === 'warm-up'
}

/** Share of the stage that is done, 0 to 1. */
export function doneShare({ done, total }: RunStage): number {
  return total === 0 ? 0 : Math.min(1, done / total)
}
