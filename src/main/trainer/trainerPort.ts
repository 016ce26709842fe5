import type { Clock } from '../host/machine/clock.ts'
import { openBatchSender, type BatchSender } from './batchSender.ts'
import type { JobEvent, JobPort, JobRequest } from '../wire/jobPort.ts'
import {
  batchPauseMs,
  maxUnstoredBatches,
  type OwnerMessage,
  type StopMoment,
  type TrainerMessage,
} from '../wire/trainerMessages.ts'

export interface TrainerPort extends JobPort {
  /** What the owner says. */
  receive(message: OwnerMessage): void
  /** Sends what has gathered, without waiting. */
  send(): void
}

/** The trainer's side of the talk with its owner, for one job. */
export function openTrainerPort(
  request: JobRequest,
  clock: Clock,
  transmit: (message: TrainerMessage) => void,
): TrainerPort {
  const { runId } = request.run
  const sender = openBatchSender({ runId, sequence: request.firstBatch }, (batch) =>
    transmit({ type: 'batch', batch }),
  )
  const { send, sendUnlessJustSent } = openSending(sender, clock)
  const stopNow = new AbortController()
  const activeTime = openActiveTime(clock, request.run.activeMs)
  const pause = openPause()
  let stopping: StopMoment | null = null
  const emit = openEmit(sender)

  return {
    emit,
    async checkpoint(checkpoint) {
      emit({ type: 'checkpoint', checkpoint })
      await sender.whenStored(send())
    },
    flush: () => sender.whenStored(send()),
    async betweenSteps() {
      sendUnlessJustSent()
      if (sender.unstored() >= maxUnstoredBatches) await sender.whenStored(send())
      if (pause.isWanted() && stopping === null) {
        await sender.whenStored(send())
        activeTime.hold()
        transmit({ type: 'paused' })
        await pause.whenOver()
        activeTime.go()
        transmit({ type: 'resumed' })
      }
      // lets the event loop read what the owner sent, however busy the job keeps it
      await new Promise((resolve) => setImmediate(resolve))
      return stopping === null ? 'continue' : 'stop'
    },
    sayMicroBatch: (rows) => transmit({ type: 'micro-batch', rows }),
    stopNow: stopNow.signal,
    activeMs: activeTime.ms,
    send: () => void send(),
    receive(message) {
      switch (message.type) {
        case 'start':
          return
        case 'stored':
          return sender.markStored(message.sequence)
        case 'pause':
          return pause.want()
        case 'resume':
          return pause.end()
        case 'stop':
          stopping = message.when
          if (message.when === 'now') stopNow.abort()
          return pause.end()
      }
    },
  }
}

function openSending(sender: BatchSender, clock: Clock) {
  let sentMs = -Infinity
  const send = (): number => {
    sentMs = clock.steadyMs()
    return sender.send()
  }
  return {
    /** @returns number of the last batch sent */
    send,
    /**
     * A native call may hold the event loop, and with it the timer that sends, for longer than a kill may
     * cost.
     */
    sendUnlessJustSent: (): void => {
      if (clock.steadyMs() - sentMs >= batchPauseMs) send()
    },
  }
}

interface Pause {
  readonly want: () => void
  readonly end: () => void
  readonly isWanted: () => boolean
  readonly whenOver: () => Promise<void>
}

function openPause(): Pause {
  let isWanted = false
  let waiting: (() => void)[] = []
  return {
    want: () => void (isWanted = true),
    isWanted: () => isWanted,
    end() {
      isWanted = false
      for (const resolve of waiting.splice(0)) resolve()
    },
    whenOver: () =>
      isWanted ? new Promise((resolve) => (waiting = [...waiting, resolve])) : Promise.resolve(),
  }
}

interface ActiveTime {
  readonly ms: () => number
  readonly hold: () => void
  readonly go: () => void
}

/** A stopwatch that goes on from where the run's last process left it. */
function openActiveTime(clock: Clock, startMs: number): ActiveTime {
  let gathered = startMs
  let since: number | null = clock.steadyMs()
  const ms = (): number => gathered + (since === null ? 0 : clock.steadyMs() - since)
  return {
    ms,
    hold() {
      gathered = ms()
      since = null
    },
    go: () => void (since = clock.steadyMs()),
  }
}

/**
 * Neither JSON nor a chart has a place for NaN and infinity: they are stored as absent, and said once a
 * metric.
 */
function openEmit(sender: BatchSender): (event: JobEvent) => void {
  const warned = new Set<string>()
  return (event) => {
    if (event.type !== 'metrics') return sender.add(event)
    const notFinite = Object.entries(event.values).filter(
      ([, value]) => value !== null && !Number.isFinite(value),
    )
    if (notFinite.length === 0) return sender.add(event)
    sender.add({
      ...event,
      values: { ...event.values, ...Object.fromEntries(notFinite.map(([name]) => [name, null])) },
    })
    for (const [name, value] of notFinite) {
      if (warned.has(name)) continue
      warned.add(name)
      sender.add({
        type: 'log',
        level: 'warning',
        code: 'metric.not-finite',
        key: `metric.not-finite ${name}`,
        step: event.step,
        message: `${name} is ${value} at step ${event.step}; such values are left out of its curve.`,
        remedy:
          'A smaller learning rate or gradient clipping usually helps when this happens more than once.',
      })
    }
  }
}
