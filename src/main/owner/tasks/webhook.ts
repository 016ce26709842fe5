import { setTimeout as wait } from 'node:timers/promises'
import { RecheckError, errorData } from '../../../shared/errors/recheckError.ts'
import type { RunEvent } from '../../../shared/runs/runEvent.ts'
import { isOver } from '../../../shared/runs/runTransitions.ts'
import { readRun } from '../../store/runs/runStore.ts'
import type { Owner } from '../owner.ts'

export interface WebhookSetup {
  readonly url: string
  /** One that could not be delivered; a line for people. */
  readonly onFailure: (message: string) => void
  /** Waits before the further tries, ms. */
  readonly retriesMs?: readonly number[]
  readonly answerWithinMs?: number
}

/** What is posted, as JSON. */
export interface Notification {
  /** One sentence: what chat services show. */
  readonly text: string
  readonly event: 'run-over' | 'run-waits' | 'alarm'
  readonly runId: string
  readonly run: string
  readonly status: string
  /** Of an alarm, or of what the run ended of; null = none. */
  readonly code: string | null
  readonly message: string | null
  readonly remedy: string | null
  readonly step: number | null
}

const usualRetriesMs = [1000, 5000, 30_000]
/** Beyond it the newest are dropped, and that is said. */
const mostWaiting = 100

/**
 * Posts alarms and the ends of runs to an address. In the order in which they happen, tried again where it
 * does not answer; no run ever waits for it.
 *
 * @returns ends it; what was not delivered is given up
 */
export function notifyByWebhook(owner: Owner, setup: WebhookSetup): () => void {
  const closing = new AbortController()
  let [last, waiting]: [Promise<void>, number] = [Promise.resolve(), 0]
  const unsubscribe = owner.subscribe((runId, event) => {
    const notification = notificationOf(owner, runId, event)
    if (notification === null) return
    if (waiting >= mostWaiting)
      return setup.onFailure(`${notification.text} (not told: ${waiting} others wait)`)
    waiting++
    last = last.then(() => deliver(notification, setup, closing.signal)).finally(() => waiting--)
  })
  return () => {
    unsubscribe()
    closing.abort()
  }
}

/** @throws RecheckError `usage.invalid` for what is no http address */
export function assertWebhookAddress(url: string): void {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return
  throw new RecheckError(
    'usage.invalid',
    `--notify: expected an address that begins with http:// or https://, got "${url}".`,
  )
}

/** Null for what nobody has to be called for. */
function notificationOf(owner: Owner, runId: string, event: RunEvent): Notification | null {
  if (event.type !== 'status' && event.type !== 'log') return null
  const { name, status } = readRun(owner.db, runId)
  const about = { runId, run: name === '' ? runId : name, status }
  if (event.type === 'status') return endNotification(about, event)
  if (event.level === 'info') return null
  const { code, message, remedy, step = null } = event
  const where = step === null ? '' : ` at step ${step}`
  return { text: `${about.run}${where}: ${message}`, event: 'alarm', ...about, code, message, remedy, step }
}

function endNotification(
  about: Pick<Notification, 'runId' | 'run' | 'status'>,
  { status, error }: Extract<RunEvent, { type: 'status' }>,
): Notification | null {
  const waits = status === 'paused' && error !== null
  if (!waits && !isOver(status)) return null
  const { code = null, message = null } = error ?? {}
  const text = `${about.run}: ${status}${message === null ? '' : `. ${message}`}`
  return { text, event: waits ? 'run-waits' : 'run-over', ...about, code, message, remedy: null, step: null }
}

async function deliver(notification: Notification, setup: WebhookSetup, closing: AbortSignal): Promise<void> {
  const { url, onFailure, retriesMs = usualRetriesMs } = setup
  let problem = ''
  for (const pauseMs of [0, ...retriesMs]) {
    await wait(pauseMs, undefined, { signal: closing }).catch(() => undefined)
    if (closing.aborted) return
    problem = await post(url, notification, { closing, withinMs: setup.answerWithinMs ?? 10_000 })
    if (problem === '') return
  }
  onFailure(`${new URL(url).host} was not told “${notification.text}”: ${problem}`)
}

/** @returns what went wrong; '' = nothing */
async function post(
  url: string,
  notification: Notification,
  limits: { readonly closing: AbortSignal; readonly withinMs: number },
): Promise<string> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'Recheck' },
      body: JSON.stringify(notification),
      signal: AbortSignal.any([limits.closing, AbortSignal.timeout(limits.withinMs)]),
    })
    await response.body?.cancel()
    return response.ok ? '' : `it answers ${response.status}`
  } catch (thrown) {
    return errorData(thrown).message
  }
}
