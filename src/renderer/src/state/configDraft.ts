import { parse, stringify } from 'yaml'
import { parseConfig } from '../../../shared/config.ts'
import { configFields, valueAtPath, type ConfigField } from '../../../shared/configFields.ts'
import { mergeConfigs, type ConfigLayer } from '../../../shared/configLayers.ts'
import type { ConfigProblem } from '../../../shared/configProblems.ts'
import { RecheckError } from '../../../shared/recheckError.ts'

/** What a form holds: only the fields that differ from the defaults. The form, the YAML and the run start from it. */
export type ConfigDraft = ConfigLayer

/** The value that a field has now: the draft's, else its default. */
export function draftValue(draft: ConfigDraft, field: ConfigField): unknown {
  const written = valueAtPath(draft, field.path)
  return written === undefined ? (field.defaultValue ?? null) : written
}

export function isChanged(draft: ConfigDraft, field: ConfigField): boolean {
  return valueAtPath(draft, field.path) !== undefined
}

/** The draft with one field set; a default is taken out again, so that the YAML stays short. */
export function withField(draft: ConfigDraft, field: ConfigField, value: unknown): ConfigDraft {
  const rest = withoutPath(draft, field.path.split('.'))
  if (JSON.stringify(value ?? null) === JSON.stringify(field.defaultValue ?? null)) return rest
  return mergeConfigs(rest, layerAt(field.path.split('.'), value))
}

/** The draft of a whole config: what differs from the defaults. Unknown keys stay, so that they are reported. */
export function draftOf(config: ConfigLayer): ConfigDraft {
  return configFields.reduce<ConfigDraft>((draft, field) => {
    const value = valueAtPath(config, field.path)
    return value === undefined ? draft : withField(draft, field, value)
  }, config)
}

/** Problems by the path of their field; `general` has those of no field. */
export interface DraftProblems {
  readonly byPath: ReadonlyMap<string, string>
  readonly general: readonly string[]
}

export function draftProblems(draft: ConfigDraft): DraftProblems {
  try {
    parseConfig(draft, 'the form')
    return { byPath: new Map(), general: [] }
  } catch (thrown) {
    if (!(thrown instanceof RecheckError) || !Array.isArray(thrown.data.problems)) throw thrown
    return sortedOut(thrown.data.problems as readonly ConfigProblem[])
  }
}

function sortedOut(problems: readonly ConfigProblem[]): DraftProblems {
  const byPath = new Map<string, string>()
  const general: string[] = []
  for (const { path, expected, got } of problems) {
    const field = configFields.find((each) => each.path === path || path.startsWith(`${each.path}.`))
    const text = `expected ${expected}, got ${got}`
    if (field === undefined) general.push(`${path}: ${text}`)
    else byPath.set(field.path, text)
  }
  return { byPath, general }
}

export function draftYaml(draft: ConfigDraft): string {
  return Object.keys(draft).length === 0 ? '' : stringify(draft)
}

/** The draft that a YAML text means, or what is wrong with the text. */
export function parseDraftYaml(text: string): { readonly draft: ConfigDraft } | { readonly problem: string } {
  let value: unknown
  try {
    value = parse(text)
  } catch (thrown) {
    return { problem: thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : String(thrown) }
  }
  if (value === null || value === undefined) return { draft: {} }
  if (typeof value !== 'object' || Array.isArray(value))
    return { problem: 'expected fields, for example “seed: 1”' }
  return { draft: draftOf(value as ConfigLayer) }
}

/** What was typed as a value of the field; text that is no number stays text, and is then reported as such. */
export function readFieldText(field: ConfigField, text: string): unknown {
  const trimmed = text.trim()
  if (trimmed === '' && field.nullable) return null
  if (field.choices.includes(trimmed)) return trimmed
  if (field.kind === 'integer' || field.kind === 'number') {
    return trimmed === '' || Number.isNaN(Number(trimmed)) ? text : Number(trimmed)
  }
  if (field.kind === 'group') return readGroup(trimmed, field.nullable)
  return text
}

function readGroup(text: string, nullable: boolean): unknown {
  if (text === '') return nullable ? null : text
  try {
    return parse(text) as unknown
  } catch {
    return text
  }
}

export function writeFieldText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function layerAt(path: readonly string[], value: unknown): ConfigLayer {
  const [key = '', ...rest] = path
  return { [key]: rest.length === 0 ? value : layerAt(rest, value) }
}

/** Without the value at the path, and without groups that it leaves empty. */
function withoutPath(layer: ConfigLayer, path: readonly string[]): ConfigLayer {
  const [key = '', ...rest] = path
  if (!(key in layer)) return layer
  const { [key]: inner, ...others } = layer
  if (rest.length === 0) return others
  if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return layer
  const left = withoutPath(inner as ConfigLayer, rest)
  return Object.keys(left).length === 0 ? others : { ...layer, [key]: left }
}
