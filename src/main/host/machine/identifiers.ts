import { randomBytes } from 'node:crypto'

/** `run-20261122-153045-7f3a9c`: sorts by time and reads aloud. Two of one second may be the same, see `freeRunId`. */
export function newRunId(nowMs: number): string {
  const [date = '', time = ''] = new Date(nowMs).toISOString().split('T')
  return `run-${date.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}-${randomBytes(3).toString('hex')}`
}

/** An id for anything else that is stored. */
export function newId(prefix: string): string {
  return `${prefix}-${randomBytes(8).toString('hex')}`
}
