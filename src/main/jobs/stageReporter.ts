import type { TrainEvent } from '../../core/train/trainEvent.ts'
import type { Progress } from '../../shared/runEvent.ts'
import { newId } from '../host/identifiers.ts'
import type { JobEvent } from './jobPort.ts'

/** What a stage's own event becomes on its way to the store: times, ids and rates are added. */
export interface StageReporter {
  /**
   * A checkpoint event is the job's to handle and gives nothing here.
   *
   * @returns null for progress that comes sooner than anybody could read it
   */
  eventOf(event: Exclude<TrainEvent, { type: 'checkpoint' }>): JobEvent | null
}

export interface StageClock {
  /** Time spent running since the run began, ms. */
  readonly activeMs: () => number
  /** ms since 1970. */
  readonly nowMs: () => number
}

const progressEveryMs = 200

/** Rates are measured from the first report of an activity, so that a change of activity begins anew. */
export function openStageReporter(runId: string, clock: StageClock): StageReporter {
  let activity = ''
  let firstDone = 0
  let firstMs = 0
  let shownMs = -Infinity
  const progressOf = (event: Extract<TrainEvent, { type: 'progress' }>): Progress | null => {
    const nowMs = clock.activeMs()
    const isSame = event.activity === activity && event.done >= firstDone && event.done < event.total
    if (isSame && nowMs - shownMs < progressEveryMs) return null
    shownMs = nowMs
    if (event.activity !== activity || event.done < firstDone) {
      activity = event.activity
      firstDone = event.done
      firstMs = nowMs
    }
    const seconds = (nowMs - firstMs) / 1000
    const rate = seconds > 0 && event.done > firstDone ? (event.done - firstDone) / seconds : null
    return {
      activity: event.activity,
      done: event.done,
      total: event.total,
      unit: event.unit,
      ratePerSecond: rate,
      secondsLeft: rate === null ? null : (event.total - event.done) / rate,
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
