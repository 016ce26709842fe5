import { valueAtPath } from '../../../shared/configFields.ts'
import type { Run } from '../../../shared/records.ts'
import { configOf } from './runFilter.ts'

/** Steps that are over (`run.step` is the number of the last one, from 0); of stage 1, problems estimated. */
export function stepsDone(run: Run): number {
  if (run.status === 'finished' || run.stage === 'estimate-v-star') {
    return run.status === 'finished' ? run.totalSteps : run.step
  }
  const problemsPerStep = Number(valueAtPath(configOf(run), 'problemsPerStep') ?? 1)
  return Math.min(run.totalSteps || Infinity, Math.round(run.problemsSeen / problemsPerStep))
}
