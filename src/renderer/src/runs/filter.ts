import { configFields, type ConfigField } from '../../../shared/config/fields.ts'
import { findMetric } from '../../../shared/metrics/metrics.ts'
import { runStatuses } from '../../../shared/runs/records.ts'
import { quotedWhereNeeded, unquoted } from './filterText.ts'
import { listedMetrics, type ListedRun, type RunValues } from '../../../shared/runs/runList.ts'

type Operator = '>=' | '<=' | '!=' | '>' | '<' | '='

/** One condition of a filter; all of them have to hold. */
export type FilterTerm =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'status'; readonly status: string }
  | { readonly kind: 'tag'; readonly tag: string }
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'metric'; readonly name: string; readonly operator: Operator; readonly value: number }
  | { readonly kind: 'config'; readonly path: string; readonly operator: Operator; readonly value: string }

export interface ParsedFilter {
  readonly terms: readonly FilterTerm[]
  /** What could not be read, in words; null when all could. */
  readonly problem: string | null
}

/**
 * A comparison (value possibly quoted, or not there yet), a `key:value`, a quoted text (the last one may be
 * open) or a word.
 */
const tokenPattern =
  /([^\s"<>=!:]+)\s*(>=|<=|!=|>|<|=)\s*("(?:[^"]|"")*"?|\S+)?|([A-Za-z][\w./-]*):("(?:[^"]|"")*"?|\S+)?|("(?:[^"]|"")*"?)|(\S+)/g

/**
 * `accuracy/final >= 0.6 status:finished tag:seed vStar.beta = 0.5 "my run"`: metrics and config fields are
 * compared, other words are searched for in name, id, tags, notes and group. What can match no run is no term
 * but a problem.
 */
export function parseFilter(text: string): ParsedFilter {
  const read = [...text.matchAll(tokenPattern)].map(readToken)
  const terms = read.filter((each) => typeof each !== 'string')
  const beyond = namesBeyondList(terms).length
  const problems = [
    ...read.filter((each) => typeof each === 'string'),
    ...(beyond > mostBeyondList
      ? [`At most ${mostBeyondList} fields and further metrics can be compared at once, not ${beyond}.`]
      : []),
  ]
  return { terms, problem: problems.length === 0 ? null : problems.join(' ') }
}

/** What one reading of `run.values` may name. */
export const mostBeyondList = 20

/** A term, or why it is none. */
function readToken(match: RegExpExecArray): FilterTerm | string {
  const [, name, operator, value = '', key, keyValue = '', quoted, word = ''] = match
  if (name !== undefined) return comparison(name, operator as Operator, unquoted(value))
  if (key !== undefined) return keyTerm(key, unquoted(keyValue))
  if (quoted === undefined && /^[<>=!]+$/.test(word))
    return `“${word}” has nothing to compare: write a metric or a config field before it.`
  return { kind: 'text', text: (quoted === undefined ? word : unquoted(quoted)).toLowerCase() }
}

/** What is searched for and not compared, and what is written before its words. */
const searched: ReadonlyMap<string, string> = new Map([
  ...(['tag', 'group', 'status'] as const).map((key) => [key, `${key}:`] as const),
  ['tags', 'tag:'] as const,
  ['name', ''] as const,
  ['notes', ''] as const,
])

function comparison(name: string, operator: Operator, value: string): FilterTerm | string {
  const key = searched.get(name)
  if (key !== undefined)
    return `${name} is searched for, not compared: write ${key}${value === '' ? '…' : quotedWhereNeeded(value)}`
  const field = configFields.find((each) => each.path === name)
  if (findMetric(name) === null && field === undefined)
    return `There is no metric or config field “${name}”. To search for these words, put them between quotes.`
  if (value === '') return `${name} ${operator} still needs the value to compare with.`
  if (field !== undefined)
    return mistakenValue(field, value) ?? { kind: 'config', path: name, operator, value }
  return isNumber(value)
    ? { kind: 'metric', name, operator, value: Number(value) }
    : `${name} is compared with a number, not with “${value}”.`
}

/** Why no run can have this value of the field; null when one can. */
function mistakenValue({ path, kind, choices, nullable }: ConfigField, value: string): string | null {
  const takesNumbers = kind === 'integer' || kind === 'number'
  const names = [...(kind === 'switch' ? ['true', 'false'] : choices), ...(nullable ? ['null'] : [])]
  const isWhole = (kind === 'list' && value.startsWith('[')) || (kind === 'group' && value.startsWith('{'))
  if (kind === 'text' || isWhole || (takesNumbers && isNumber(value))) return null
  if (kind !== 'list' && names.includes(value)) return null
  const wanted = [
    ...(takesNumbers ? ['a number'] : []),
    ...(kind === 'list' ? [`a whole list such as ["${value}"]`] : names),
    ...(kind === 'group' ? ['a group in braces'] : []),
  ]
  return `${path} is compared with ${wanted.join(', ').replace(/, ([^,]*)$/, ' or $1')}, not with “${value}”.`
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && !Number.isNaN(Number(text))
}

function keyTerm(key: string, value: string): FilterTerm | string {
  const isKey = key === 'status' || key === 'tag' || key === 'group'
  if (isKey && value === '') return `${key}: still needs its value.`
  switch (key) {
    case 'tag':
      return { kind: 'tag', tag: value.toLowerCase() }
    case 'group':
      return { kind: 'group', group: value.toLowerCase() }
    case 'status':
      return runStatuses.some((status) => status === value)
        ? { kind: 'status', status: value }
        : `There is no status “${value}”; there are ${runStatuses.join(', ')}.`
    default:
      return colonText(key, value)
  }
}

/** Any other word with a colon is searched for, unless a comparison was meant. */
function colonText(key: string, value: string): FilterTerm | string {
  if (searched.has(key)) return comparison(key, '=', value)
  if (findMetric(key) === null && configFields.every(({ path }) => path !== key))
    return { kind: 'text', text: `${key}:${value}`.toLowerCase() }
  return `A colon compares nothing: write ${key} = ${value === '' ? '…' : value}`
}

/**
 * Metrics and config fields that the terms name and a listed run does not carry, each once: `run.values` has
 * them.
 */
export function namesBeyondList(terms: readonly FilterTerm[]): string[] {
  const names = terms.flatMap((term) =>
    term.kind === 'config' ? [term.path] : term.kind === 'metric' && !isListed(term.name) ? [term.name] : [],
  )
  return [...new Set(names)].sort()
}

function isListed(name: string): boolean {
  return listedMetrics.some((listed) => listed === name)
}

/**
 * @param more what `namesBeyondList` asked for; null = not read yet, then a run that needs it does not match
 */
export function matchesFilter(
  run: ListedRun,
  terms: readonly FilterTerm[],
  more: RunValues | null = null,
): boolean {
  const valueOf = (name: string): unknown => {
    const index = more?.names.indexOf(name) ?? -1
    return index < 0 ? undefined : (more?.values[run.runId]?.[index] ?? null)
  }
  return terms.every((term) => matchesTerm(run, term, valueOf))
}

function matchesTerm(run: ListedRun, term: FilterTerm, valueOf: (name: string) => unknown): boolean {
  switch (term.kind) {
    case 'text':
      return [run.name, run.runId, run.group ?? '', run.notes, ...run.tags].some((part) =>
        part.toLowerCase().includes(term.text),
      )
    case 'status':
      return run.status === term.status
    case 'tag':
      return run.tags.some((tag) => tag.toLowerCase() === term.tag)
    case 'group':
      return (run.group ?? '').toLowerCase() === term.group
    case 'metric': {
      const value = isListed(term.name) ? run.latest[term.name] : valueOf(term.name)
      return typeof value === 'number' && compare(value, term.operator, term.value)
    }
    case 'config': {
      const value = valueOf(term.path)
      return value !== undefined && matchesConfig(value, term.operator, term.value)
    }
  }
}

function matchesConfig(value: unknown, operator: Operator, wanted: string): boolean {
  if (typeof value === 'number' && wanted !== '' && !Number.isNaN(Number(wanted)))
    return compare(value, operator, Number(wanted))
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return compare(text, operator, wanted)
}

function compare<T extends number | string>(left: T, operator: Operator, right: T): boolean {
  switch (operator) {
    case '>=':
      return left >= right
    case '<=':
      return left <= right
    case '>':
      return left > right
    case '<':
      return left < right
    case '=':
      return left === right
    case '!=':
      return left !== right
  }
}
