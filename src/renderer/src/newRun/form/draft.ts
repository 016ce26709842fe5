import { stringify } from 'yaml'
import { parseConfig, runLengths, type RunConfig } from '../../../../shared/config/parseConfig.ts'
import {
  allConfigFields,
  configFields,
  valueAtPath,
  type ConfigField,
} from '../../../../shared/config/fields.ts'
import type { ConfigLayer } from '../../../../shared/config/layers.ts'
import {
  trainingProblems,
  unsupportedFields,
  type ConfigProblem,
} from '../../../../shared/config/problems.ts'
import type { Stage } from '../../../../shared/runs/records.ts'
import { RecheckError } from '../../../../shared/errors/recheckError.ts'
import { formatCount } from '../../../../shared/text/format.ts'
import { parseYaml } from '../../../../shared/text/yamlText.ts'

/**
 * What a form holds: only the fields that differ from the defaults. The form, the YAML and the run start from
 * it.
 */
export type ConfigDraft = ConfigLayer

/** The value that a field has now: the draft's, else its default. */
export function draftValue(draft: ConfigDraft, field: ConfigField): unknown {
  const written = valueAtPath(draft, field.path)
  return written === undefined ? (field.defaultValue ?? null) : written
}

export function isChanged(draft: ConfigDraft, field: ConfigField): boolean {
  return valueAtPath(draft, field.path) !== undefined
}

/** Whether a value is the one that the field has when nothing is said. */
export function isDefault(field: ConfigField, value: unknown): boolean {
  // JSON has null for them, which is the default of some fields
  if (typeof value === 'number' && !Number.isFinite(value)) return false
  return JSON.stringify(value ?? null) === JSON.stringify(field.defaultValue ?? null)
}

/** The fields that setting this one takes out: of the lengths of a run exactly one is given. */
export function replacedBy(field: ConfigField, value: unknown): readonly string[] {
  if (isDefault(field, value) || !runLengths.some((length) => length === field.path)) return []
  return runLengths.filter((length) => length !== field.path)
}

/** The draft with one field set; a default is taken out again, so that the YAML stays short. */
export function withField(draft: ConfigDraft, field: ConfigField, value: unknown): ConfigDraft {
  const kept = replacedBy(field, value).reduce((rest, replaced) => withoutPath(rest, [replaced]), draft)
  return withValue(kept, field, value)
}

function withValue(draft: ConfigDraft, field: ConfigField, value: unknown): ConfigDraft {
  const path = field.path.split('.')
  // a group within one that may be off keeps it on: taken out, an empty one would go with it
  if (isDefault(field, value))
    return configFields.includes(field) ? withoutPath(draft, path) : setPath(draft, path, value)
  return setPath(draft, path, withoutInnerDefaults(field, value))
}

/** A group that is one value (`model.lora`) without what its own defaults say. */
function withoutInnerDefaults(field: ConfigField, value: unknown): unknown {
  if (!isGroup(value)) return value
  return field.inner.reduce((group, inner) => {
    const path = inner.path.slice(field.path.length + 1)
    return isDefault(inner, valueAtPath(group, path)) ? withoutPath(group, path.split('.')) : group
  }, value)
}

/**
 * The draft of a whole config: what differs from the defaults. Unknown keys stay, so that they are reported.
 */
export function draftOf(config: ConfigLayer): ConfigDraft {
  return configFields.reduce<ConfigDraft>((draft, field) => {
    const value = valueAtPath(config, field.path)
    return value === undefined ? draft : withValue(draft, field, value)
  }, config)
}

/** A draft with every default filled in, as the form holds it; what is no field stays as it is. */
export function formValues(draft: ConfigDraft): ConfigLayer {
  return allConfigFields.reduce<ConfigLayer>((values, field) => fillIn(values, field.path, field), draft)
}

function fillIn(values: ConfigLayer, path: string, field: ConfigField): ConfigLayer {
  const [key = '', ...rest] = path.split('.')
  const inner = values[key]
  if (rest.length === 0)
    return inner === undefined ? { ...values, [key]: field.defaultValue ?? null } : values
  if (inner !== undefined && !isGroup(inner)) return values // no adapter, no file, or a mistake that is reported
  return { ...values, [key]: fillIn(inner ?? {}, rest.join('.'), field) }
}

/** The value of a group that was just switched on: its defaults; what has none is empty, and is asked for. */
export function emptyGroup(field: ConfigField): ConfigLayer {
  return field.inner.reduce<ConfigLayer>(
    (group, { path, defaultValue }) =>
      setPath(
        group,
        path.slice(field.path.length + 1).split('.'),
        defaultValue === undefined ? '' : defaultValue,
      ),
    {},
  )
}

