import type { ListedRun } from '../../../shared/runList.ts'
import type { Progress } from '../../../shared/runEvent.ts'
import { timeLeft } from '../../../shared/timeLeft.ts'
import { formatCount, formatDuration, formatNumber } from '../../../shared/format.ts'
import { isInFirstStage, type RunStage } from './runStage.ts'

/** `131 of 300 steps`; `stage 1: 192 of 3,000 problems`, and of a run that is not at work that they are kept. */
export function stageText(run: ListedRun, stage: RunStage): string {
  const { name, done, total, unit } = stage
  if (total === 0) return done === 0 ? '' : `${formatCount(done)} ${unit}`
  const which = isInFirstStage(run, stage) ? 'stage 1: ' : ''
  const isKept = name === 'estimate-v-star' && done > 0 && !['running', 'finished'].includes(run.status)
  return `${which}${formatCount(done)} of ${formatCount(total)} ${unit}${isKept ? ' estimated and kept' : ''}`
}

/** `sampling attempts 96 of 512 completions, 41.2/s, 1 min 14 s left of stage 1`; short: time left and activity, in a column that may cut the end off. */
export function progressText(progress: Progress, stage: RunStage, isLong: boolean): string {
  const known = timeLeft(progress)
  const left = known === null ? null : `${formatDuration(known.seconds * 1000)} ${known.words}`
  const parts = isLong ? [...countText(progress, stage), left] : [left, progress.activity]
  return parts.filter((part) => part !== null).join(', ')
}

/** What stands beside it as the stage's own count is not said twice, nor that one thing is to be done. */
function countText(progress: Progress, stage: RunStage): readonly (string | null)[] {
  const { activity, done, total, unit, ratePerSecond } = progress
  const isCounted = total > 1 && !(unit === stage.unit && total === stage.total)
  const counted = isCounted ? `${activity} ${formatCount(done)} of ${formatCount(total)} ${unit}` : activity
  if (ratePerSecond === null) return [counted]
  const rate = formatNumber(Number(ratePerSecond.toPrecision(3)))
  return [counted, isCounted ? `${rate}/s` : `${rate} ${unit}/s`]
}

/** Where the run is, and of one at work what it does, how fast and for how long. */
export function progressLine(run: ListedRun, stage: RunStage, progress: Progress | null): string {
  const parts = [stageText(run, stage), progress === null ? '' : progressText(progress, stage, true)]
  return parts.filter((part) => part !== '').join(' · ')
}
