import type { Stage } from '../../shared/runs/records.ts'

/**
 * Where a run that was cut off continues, in one sentence.
 *
 * @param checkpointStep  of its newest checkpoint; null when it has none
 */
export function resumePoint(stage: Stage, checkpointStep: number | null): string {
  if (checkpointStep !== null) return `Resume continues from the checkpoint of step ${checkpointStep}.`
  if (stage === 'warm-up') return 'It has no checkpoint yet: resume begins the warm-up anew.'
  return stage === 'estimate-v-star'
    ? 'Resume continues with the problems that are not estimated yet.'
    : 'It has no checkpoint yet: resume begins its training anew; V* estimates that are stored are used again.'
}
