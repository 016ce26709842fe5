/** Alarms shown at once, so that the plots stay in view; the alarms tab has them all. */
export const mostAlarms = 3

/** Kinds of alarms that were hidden, by run. */
export type HiddenAlarms = Readonly<Record<string, readonly string[]>>

/** Runs whose hidden alarms a browser remembers. */
const mostRuns = 200

export function parseHidden(stored: unknown): HiddenAlarms | null {
  if (typeof stored !== 'object' || stored === null) return null
  const runs = Object.entries(stored).flatMap(([runId, codes]: [string, unknown]) =>
    Array.isArray(codes) ? [[runId, codes.filter((code) => typeof code === 'string')] as const] : [],
  )
  return Object.fromEntries(runs)
}

/** With the codes hidden for this run; the runs hidden longest ago are forgotten. */
export function withHidden(hidden: HiddenAlarms, runId: string, codes: readonly string[]): HiddenAlarms {
  const others = Object.entries(hidden).filter(([id]) => id !== runId)
  const own = codes.length === 0 ? [] : [[runId, codes] as const]
  return Object.fromEntries([...others, ...own].slice(-mostRuns))
}
