import type {
  ListedSweep,
  SweepKind,
  SweepPace,
  SweepView,
  TrialCounts,
} from '../../../shared/sweep/sweepView.ts'
import type { MeanInterval } from '../../../shared/sweep/studentT.ts'
import { formatCount, formatDifference, formatDuration, formatShare } from '../../../shared/text/format.ts'

export const kindLabels: Readonly<Record<SweepKind, string>> = {
  sweep: 'sweep',
  methods: 'comparison of methods',
  group: 'group of runs',
}

/** `3 of 6 finished, 1 under way, 1 failed`. */
export function countsText({ finished, active, failed, halted }: TrialCounts, trials: number): string {
  const parts = [
    `${finished} of ${trials} finished`,
    ...(active > 0 ? [`${active} under way`] : []),
    ...(halted > 0 ? [`${halted} stopped`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ]
  return parts.join(', ')
}

/** `3 running, 17 queued`; null where none is under way. */
export function underWayText({ trials }: Pick<SweepView, 'trials'>): string | null {
  const queued = trials.filter(({ status }) => status === 'queued').length
  const running = trials.filter(({ status }) => status === 'running').length
  return queued === 0 ? null : `${running} running, ${queued} queued`
}

/** `12 trials an hour, about 1 h left`. */
export function paceText({ trialsPerHour, msLeft }: SweepPace): string {
  const rate = trialsPerHour < 10 ? trialsPerHour.toPrecision(2) : formatCount(Math.round(trialsPerHour))
  return `${rate} trials an hour, about ${formatDuration(msLeft)} left`
}

/** In one word or two; a sweep that a terminal runs has runs under way and no work here. */
export function stateText({ work, counts, trials, kind }: ListedSweep): string {
  if (work.state === 'running') return 'running'
  if (work.state === 'ending') return 'ending'
  if (counts.active > 0) return kind === 'group' ? 'runs under way' : 'run elsewhere'
  if (kind === 'group') return 'no plan'
  return counts.finished + counts.failed >= trials ? 'finished' : 'resumable'
}

/** `Ray at http://head:8265, 8 at a time`. */
export function engineText({ engine, parallel }: Pick<SweepView, 'engine' | 'parallel'>): string {
  return `${engine ?? 'this machine'}${parallel === null ? '' : `, ${parallel} at a time`}`
}

export function countsOf({ trials }: Pick<SweepView, 'trials'>): TrialCounts {
  const of = (...statuses: readonly string[]): number =>
    trials.filter(({ status }) => status !== null && statuses.includes(status)).length
  return {
    finished: of('finished'),
    failed: of('failed'),
    active: of('queued', 'running', 'paused'),
    halted: of('stopped', 'interrupted'),
  }
}

/** Of shares: a t interval of few seeds would leave [0, 1]. */
export function meanText({ mean, low, high }: MeanInterval): string {
  if (low === null || high === null) return formatShare(mean)
  return `${formatShare(mean)} [${formatShare(Math.max(0, low))}, ${formatShare(Math.min(1, high))}]`
}

export function differenceText({ mean, low, high }: MeanInterval): string {
  if (low === null || high === null) return formatDifference(mean)
  return `${formatDifference(mean)} [${formatDifference(low)}, ${formatDifference(high)}]`
}

export function chanceText(share: number): string {
  return `${Math.round(100 * share)} %`
}
