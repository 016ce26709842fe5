import type { EventBatch } from '../../shared/runs/runEvent.ts'
import type { JobEvent } from '../wire/jobPort.ts'

export interface BatchSender {
  add(event: JobEvent): void
  /** Sends what has gathered. @returns number of the last batch sent */
  send(): number
  /** The owner has stored every batch up to this number. */
  markStored(sequence: number): void
  /** Resolves when the batch of this number is stored. */
  whenStored(sequence: number): Promise<void>
  unstored(): number
}

/** Numbers the events of one process into batches. */
export function openBatchSender(
  first: { readonly runId: string; readonly sequence: number },
  transmit: (batch: EventBatch) => void,
): BatchSender {
  let gathered: JobEvent[] = []
  let lastSent = first.sequence - 1
  let lastStored = lastSent
  let waiting: { readonly sequence: number; readonly resolve: () => void }[] = []
  return {
    add: (event) => void gathered.push(event),
    send() {
      if (gathered.length === 0) return lastSent
      lastSent++
      const events = gathered
      gathered = []
      transmit({ runId: first.runId, sequence: lastSent, events })
      return lastSent
    },
    markStored(sequence) {
      lastStored = Math.max(lastStored, sequence)
      const ready = waiting.filter((wait) => wait.sequence <= lastStored)
      waiting = waiting.filter((wait) => wait.sequence > lastStored)
      for (const wait of ready) wait.resolve()
    },
    whenStored: (sequence) =>
      sequence <= lastStored
        ? Promise.resolve()
        : new Promise((resolve) => waiting.push({ sequence, resolve })),
    unstored: () => lastSent - lastStored,
  }
}
