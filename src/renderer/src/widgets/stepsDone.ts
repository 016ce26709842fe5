import type { ListedRun } from '../../../shared/runList.ts'

/** Steps that are over (`run.step` is the number of the last one, from 0); of stage 1, problems estimated. */
export function stepsDone(run: ListedRun): number {
  if (run.status === 'finished' || run.stage === 'estimate-v-star') {
    return run.status === 'finished' ? run.totalSteps : run.step
  }
  return Math.min(run.totalSteps || Infinity, Math.round(run.problemsSeen / (run.problemsPerStep ?? 1)))
}
