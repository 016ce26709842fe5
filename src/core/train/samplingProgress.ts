import type { ReportSampling } from '../rollout/sampleTurns.ts'
import type { StageProgress } from './trainEvent.ts'

/** Sampler reports as progress events: `sampling verdicts`, or `evaluating on test: verdicts`. */
export function samplingProgress(
  report: (progress: StageProgress) => void,
  activity: string | null = null,
): ReportSampling {
  return (kind, done, total) =>
    report({
      type: 'progress',
      activity: activity === null ? `sampling ${kind}s` : `${activity}: ${kind}s`,
      done,
      total,
      unit: 'completions',
    })
}
