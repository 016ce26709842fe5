import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { listed, quoted, shortened } from '../../../shared/text/shortened.ts'

/** A parsed JSON object of unknown content. */
export type JsonObject = Readonly<Record<string, unknown>>

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The largest count a field may hold: TensorFlow and ONNX take shapes as int32. */
const largestCount = 2 ** 31 - 1
/** The most ids that one list may hold; published models name up to five. */
const mostTokenIds = 100

/**
 * Typed access to the fields of one JSON file; a wrong type is a `config.invalid` that names file and field.
 */
export class ConfigFields {
  readonly file: string
  readonly #json: JsonObject

  constructor(file: string, json: unknown) {
    if (!isJsonObject(json))
      throw new RecheckError('config.invalid', `${file}: expected a JSON object, got ${describe(json)}`)
    this.file = file
    this.#json = json
  }

  /** All fields, those that are null included. */
  names(): readonly string[] {
    return Object.keys(this.#json)
  }

  /** true where the field is present and not null. */
  has(name: string): boolean {
    return this.raw(name) !== undefined && this.raw(name) !== null
  }

  /** The value as it was parsed; undefined where the field is absent. */
  raw(name: string): unknown {
    return Object.hasOwn(this.#json, name) ? this.#json[name] : undefined
  }

  /** A whole number from 1 to `most`; without a fallback the field is required. */
  count(name: string, fallback?: number, most = largestCount): number {
    if (!this.has(name)) return this.#fallback(name, fallback)
    const value = this.raw(name)
    if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most) return value
    throw this.invalid(name, `a whole number from 1 to ${most}`)
  }

  /** A number from `range.least` to `range.most`; without a fallback the field is required. */
  number(name: string, range: { readonly least: number; readonly most: number }, fallback?: number): number {
    if (!this.has(name)) return this.#fallback(name, fallback)
    const value = this.raw(name)
    if (typeof value === 'number' && value >= range.least && value <= range.most) return value
    throw this.invalid(name, `a number from ${range.least} to ${range.most}`)
  }

  flag(name: string, fallback: boolean): boolean {
    if (!this.has(name)) return fallback
    const value = this.raw(name)
    if (typeof value === 'boolean') return value
    throw this.invalid(name, 'true or false')
  }

  text(name: string, fallback: string): string {
    if (!this.has(name)) return fallback
    const value = this.raw(name)
    if (typeof value === 'string') return value
    throw this.invalid(name, 'a text')
  }

  /** An id below `vocabularySize`, or null where the field is absent. */
  tokenId(name: string, vocabularySize: number): number | null {
    if (!this.has(name)) return null
    const value = this.raw(name)
    if (isTokenId(value, vocabularySize)) return value
    throw this.invalid(name, `a token id (a whole number from 0 to ${vocabularySize - 1})`)
  }

  /** One id, a list of ids, or none; each below `vocabularySize`. */
  tokenIds(name: string, vocabularySize: number): number[] {
    if (!this.has(name)) return []
    const value = this.raw(name)
    const ids: unknown[] = Array.isArray(value) ? value : [value]
    if (ids.length <= mostTokenIds && ids.every((id) => isTokenId(id, vocabularySize))) return ids
    throw this.invalid(
      name,
      `a token id (a whole number from 0 to ${vocabularySize - 1}) or a list of at most ${mostTokenIds}`,
    )
  }

  /** The field as an object of its own, or null where it is absent. */
  object(name: string): ConfigFields | null {
    if (!this.has(name)) return null
    return new ConfigFields(`${this.file}: "${name}"`, this.raw(name))
  }

  invalid(name: string, expected: string): RecheckError {
    return new RecheckError(
      'config.invalid',
      `${this.file}: "${name}" must be ${expected}, got ${describe(this.raw(name))}`,
    )
  }

  /** Two fields that have to say the same and do not. */
  contradiction([first, second]: readonly [string, string]): RecheckError {
    return new RecheckError(
      'config.contradiction',
      `${this.file}: "${first}" is ${describe(this.raw(first))}, "${second}" is ${describe(this.raw(second))}; both mean the ` +
        'same. Remove the one that is wrong.',
    )
  }

  #fallback(name: string, fallback: number | undefined): number {
    if (fallback !== undefined) return fallback
    throw new RecheckError(
      'config.invalid',
      `${this.file}: "${name}" is missing. Is this the config.json of a Hugging Face causal language model?`,
    )
  }
}

function isTokenId(value: unknown, vocabularySize: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < vocabularySize
}

/** A value for a message, on one line and cut short. */
export function describe(value: unknown): string {
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value))
    return value.length > 20 ? `a list of ${value.length}` : shortened(JSON.stringify(value))
  if (isJsonObject(value)) return `an object with ${listed(Object.keys(value)) || 'no fields'}`
  return String(value)
}
