import { RecheckError } from '../../shared/recheckError.ts'
import { listed, quoted, shortened } from '../../shared/shortened.ts'

/** A parsed JSON object of unknown content. */
export type JsonObject = Readonly<Record<string, unknown>>

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Typed access to the fields of one JSON file; a wrong type is a `config.invalid` that names file and field. */
export class ConfigFields {
  readonly file: string
  readonly #json: JsonObject

  constructor(file: string, json: unknown) {
    if (!isJsonObject(json))
      throw new RecheckError('config.invalid', `${file}: expected a JSON object, got ${describe(json)}`)
    this.file = file
    this.#json = json
  }

  /** true where the field is present and not null. */
  has(name: string): boolean {
    return this.#json[name] !== undefined && this.#json[name] !== null
  }

  raw(name: string): unknown {
    return this.#json[name]
  }

  /** A whole number ≥ 1; without a fallback the field is required. */
  count(name: string, fallback?: number): number {
    if (!this.has(name)) return this.#fallback(name, fallback)
    const value = this.#json[name]
    if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value
    throw this.invalid(name, 'a whole number ≥ 1')
  }

  positive(name: string, fallback?: number): number {
    if (!this.has(name)) return this.#fallback(name, fallback)
    const value = this.#json[name]
    if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value
    throw this.invalid(name, 'a number > 0')
  }

  flag(name: string, fallback: boolean): boolean {
    if (!this.has(name)) return fallback
    const value = this.#json[name]
    if (typeof value === 'boolean') return value
    throw this.invalid(name, 'true or false')
  }

  text(name: string, fallback: string): string {
    if (!this.has(name)) return fallback
    const value = this.#json[name]
    if (typeof value === 'string') return value
    throw this.invalid(name, 'a text')
  }

  tokenId(name: string): number | null {
    if (!this.has(name)) return null
    const value = this.#json[name]
    if (isTokenId(value)) return value
    throw this.invalid(name, 'a token id (a whole number ≥ 0)')
  }

  /** One id, a list of ids, or none. */
  tokenIds(name: string): number[] {
    if (!this.has(name)) return []
    const value = this.#json[name]
    if (isTokenId(value)) return [value]
    if (Array.isArray(value) && value.every(isTokenId)) return value
    throw this.invalid(name, 'a token id or a list of token ids')
  }

  /** The field as an object of its own, or null where it is absent. */
  object(name: string): ConfigFields | null {
    if (!this.has(name)) return null
    return new ConfigFields(`${this.file}: "${name}"`, this.#json[name])
  }

  invalid(name: string, expected: string): RecheckError {
    return new RecheckError(
      'config.invalid',
      `${this.file}: "${name}" must be ${expected}, got ${describe(this.#json[name])}`,
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

function isTokenId(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}

/** A value from outside for a message: on one line, cut short. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value))
    return value.length > 20 ? `a list of ${value.length}` : shortened(JSON.stringify(value))
  if (isJsonObject(value)) return `an object with ${listed(Object.keys(value)) || 'no fields'}`
  return String(value)
}
