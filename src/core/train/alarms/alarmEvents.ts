import { alarmTitles, passedCode, type AlarmCode } from '../../../shared/runs/alarms.ts'
import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import type { LogEvent } from '../../../shared/runs/runEvent.ts'
import { alarmAdvice } from './alarmAdvice.ts'
import type { AlarmSign } from './alarms.ts'

/** Good steps, without a bad one among them, after which an alarm has passed. */
export const quietStepsToPass = 20

export interface ActiveAlarm {
  /** Step that raised it; null in a state that was stored before this was kept. */
  readonly since: number | null
  /** Good steps since the last bad one. */
  readonly quietSteps: number
}

/** The alarms that have been raised and have not passed, by code. */
export type ActiveAlarms = Readonly<Record<string, ActiveAlarm>>

/** As a stored state holds them: at first only their codes were kept, then their quiet steps alone. */
export type StoredAlarms = readonly string[] | Readonly<Record<string, number | ActiveAlarm>>

export function readActiveAlarms(stored: StoredAlarms): ActiveAlarms {
  const entries = isList(stored) ? stored.map((code) => [code, 0] as const) : Object.entries(stored)
  return Object.fromEntries(
    entries.map(([code, alarm]) => [
      code,
      typeof alarm === 'number' ? { since: null, quietSteps: alarm } : alarm,
    ]),
  )
}

function isList(stored: StoredAlarms): stored is readonly string[] {
  return Array.isArray(stored)
}

export interface AlarmStep {
  readonly step: number
  readonly signs: readonly AlarmSign[]
  /** Before this step. */
  readonly active: ActiveAlarms
}

/**
 * One condition is one alarm while it lasts: the first bad step raises it, and it has passed after
 * `quietStepsToPass` good steps without a bad one among them. One whose sign is no longer looked at (other
 * settings) ends as well.
 *
 * @returns the log's entries, and the alarms that are active after this step
 */
export function alarmEvents(
  { step, signs, active: before }: AlarmStep,
  config: RunConfig,
): { readonly events: readonly LogEvent[]; readonly active: ActiveAlarms } {
  const active: Record<string, ActiveAlarm> = {}
  const events: LogEvent[] = []
  for (const { code, health, message } of signs) {
    const known = Object.hasOwn(before, code) ? before[code] : null
    if (health === 'bad') {
      active[code] = { since: known === null ? step : known.since, quietSteps: 0 }
      if (known === null) events.push(raised({ code, message, step }, config))
    } else if (known !== null) {
      const quietSteps = known.quietSteps + (health === 'good' ? 1 : 0)
      if (quietSteps < quietStepsToPass) active[code] = { since: known.since, quietSteps }
      else events.push(passed(code, step, `clear of its threshold for ${quietStepsToPass} steps`))
    }
  }
  const seen = new Set<string>(signs.map(({ code }) => code))
  for (const code of Object.keys(before)) {
    if (!seen.has(code) && isAlarm(code))
      events.push(passed(code, step, 'no longer watched with these settings'))
  }
  return { active, events }
}

function raised(
  { code, message, step }: { readonly code: AlarmCode; readonly message: string; readonly step: number },
  config: RunConfig,
): LogEvent {
  const remedy = alarmAdvice[code](config)
  return { type: 'log', level: 'warning', code, message, remedy, step, key: `${code}@${step}` }
}

function passed(code: AlarmCode, step: number, why: string): LogEvent {
  const ended = passedCode(code)
  const message = `the alarm “${alarmTitles[code]}” has passed: ${why}`
  return { type: 'log', level: 'info', code: ended, message, remedy: null, step, key: `${ended}@${step}` }
}

function isAlarm(code: string): code is AlarmCode {
  return Object.hasOwn(alarmTitles, code)
}
