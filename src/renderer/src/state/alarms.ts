import type { RunLogEntry } from '../../../shared/records.ts'

/** The newest warning or error of each code, newest first; five at most, so that the plots stay in view. */
export function latestAlarms(log: readonly RunLogEntry[]): RunLogEntry[] {
  const newest = new Map<string, RunLogEntry>()
  for (const entry of log) if (entry.level !== 'info') newest.set(entry.code, entry)
  return [...newest.values()].sort((a, b) => b.sequence - a.sequence).slice(0, 5)
}