export function isGroup(value: unknown): value is ConfigLayer {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

export interface Difference {
  readonly path: string
  readonly values: readonly [before: unknown, now: unknown]
}

/** The fields in which two drafts differ; of a group that both have, only the inner ones. */
export function draftDifferences(before: ConfigDraft, now: ConfigDraft): readonly Difference[] {
  return configFields.flatMap((field) => {
    const [left, right] = [draftValue(before, field), draftValue(now, field)]
    const fields = isGroup(left) && isGroup(right) ? field.inner : [field]
    return fields
      .map((each) => ({
        path: each.path,
        values: [draftValue(before, each), draftValue(now, each)] as const,
      }))
      .filter(({ values }) => JSON.stringify(values[0]) !== JSON.stringify(values[1]))
  })
}

/** Problems by the path of their field; `general` has those of no field. */
export interface DraftProblems {
  readonly byPath: ReadonlyMap<string, string>
  readonly general: readonly string[]
}

export interface CheckedDraft extends DraftProblems {
  /** The resolved config; null while it is not valid. */
  readonly config: RunConfig | null
}

/** What is wrong with a draft, for this stage: by the schema, and of what the trainer cannot do. */
export function checkDraft(draft: ConfigDraft, stage: Stage): CheckedDraft {
  try {
    const config = parseConfig(draft, 'the form')
    const problems = sortedOut(stage === 'self-correction' ? trainingProblems(config) : [])
    const refused = unsupportedFields(config).map(({ path, reason }) => [path, reason] as const)
    return { ...problems, byPath: new Map([...problems.byPath, ...refused]), config }
  } catch (thrown) {
    if (!(thrown instanceof RecheckError) || !Array.isArray(thrown.data.problems)) throw thrown
    return { ...sortedOut(thrown.data.problems as readonly ConfigProblem[]), config: null }
  }
}

function sortedOut(problems: readonly ConfigProblem[]): DraftProblems {
  const byPath = new Map<string, string>()
  const general: string[] = []
  for (const { path, expected, got } of problems) {
    const text = `expected ${expected}, got ${got}`
    const field = allConfigFields.find((each) => each.path === path || isItemOf(each, path))
    if (field === undefined) general.push(`${path}: ${text}`)
    else byPath.set(field.path, text)
  }
  return { byPath, general }
}

/** `data.levels.0` belongs to the list `data.levels`. */
function isItemOf(field: ConfigField, path: string): boolean {
  return field.kind === 'list' && path.startsWith(`${field.path}.`)
}

export function draftYaml(draft: ConfigDraft): string {
  return Object.keys(draft).length === 0 ? '' : stringify(draft)
}

/** The draft that a YAML text means, or what is wrong with the text. */
export function parseDraftYaml(text: string): { readonly draft: ConfigDraft } | { readonly problem: string } {
  const read = parseLayerYaml(text)
  return 'problem' in read ? read : { draft: draftOf(formValues(read.layer)) }
}

/** Longer texts are no configs: reading one at every key would stop the page. */
const mostYaml = 200_000

/** The parser's first line ends with a colon: the lines it announces are left out. */
function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/:$/, '.')
}

/** Fields exactly as the YAML names them, defaults too. */
export function parseLayerYaml(text: string): { readonly layer: ConfigLayer } | { readonly problem: string } {
  if (text.length > mostYaml) {
    const [most, has] = [formatCount(mostYaml), formatCount(text.length)]
    return { problem: `a config has at most ${most} characters, and this text has ${has}.` }
  }
  let value: unknown
  try {
    value = parseYaml(text)
  } catch (thrown) {
    return { problem: thrown instanceof Error ? firstLine(thrown.message) : String(thrown) }
  }
  if (value === null || value === undefined) return { layer: {} }
  return isGroup(value) ? { layer: value } : { problem: 'expected fields, for example “seed: 1”' }
}

/**
 * What was typed as a value of the field; text that is no number stays text, and is then reported as such.
 */
export function readFieldText(field: ConfigField, text: string): unknown {
  const trimmed = text.trim()
  if (trimmed === '' && field.nullable) return null
  if (field.choices.includes(trimmed)) return trimmed
  if (field.kind === 'integer' || field.kind === 'number') {
    return trimmed === '' || Number.isNaN(Number(trimmed)) ? text : Number(trimmed)
  }
  return text
}

export function writeFieldText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function setPath(layer: ConfigLayer, path: readonly string[], value: unknown): ConfigLayer {
  const [key = '', ...rest] = path
  if (rest.length === 0) return { ...layer, [key]: value }
  const inner = layer[key]
  return { ...layer, [key]: setPath(isGroup(inner) ? inner : {}, rest, value) }
}

/** Without the value at the path, and without groups that it leaves empty. */
function withoutPath(layer: ConfigLayer, path: readonly string[]): ConfigLayer {
  const [key = '', ...rest] = path
  if (!(key in layer)) return layer
  const { [key]: inner, ...others } = layer
  if (rest.length === 0) return others
  if (!isGroup(inner)) return layer
  const left = withoutPath(inner, rest)
  return Object.keys(left).length === 0 ? others : { ...layer, [key]: left }
}
