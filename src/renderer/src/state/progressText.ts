import type { ListedRun } from '../../../shared/runList.ts'
import type { Progress } from '../../../shared/runEvent.ts'
import { timeLeft } from '../../../shared/timeLeft.ts'
import { stepsDone } from './stepsDone.ts'
import { formatCount, formatDuration, formatNumber } from './format.ts'

/** `rolling out 96 of 192 problems, 41.2/s, 1 min 12 s left in all`; short: activity and time left only. */
export function progressText(progress: Progress, isLong: boolean): string {
  const known = timeLeft(progress)
  const left = known === null ? null : `${formatDuration(known.seconds * 1000)} ${known.words}`
  if (!isLong) return [progress.activity, left].filter((part) => part !== null).join(', ')
  const rate =
    progress.ratePerSecond === null
      ? null
      : `${formatNumber(Number(progress.ratePerSecond.toPrecision(3)))}/s`
  const counted = `${progress.activity} ${formatCount(progress.done)} of ${formatCount(progress.total)} ${progress.unit}`
  return [counted, rate, left].filter((part) => part !== null).join(', ')
}

/** Share of the whole run that is done, 0 to 1; what the present activity is at counts only before the first step. */
export function doneShare(run: ListedRun, progress: Progress | null): number {
  const done = stepsDone(run)
  if (run.totalSteps > 0 && (done > 0 || progress === null)) return Math.min(1, done / run.totalSteps)
  return progress === null || progress.total === 0 ? 0 : Math.min(1, progress.done / progress.total)
}
