import { textWidth } from '../../../shared/plots/textFit.ts'
import type { ListedRun } from '../../../shared/runs/runList.ts'
import type { Progress } from '../../../shared/runs/runEvent.ts'
import { timeLeft } from '../../../shared/text/timeLeft.ts'
import { formatCount, formatDuration, formatNumber } from '../../../shared/text/format.ts'
import { isInFirstStage, isInWarmUp, type RunStage } from './run/runStage.ts'

/**
 * `131 of 300 steps`; `stage 1: 192 of 3,000 problems`, and of a run that is not at work that they are kept.
 */
export function stageText(run: ListedRun, stage: RunStage): string {
  const { name, done, total, unit } = stage
  if (total === 0) return done === 0 ? '' : `${formatCount(done)} ${unit}`
  const which = isInFirstStage(run, stage) ? 'stage 1: ' : isInWarmUp(run, stage) ? 'warm-up: ' : ''
  const isKept = name === 'estimate-v-star' && done > 0 && !['running', 'finished'].includes(run.status)
  return `${which}${formatCount(done)} of ${formatCount(total)} ${unit}${isKept ? ' estimated and kept' : ''}`
}

/** `sampling attempts 96 of 512 completions, 41.2/s, 1 min 14 s left of stage 1` */
export function progressText(progress: Progress, stage: RunStage): string {
  const known = timeLeft(progress)
  const left = known === null ? null : `${formatDuration(known.seconds * 1000)} ${known.label}`
  return [...countText(progress, stage), left].filter((part) => part !== null).join(', ')
}

/** Type of the small print under a bar, px at the usual size. */
const smallPrintPx = 11

/**
 * What a narrow column says of a run, complete at `widthPx`: the time left of one at work, else its activity;
 * of others the count. The whole line is its tooltip.
 */
export function shortProgress(stage: RunStage, progress: Progress | null, widthPx: number): string {
  const fits = (text: string): boolean => textWidth(text, smallPrintPx) <= widthPx
  const candidates = progress === null ? countForms(stage) : [...leftForms(progress), progress.activity]
  const [percent] = countForms(stage).slice(-1)
  return candidates.find(fits) ?? percent ?? ''
}

function leftForms(progress: Progress): readonly string[] {
  const known = timeLeft(progress)
  if (known === null) return []
  const duration = formatDuration(known.seconds * 1000)
  return [`${duration} ${known.label}`, `${duration} left`, duration]
}

/** The stage's own count, longest form first. */
function countForms({ done, total, unit }: RunStage): readonly string[] {
  if (total === 0) return done === 0 ? [''] : [`${formatCount(done)} ${unit}`, formatCount(done)]
  const [part, whole] = [formatCount(done), formatCount(total)]
  const percent = `${formatNumber(Number(((100 * done) / total).toPrecision(3)))} %`
  return [`${part} of ${whole} ${unit}`, `${part}/${whole} ${unit}`, `${part}/${whole}`, percent]
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
  const parts = [stageText(run, stage), progress === null ? '' : progressText(progress, stage)]
  return parts.filter((part) => part !== '').join(' · ')
}
