import { formatCount } from '../text/format.ts'
import type { EventLevel, RunLogEntry, RunStatus } from './records.ts'
import { isOver } from './runTransitions.ts'

/** Every alarm of a training run, with a name of a few words for lists. */
export const alarmTitles = {
  'alarm.attempts': 'first attempts get worse',
  'alarm.always-correct': 'verdicts almost always “correct”',
  'alarm.always-wrong': 'verdicts almost always “wrong”',
  'alarm.change-ratio': 'low answer change ratio',
  'alarm.unparsed': 'unparsed verdicts',
  'alarm.truncated': 'truncated turns',
  'alarm.kl': 'far from the reference',
  'alarm.entropy': 'low entropy',
  'alarm.length.attempt': 'attempts grow longer',
  'alarm.length.verdict': 'verdicts grow longer',
  'alarm.length.revision': 'revisions grow longer',
  'alarm.stale.verdict-correct': 'stale V* of verdicts on correct attempts',
  'alarm.stale.verdict-wrong': 'stale V* of verdicts on wrong attempts',
  'alarm.stale.revision-correct': 'stale V* of revisions of correct attempts',
  'alarm.stale.revision-wrong': 'stale V* of revisions of wrong attempts',
  'alarm.no-spread': 'groups without spread',
} as const
export type AlarmCode = keyof typeof alarmTitles

/** Code of the log entry that is written when the alarm has passed. */
export function passedCode(code: AlarmCode): string {
  return code.replace(/^alarm\./, 'alarm-passed.')
}

/** All entries of one kind of warning or error in a run's log. */
export interface Warning {
  readonly code: string
  readonly level: EventLevel
  /** A few words; null for what is no alarm of training. */
  readonly title: string | null
  /** Of the newest entry. */
  readonly message: string
  readonly remedy: string | null
  readonly sequence: number
  readonly atMs: number
  readonly firstAtMs: number
  readonly count: number
  /** Step of the newest entry, from 0 as in the plots; null where it belongs to no step. */
  readonly sinceStep: number | null
  /** Step at which it had passed since; null = it has not, or it is of a kind that does not pass. */
  readonly passedStep: number | null
}

/** Warnings and errors by their code, the newest first. */
export function warningsOf(log: readonly RunLogEntry[]): Warning[] {
  const warnings = new Map<string, Warning>()
  for (const entry of log) {
    if (entry.level === 'info') {
      const code = entry.code.replace(/^alarm-passed\./, 'alarm.')
      const raised = code === entry.code ? undefined : warnings.get(code)
      if (raised !== undefined) warnings.set(code, { ...raised, passedStep: entry.step })
      continue
    }
    const before = warnings.get(entry.code)
    warnings.set(entry.code, {
      code: entry.code,
      level: entry.level,
      title: titleOf(entry.code),
      message: entry.message,
      remedy: entry.remedy,
      sequence: entry.sequence,
      atMs: entry.atMs,
      firstAtMs: before?.firstAtMs ?? entry.atMs,
      count: (before?.count ?? 0) + 1,
      sinceStep: entry.step,
      passedStep: null,
    })
  }
  return [...warnings.values()].sort((a, b) => b.sequence - a.sequence)
}

/** One warning or error of a run's log, from when it was raised until it had passed. */
export interface AlarmEpisode {
  /** The entry that raised it. */
  readonly raised: RunLogEntry
  /** A few words; null for what is no alarm of training. */
  readonly title: string | null
  /** The entry that says that it has passed; null = it has not, or it is of a kind that does not pass. */
  readonly passed: RunLogEntry | null
}

/** Every warning and error by itself, the newest first. */
export function alarmEpisodes(log: readonly RunLogEntry[]): readonly AlarmEpisode[] {
  const episodes: AlarmEpisode[] = []
  const open = new Map<string, number[]>()
  for (const entry of log) {
    if (entry.level === 'info') {
      const code = entry.code.replace(/^alarm-passed\./, 'alarm.')
      if (code === entry.code) continue
      for (const place of open.get(code) ?? []) {
        const episode = episodes[place]
        if (episode !== undefined) episodes[place] = { ...episode, passed: entry }
      }
      open.delete(code)
      continue
    }
    open.set(entry.code, [...(open.get(entry.code) ?? []), episodes.length])
    episodes.push({ raised: entry, title: titleOf(entry.code), passed: null })
  }
  return episodes.reverse()
}

function titleOf(code: string): string | null {
  return code in alarmTitles ? alarmTitles[code as AlarmCode] : null
}

/** `since step 20` · `steps 20 to 58` · `` where it belongs to no step. */
export function stepsText({ sinceStep, passedStep }: Pick<Warning, 'sinceStep' | 'passedStep'>): string {
  if (sinceStep === null) return ''
  return passedStep === null
    ? `since step ${formatCount(sinceStep)}`
    : `steps ${formatCount(sinceStep)} to ${formatCount(passedStep)}`
}

/** What calls for attention now, and what has been. */
export interface SplitWarnings {
  readonly now: readonly Warning[]
  readonly past: readonly Warning[]
}

/**
 * Only a run that goes on can be helped; of one that is over everything is history, and so is an alarm that
 * has passed.
 */
export function splitWarnings(warnings: readonly Warning[], status: RunStatus): SplitWarnings {
  const isNow = ({ passedStep }: Warning): boolean => !isOver(status) && passedStep === null
  return { now: warnings.filter(isNow), past: warnings.filter((warning) => !isNow(warning)) }
}

/** `low answer change ratio (steps 20 to 58)`; what is no alarm in its own words. */
export function pastText(warning: Warning): string {
  const { title, message, count } = warning
  const times = count === 1 ? '' : `${formatCount(count)} times, last `
  const when = `${times}${stepsText(warning)}`.replace(/, last $/, '')
  return `${title ?? message.replace(/\.$/, '')}${when === '' ? '' : ` (${when})`}`
}
