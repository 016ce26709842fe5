import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Names one process: ids are used again, but not with the same start. */
export interface ProcessMark {
  readonly processId: number
  /** ms since the machine started, independent of the clock; null where the system does not say. */
  readonly processStartedAtMs: number | null
}

/** Clock ticks of /proc: USER_HZ is 100 on every Linux that Node runs on. */
const msPerTick = 10

/** When the process started; null when there is none, or when it has ended and only waits to be reaped. */
export function processStart(processId: number): number | null {
  if (process.platform === 'linux') return linuxProcessStart(processId)
  if (process.platform === 'win32') return null
  const { stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(processId)], { encoding: 'utf8' })
  const startedAtMs = Date.parse(stdout.trim())
  return Number.isNaN(startedAtMs) ? null : startedAtMs
}

function linuxProcessStart(processId: number): number | null {
  const stat = readText(`/proc/${processId}/stat`)
  if (stat === null) return null
  // the name in parentheses may hold anything, blanks and parentheses too
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state] = fields
  const startTicks = Number(fields[19])
  return state === 'Z' || state === 'X' || Number.isNaN(startTicks) ? null : startTicks * msPerTick
}

export function markOf(processId: number): ProcessMark {
  return { processId, processStartedAtMs: processStart(processId) }
}

/**
 * True while the very process that was marked is alive. Without a start time nothing is known, and nothing
 * claimed.
 */
export function isAlive(mark: ProcessMark): boolean {
  return mark.processStartedAtMs !== null && processStart(mark.processId) === mark.processStartedAtMs
}

/** The words a process was started with; empty when it is gone or the system does not say. */
export function commandLineOf(processId: number): readonly string[] {
  return readText(`/proc/${processId}/cmdline`)?.split('\0').filter(Boolean) ?? []
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null // gone, or not this system's
  }
}
