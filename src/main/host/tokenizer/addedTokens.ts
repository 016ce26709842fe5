import { z } from 'zod'
import { describe, isJsonObject, type JsonObject } from '../../../core/model/config/configFields.ts'
import { firstLines } from '../../../shared/text/plainText.ts'
import { quoted } from '../../../shared/text/shortened.ts'
import { inside, invalidTokenizer, type JsonLocation } from './invalidTokenizer.ts'
import { isTokenId } from './tokenizerModel.ts'

const AddedToken = z.strictObject({
  id: z.custom<number>(isTokenId, 'expected a token id'),
  content: z.string().min(1).max(1_000),
  single_word: z.literal(false, 'true is not supported').default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  normalized: z.boolean().optional(),
  special: z.boolean().default(false),
})
export type AddedToken = z.infer<typeof AddedToken>

/** Tokens that stand beside the model's vocabulary and are found in a text before it is split. */
export class AddedTokens {
  readonly tokens: AddedToken[] = []
  readonly #idOf: Map<string, number>
  readonly #tokenOf: Map<number, string>
  readonly #vocabularySize: number
  /** Largest id of an added token. */
  #last = -1

  constructor(vocabulary: ReadonlyMap<string, number>) {
    this.#idOf = new Map(vocabulary)
    this.#tokenOf = new Map([...vocabulary].map(([token, id]) => [id, token]))
    this.#vocabularySize = vocabulary.size
  }

  /** Python's tokenizers number added tokens themselves, whatever the file says. */
  #nextId(): number {
    return Math.max(this.#vocabularySize, this.#last + 1)
  }

  /** Of all tokens, the vocabulary's among them. */
  get idOf(): ReadonlyMap<string, number> {
    return this.#idOf
  }

  get tokenOf(): ReadonlyMap<number, string> {
    return this.#tokenOf
  }

  has(content: string): boolean {
    return this.tokens.some((token) => token.content === content)
  }

  /** @throws RecheckError `tokenizer.invalid` where the token contradicts one that is there */
  add(place: JsonLocation, value: unknown): void {
    const parsed = AddedToken.safeParse(value)
    if (!parsed.success) {
      const problems = parsed.error.issues.map(({ path, message }) =>
        [path.join('.'), message].filter(Boolean).join(': '),
      )
      throw invalidTokenizer(place, firstLines(problems, 3).join('; '))
    }
    const { id, content } = parsed.data
    const otherId = this.#idOf.get(content)
    const otherContent = this.#tokenOf.get(id)
    if (otherId !== undefined && otherId !== id) {
      throw invalidTokenizer(place, `${quoted(content)} has the id ${id} here and ${otherId} before`)
    }
    if (otherContent !== undefined && otherContent !== content) {
      throw invalidTokenizer(place, `${quoted(content)} has the id ${id}, and so has ${quoted(otherContent)}`)
    }
    const expected = this.#nextId()
    if (otherId === undefined && id !== expected) {
      throw invalidTokenizer(
        place,
        `${quoted(content)} has the id ${id}; Python's tokenizers would give it ${expected}`,
      )
    }
    this.#last = Math.max(this.#last, id)
    this.#idOf.set(content, id)
    this.#tokenOf.set(id, content)
    if (!this.has(content)) this.tokens.push(parsed.data)
  }
}

/** `added_tokens` of tokenizer.json. */
export function readAddedTokens(
  place: JsonLocation,
  value: unknown,
  vocabulary: ReadonlyMap<string, number>,
): AddedTokens {
  const added = new AddedTokens(vocabulary)
  const list = value ?? []
  if (!Array.isArray(list)) throw invalidTokenizer(place, `expected a list, got ${describe(value)}`)
  list.forEach((each: unknown, index) => added.add(inside(place, index), each))
  return added
}

/**
 * `added_tokens_decoder` of tokenizer_config.json: transformers adds those that tokenizer.json does not have.
 *
 * @throws RecheckError `tokenizer.invalid` where both files contradict each other
 */
export function addDecoderTokens(added: AddedTokens, place: JsonLocation, value: unknown): void {
  if (value === undefined || value === null) return
  if (!isJsonObject(value)) throw invalidTokenizer(place, `expected an object, got ${describe(value)}`)
  for (const [key, token] of Object.entries(value)) {
    if (!isJsonObject(token))
      throw invalidTokenizer(inside(place, key), `expected an object, got ${describe(token)}`)
    const { __type: _type, ...fields } = token as JsonObject & { readonly __type?: unknown }
    added.add(inside(place, key), { ...fields, id: Number(key) })
  }
}
