/** A run that waits, and the device it takes for itself. */
interface Waiting {
  readonly runId: string
  readonly device: string
}

/** Which run may start when: one trainer a device. Holds no process and no database. */
export interface RunQueue<W extends Waiting> {
  add(run: W): void
  /** Takes a waiting run out. @returns false when it does not wait */
  remove(runId: string): boolean
  /** The device of a run that has ended is free again. */
  release(runId: string): void
  /** Runs that may start now, first come first served; their devices are taken from here on. */
  takeReady(): readonly W[]
  waiting(): readonly string[]
}

export function createRunQueue<W extends Waiting>(): RunQueue<W> {
  const waiting = new Map<string, W>()
  const devices = new Map<string, string>()
  return {
    add: (run) => void waiting.set(run.runId, run),
    remove: (runId) => waiting.delete(runId),
    release: (runId) => void devices.delete(runId),
    takeReady() {
      const ready: W[] = []
      for (const run of waiting.values()) {
        if ([...devices.values()].includes(run.device)) continue
        devices.set(run.runId, run.device)
        ready.push(run)
      }
      ready.forEach(({ runId }) => waiting.delete(runId))
      return ready
    },
    waiting: () => [...waiting.keys()],
  }
}
