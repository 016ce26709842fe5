import { SingleBar } from 'cli-progress'
import { formatDuration } from '../../shared/text/format.ts'
import type { Stage } from '../../shared/runs/records.ts'
import type { Progress, StageCount } from '../../shared/runs/runEvent.ts'
import { timeLeft } from '../../shared/text/timeLeft.ts'

/** Progress of a long command, on stderr. `update` may be called as often as one likes. */
export interface ProgressDisplay {
  update(progress: ProgressReport): void
  /** Ends the display, so that other text may be written. A later `update` opens it again. */
  stop(): void
}

/** A `Progress` whose rate and time left the display works out itself where the caller leaves them out. */
export type ProgressReport = Omit<Progress, 'ratePerSecond' | 'secondsLeft'> &
  Partial<Pick<Progress, 'ratePerSecond' | 'secondsLeft'>>

interface ProgressTarget {
  readonly stream: NodeJS.WriteStream | NodeJS.WritableStream
  readonly isTerminal: boolean
  readonly nowMs: () => number
}

const lineEveryMs = 5000

/**
 * A bar that redraws itself in a terminal; elsewhere one line when an activity begins or ends and every 5 s.
 */
export function openProgress(target: ProgressTarget): ProgressDisplay {
  return target.isTerminal ? new ProgressBar(target) : new ProgressLines(target)
}

class ActivityClock {
  activity: string | null = null
  #startedMs = 0
  #startedDone = 0
  readonly #nowMs: () => number

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** True when another activity than before is reported. */
  enter(report: ProgressReport): boolean {
    if (report.activity === this.activity) return false
    this.activity = report.activity
    this.#startedMs = this.#nowMs()
    this.#startedDone = report.done
    return true
  }

  /** `12.3 problems/s, 40 s left`, or less where nothing is known yet. */
  pace(report: ProgressReport): string {
    const elapsedSeconds = (this.#nowMs() - this.#startedMs) / 1000
    const measured = elapsedSeconds > 0 ? (report.done - this.#startedDone) / elapsedSeconds : 0
    const rate = report.ratePerSecond ?? (measured > 0 ? measured : null)
    if (rate === null) return ''
    const paced = `${formatRate(rate)} ${report.unit}/s`
    const left = timeLeft({
      ...report,
      secondsLeft: report.secondsLeft ?? (report.total - report.done) / rate,
    })
    return left === null ? paced : `${paced}, ${formatDuration(1000 * left.seconds)} ${left.label}`
  }
}

function formatRate(rate: number): string {
  return rate >= 100 ? Math.round(rate).toLocaleString('en-US') : rate.toPrecision(2)
}

const stageLabels: Readonly<Record<Stage, string>> = {
  'warm-up': 'warm-up (stage 0)',
  'estimate-v-star': 'stage 1',
  'self-correction': 'stage 2',
}

/** What a line or a bar counts, and what is being done meanwhile. */
interface Counted extends Pick<StageCount, 'done' | 'total' | 'unit'> {
  readonly label: string
  /** ` · sampling attempts 96/512 completions`; empty where that is what is counted. */
  readonly part: string
}

/** A part of a stage counts the stage: its own count runs from 0 to the end again and again. */
function countedBy(report: ProgressReport): Counted {
  const { activity, done, total, unit } = report
  const stage = knownStage(report)
  const isOwn = stage === null || (unit === stage.unit && total === stage.total)
  if (isOwn) return { label: activity, done, total, unit, part: '' }
  const count = total > 1 ? ` ${done}/${total} ${unit}` : ''
  return { ...stage, label: stageLabels[stage.name], part: ` · ${activity}${count}` }
}

function knownStage({ stage }: ProgressReport): StageCount | null {
  return stage === undefined || stage.total === 0 ? null : stage
}

/** Nothing where it is not known how many they are. */
function ofTotal(total: number): string {
  return total === 0 ? '' : `/${total}`
}

class ProgressBar implements ProgressDisplay {
  readonly #target: ProgressTarget
  readonly #clock: ActivityClock
  #bar: SingleBar | null = null
  #label = ''

  constructor(target: ProgressTarget) {
    this.#target = target
    this.#clock = new ActivityClock(target.nowMs)
  }

  update(report: ProgressReport): void {
    this.#clock.enter(report)
    const { done, total, unit, part } = countedBy(report)
    const stage = knownStage(report)
    // one bar a stage, whatever it is doing
    const label = stage === null ? report.activity : stageLabels[stage.name]
    const payload = { label, unit, part, of: ofTotal(total), pace: this.#clock.pace(report) }
    if (label !== this.#label || this.#bar === null) {
      this.#bar?.stop()
      this.#label = label
      this.#bar = new SingleBar({
        format: '{label} [{bar}] {value}{of} {unit}{part}  {pace}',
        stream: this.#target.stream,
        hideCursor: true,
        fps: 8,
        barsize: 24,
        linewrap: false,
        barCompleteChar: '=',
        barIncompleteChar: ' ',
      })
      this.#bar.start(total, done, payload)
    }
    this.#bar.setTotal(total)
    this.#bar.update(done, payload)
  }

  stop(): void {
    this.#bar?.stop()
    this.#bar = null
    this.#clock.activity = null
  }
}

class ProgressLines implements ProgressDisplay {
  readonly #target: ProgressTarget
  readonly #clock: ActivityClock
  #lastLineMs = Number.NEGATIVE_INFINITY
  #pending: ProgressReport | null = null
  /** What the last line counts: an end that is reported again, as by one piece after the other, is one line. */
  #lastCount = ''

  constructor(target: ProgressTarget) {
    this.#target = target
    this.#clock = new ActivityClock(target.nowMs)
  }

  update(report: ProgressReport): void {
    if (this.#clock.activity !== report.activity) this.#flush()
    const isNew = this.#clock.enter(report)
    const isDue = this.#target.nowMs() - this.#lastLineMs >= lineEveryMs
    const isEnd = report.total > 0 && report.done >= report.total
    if (isNew || isDue || (isEnd && countText(report) !== this.#lastCount)) this.#write(report)
    else this.#pending = report
  }

  stop(): void {
    this.#flush()
    this.#clock.activity = null
  }

  #flush(): void {
    if (this.#pending && countText(this.#pending) !== this.#lastCount) this.#write(this.#pending)
    this.#pending = null
  }

  #write(report: ProgressReport): void {
    this.#pending = null
    this.#lastLineMs = this.#target.nowMs()
    const pace = this.#clock.pace(report)
    this.#lastCount = countText(report)
    this.#target.stream.write(`${this.#lastCount}${pace === '' ? '' : `, ${pace}`}\n`)
  }
}

function countText(report: ProgressReport): string {
  const { label, done, total, unit, part } = countedBy(report)
  return `${label}: ${done}${ofTotal(total)} ${unit}${part}`
}
