import type { MetricName } from '../../../shared/metrics/table.ts'
import type { StoredStage } from '../../../shared/runs/records.ts'

export interface RunCurve {
  readonly metric: MetricName
  /** For people: what the line is. */
  readonly text: string
}

/** What a run's line in the list shows of it; null for runs of other tools, which log what they like. */
export function curveOf(stage: StoredStage): RunCurve | null {
  switch (stage) {
    case 'self-correction':
      return { metric: 'accuracy/final', text: 'Acc@final over the run' }
    case 'estimate-v-star':
      return { metric: 'vStar/mean', text: 'Mean V* of the problems estimated so far' }
    case 'warm-up':
      return { metric: 'warmUp/loss', text: 'Warm-up loss over the run' }
    default:
      return null
  }
}
