import type { ReportedEvent, StageProgress } from '../../../core/train/trainEvent.ts'
import type { Progress, StageCount } from '../../../shared/runs/runEvent.ts'
import { newId } from '../../host/machine/identifiers.ts'
import type { JobEvent } from '../../wire/jobPort.ts'

/** What a stage's own event becomes on its way to the store: times, ids and rates are added. */
export interface StageReporter {
  /** @returns null for progress that comes sooner than anybody could read it */
  eventOf(event: ReportedEvent): JobEvent | null
}

export interface StageClock {
  /** Time spent running since the run began, ms. */
  readonly activeMs: () => number
  /** ms since 1970. */
  readonly nowMs: () => number
}

const progressEveryMs = 200

interface ActivityStart {
  readonly done: number
  readonly atMs: number
  /** Last count: a smaller one means that the activity has begun anew. */
  readonly last: number
}

/** How far the stage has come, and when it is expected to end; null: not known. */
interface TimedStageCount extends Omit<StageCount, 'secondsLeft'> {
  readonly endsAtMs: number | null
}

/**
 * A rate is measured from the first report of its activity; activities that take turns each keep their own.
 */
export function openStageReporter(runId: string, clock: StageClock): StageReporter {
  const starts = new Map<string, ActivityStart>()
  let activity = ''
  let shownMs = -Infinity
  let stage: TimedStageCount | null = null
  const progressOf = (event: StageProgress): Progress | null => {
    const nowMs = clock.activeMs()
    const known = starts.get(event.activity)
    const isNew = known === undefined || event.done <= known.last
    const start = isNew ? { done: event.done, atMs: nowMs } : known
    starts.set(event.activity, { ...start, last: event.done })
    const seconds = (nowMs - start.atMs) / 1000
    const rate = seconds > 0 && event.done > start.done ? (event.done - start.done) / seconds : null
    const secondsLeft = rate === null ? null : (event.total - event.done) / rate
    stage = placeAfter(event, stage, secondsLeft === null ? null : nowMs + 1000 * secondsLeft)
    const isSoon = event.activity === activity && !isNew && event.done < event.total
    if (isSoon && nowMs - shownMs < progressEveryMs) return null
    activity = event.activity
    shownMs = nowMs
    return {
      activity: event.activity,
      done: event.done,
      total: event.total,
      unit: event.unit,
      ratePerSecond: rate,
      secondsLeft,
      ...(stage === null ? {} : { stage: countAt(stage, nowMs) }),
    }
  }
  return {
    eventOf(event) {
      switch (event.type) {
        case 'progress': {
          const progress = progressOf(event)
          return progress === null ? null : { type: 'progress', progress }
        }
        case 'metrics':
          return { ...event, timeMs: clock.activeMs() }
        case 'evaluation': {
          const named = { evaluationId: newId('evaluation'), runId, createdAtMs: clock.nowMs() }
          return { type: 'evaluation', evaluation: { ...event.evaluation, ...named } }
        }
        case 'rollouts':
        case 'vStar':
        case 'log':
          return event
      }
    },
  }
}

/** What follows the last of a stage, such as its last evaluation, is not in its pace. */
function placeAfter(
  { stage, done, total, unit }: StageProgress,
  before: TimedStageCount | null,
  endsAtMs: number | null,
): TimedStageCount | null {
  if (stage === undefined) return before
  return { name: stage, done, total, unit, endsAtMs: done >= total ? null : endsAtMs }
}

function countAt({ endsAtMs, ...count }: TimedStageCount, nowMs: number): StageCount {
  return { ...count, secondsLeft: endsAtMs === null ? null : Math.max(0, endsAtMs - nowMs) / 1000 }
}
