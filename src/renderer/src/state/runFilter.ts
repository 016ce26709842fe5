import { configFields, valueAtPath } from '../../../shared/configFields.ts'
import { findMetric } from '../../../shared/metrics.ts'
import { runStatuses, type Run } from '../../../shared/records.ts'
import { listedMetrics, type ListedRun, type RunValues } from '../../../shared/runList.ts'

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

/** A comparison (value possibly quoted), a `key:value`, a quoted text or a word. */
const tokenPattern =
  /([\w*./-]+)\s*(>=|<=|!=|>|<|=)\s*("[^"]*"|\S+)|(status|tag|group):("[^"]*"|\S+)|"([^"]*)"|(\S+)/g

/**
 * `accuracy/final >= 0.6 status:finished tag:seed vStar.beta = 0.5 "my run"`: metrics and config fields are compared, other words
 * are searched for in name, id, tags, notes and group.
 */
export function parseFilter(text: string): ParsedFilter {
  const terms: FilterTerm[] = []
  const problems: string[] = []
  for (const match of text.matchAll(tokenPattern)) {
    const [, name, operator, value, key, keyValue, quoted, word] = match
    const term =
      name !== undefined
        ? comparison(name, operator as Operator, unquoted(value ?? ''))
        : key !== undefined
          ? keyTerm(key, unquoted(keyValue ?? ''))
          : { kind: 'text' as const, text: (quoted ?? word ?? '').toLowerCase() }
    if (typeof term === 'string') problems.push(term)
    else terms.push(term)
  }
  return { terms, problem: problems.length === 0 ? null : problems.join(' ') }
}

function comparison(name: string, operator: Operator, value: string): FilterTerm | string {
  if (findMetric(name) !== null) {
    const number = Number(value)
    return value === '' || Number.isNaN(number)
      ? `${name} is compared with a number, not with “${value}”.`
      : { kind: 'metric', name, operator, value: number }
  }
  if (configFields.some((field) => field.path === name))
    return { kind: 'config', path: name, operator, value }
  return `There is no metric or config field “${name}”.`
}

function keyTerm(key: string, value: string): FilterTerm | string {
  if (key === 'tag') return { kind: 'tag', tag: value.toLowerCase() }
  if (key === 'group') return { kind: 'group', group: value.toLowerCase() }
  return runStatuses.some((status) => status === value)
    ? { kind: 'status', status: value }
    : `There is no status “${value}”; there are ${runStatuses.join(', ')}.`
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1) : value
}

/** Metrics and config fields that the terms name and a listed run does not carry, each once: `run.values` has them. */
export function namesBeyondList(terms: readonly FilterTerm[]): string[] {
  const names = terms.flatMap((term) =>
    term.kind === 'config' ? [term.path] : term.kind === 'metric' && !isListed(term.name) ? [term.name] : [],
  )
  return [...new Set(names)].sort()
}

function isListed(name: string): boolean {
  return listedMetrics.some((listed) => listed === name)
}

/** @param more what `namesBeyondList` asked for; null = not read yet, then a run that needs it does not match */
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

const parsedConfigs = new WeakMap<Run, unknown>()

/** The run's config as a value; parsed once per row object. */
export function configOf(run: Run): unknown {
  const known = parsedConfigs.get(run)
  if (known !== undefined) return known
  const parsed = JSON.parse(run.config) as unknown
  parsedConfigs.set(run, parsed)
  return parsed
}

/** What the run's config has under a path; null where it has nothing. */
export function configValue(run: Run, path: string): unknown {
  return valueAtPath(configOf(run), path) ?? null
}
