import type { Run } from '../../../shared/runs/records.ts'
import type { MetricAxis } from '../../../shared/routes/metrics.ts'
import type { XRange } from './plotLines.ts'

/** From 0 to how far the longest of the runs has come, in the unit of the axis as drawn. */
export function runEnds(runs: readonly Run[], axis: MetricAxis): XRange {
  return { from: 0, to: Math.max(0, ...runs.map((run) => endOf(run, axis))) }
}

function endOf(run: Run, axis: MetricAxis): number {
  switch (axis) {
    case 'step':
      return run.step
    case 'timeMs':
      return run.activeMs / 60_000
    case 'tokens':
      return run.tokensGenerated
    case 'problems':
      return run.problemsSeen
  }
}
