/** Which run may start when: one trainer a device. Holds no process and no database. */
export interface RunQueue {
  add(runId: string, device: string): void
  /** Takes a waiting run out. @returns false when it does not wait */
  remove(runId: string): boolean
  /** The device of a run that has ended is free again. */
  release(runId: string): void
  /** Runs that may start now, first come first served; their devices are taken from here on. */
  takeReady(): readonly string[]
  waiting(): readonly string[]
}

export function createRunQueue(): RunQueue {
  const waiting = new Map<string, string>()
  const devices = new Map<string, string>()
  return {
    add: (runId, device) => void waiting.set(runId, device),
    remove: (runId) => waiting.delete(runId),
    release: (runId) => void devices.delete(runId),
    takeReady() {
      const ready: string[] = []
      for (const [runId, device] of waiting) {
        if ([...devices.values()].includes(device)) continue
        devices.set(runId, device)
        ready.push(runId)
      }
      ready.forEach((runId) => waiting.delete(runId))
      return ready
    },
    waiting: () => [...waiting.keys()],
  }
}
