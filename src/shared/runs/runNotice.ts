import type { StoreEvent } from '../routes/contract.ts'

/**
 * What is worth a notification of the system or of the browser, in plain text; null = nothing. A run that the
 * user stopped says nothing: who stopped it knows.
 */
export function noticeOf(event: StoreEvent['event']): string | null {
  if (event.type === 'log') {
    if (!event.code.startsWith('alarm.')) return null
    return event.step === undefined
      ? `Alarm: ${event.message}`
      : `Alarm at step ${event.step}: ${event.message}`
  }
  if (event.type !== 'status') return null
  switch (event.status) {
    case 'finished':
      return 'The run is finished.'
    case 'failed':
      return `The run failed: ${event.error?.message ?? 'no reason was given'}`
    case 'interrupted':
      return 'The run was interrupted. It can be resumed.'
    case 'paused':
      return event.error === null ? null : `The run waits: ${event.error.message}`
    case 'queued':
    case 'running':
    case 'stopped':
      return null
  }
}
