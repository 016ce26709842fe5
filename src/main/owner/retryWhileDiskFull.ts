import { setTimeout as wait } from 'node:timers/promises'
import { RecheckError } from '../../shared/errors/recheckError.ts'

export interface DiskPatience {
  readonly retryEveryMs: number
  /** Called once, when the first try has failed. */
  readonly onFull: (error: RecheckError) => void
  /** Looked at before each new try. */
  readonly isGivenUp: () => boolean
}

/** Of bytes or of inodes: what somebody deletes makes room for both. */
const fullDiskCodes: ReadonlySet<string> = new Set(['store.disk-full', 'store.no-inodes'])

/**
 * Does `work`, and while the disk is full does it again and again: a run then waits for space and loses
 * nothing.
 *
 * @throws whatever `work` throws, `store.disk-full` and `store.no-inodes` only once given up
 */
export async function withDiskPatience<T>(work: () => T, patience: DiskPatience): Promise<T> {
  let hasReported = false
  for (;;) {
    try {
      return work()
    } catch (thrown) {
      const isFull = thrown instanceof RecheckError && fullDiskCodes.has(thrown.code)
      if (!isFull || patience.isGivenUp()) throw thrown
      if (!hasReported) patience.onFull(thrown)
      hasReported = true
      await wait(patience.retryEveryMs)
    }
  }
}
