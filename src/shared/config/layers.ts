import { configFields, valueAtPath } from './fields.ts'
import { runLengths } from './parseConfig.ts'
import { RecheckError } from '../errors/recheckError.ts'

export type ConfigLayer = Readonly<Record<string, unknown>>

/**
 * Lays configs over one another, the last one wins: preset, file, `--set`. Groups are merged field by field;
 * lists and the null of a group (`model.lora`) replace what was there. The result still has to pass
 * `parseConfig`.
 */
export function mergeConfigs(...layers: readonly ConfigLayer[]): ConfigLayer {
  return layers.reduce<ConfigLayer>((below, above) => mergeTwo(below, above), {})
}

function mergeTwo(below: ConfigLayer, above: ConfigLayer): ConfigLayer {
  // by entries: an assignment to a key "__proto__" would give the object other fields instead of one more
  const entries = Object.entries(above).map(([key, value]) => {
    const under = Object.hasOwn(below, key) ? below[key] : undefined
    return [key, isLayer(value) && isLayer(under) ? mergeTwo(under, value) : value] as const
  })
  const merged: Record<string, unknown> = { ...below, ...Object.fromEntries(entries) }
  // they exclude each other: the one that a later layer gives replaces the others
  if (runLengths.some((length) => (above[length] ?? null) !== null))
    for (const length of runLengths) if ((above[length] ?? null) === null) delete merged[length]
  return merged
}

function isLayer(value: unknown): value is ConfigLayer {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

/**
 * `path=value` of the command line as a layer. The value is JSON where it reads as JSON (numbers, true, null,
 * lists, groups), else text.
 *
 * @throws RecheckError `config.setting` when there is no `=` or no such field; it names the nearest field
 */
export function parseSetting(setting: string): ConfigLayer {
  const equals = setting.indexOf('=')
  if (equals < 1) {
    throw new RecheckError(
      'config.setting',
      `--set: expected path=value, got "${setting}". Example: --set vStar.beta=0.25`,
    )
  }
  const path = setting.slice(0, equals)
  requireKnownPath(path, '--set')
  return layerAt(path.split('.'), readValue(path, setting.slice(equals + 1)))
}

/** @throws RecheckError `config.setting` naming the nearest field; `where` says where the path was written */
export function requireKnownPath(path: string, where: string): void {
  if (isKnownPath(path)) return
  throw new RecheckError(
    'config.setting',
    `${where}: no field "${path}". Did you mean "${nearestField(path)}"?`,
  )
}

function isKnownPath(path: string): boolean {
  return configFields.some(
    (each) =>
      each.path === path ||
      (each.kind === 'group' && path.startsWith(`${each.path}.`)) ||
      each.path.startsWith(`${path}.`),
  )
}

function readValue(path: string, written: string): unknown {
  if (configFields.some((each) => each.path === path && each.kind === 'text' && !each.nullable))
    return written
  try {
    return JSON.parse(written) as unknown
  } catch {
    return written
  }
}

/** A layer that gives one value at a path: `['vStar', 'beta']`. */
export function layerAt(path: readonly string[], value: unknown): ConfigLayer {
  const [key = '', ...rest] = path
  return { [key]: rest.length === 0 ? value : layerAt(rest, value) }
}

/** The known path with the fewest edits from `path`, for "did you mean". */
export function nearestField(path: string): string {
  let nearest = ''
  let fewest = Infinity
  for (const { path: candidate } of configFields) {
    const last = candidate.split('.').at(-1) ?? candidate
    const edits = Math.min(editDistance(path, candidate), editDistance(path, last) + 0.5)
    if (edits < fewest) {
      fewest = edits
      nearest = candidate
    }
  }
  return nearest
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, swap))
    }
    row = next
  }
  return row[b.length] ?? 0
}

export interface ConfigDifference {
  readonly path: string
  readonly left: unknown
  readonly right: unknown
}

/** The fields in which two configs differ, in the order of the schema. */
export function configDifferences(left: unknown, right: unknown): ConfigDifference[] {
  return configFields
    .map(({ path }) => ({ path, left: valueAtPath(left, path), right: valueAtPath(right, path) }))
    .filter((each) => JSON.stringify(each.left) !== JSON.stringify(each.right))
}
