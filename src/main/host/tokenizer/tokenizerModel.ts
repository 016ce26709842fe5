import { z } from 'zod'
import { describe, isJsonObject, type JsonObject } from '../../../core/model/config/configFields.ts'
import { quoted } from '../../../shared/text/shortened.ts'
import {
  inside,
  invalidTokenizer,
  readKind,
  type LibraryPart,
  type JsonLocation,
} from './invalidTokenizer.ts'

/**
 * Ids of the largest vocabulary in use are below 300,000; the library makes lists as long as the largest id.
 */
const largestId = 4_000_000

const text = z.string().nullish()
const kinds = {
  BPE: z.strictObject({
    type: z.literal('BPE'),
    dropout: z.literal([0, null], 'only 0 is supported').nullish(),
    unk_token: text,
    continuing_subword_prefix: z.literal(['', null], 'only an empty one is supported').nullish(),
    end_of_word_suffix: text,
    fuse_unk: z.boolean().default(false),
    byte_fallback: z.boolean().default(false),
    ignore_merges: z.boolean().default(false),
    vocab: z.unknown().optional(),
    merges: z.unknown().optional(),
  }),
  WordPiece: z.strictObject({
    type: z.literal('WordPiece'),
    unk_token: z.string().default('[UNK]'),
    continuing_subword_prefix: z.string().default('##'),
    max_input_chars_per_word: z.int().min(1).max(1_000_000).default(100),
    vocab: z.unknown().optional(),
  }),
  Unigram: z.strictObject({
    type: z.literal('Unigram'),
    unk_id: z.int('expected the number of the unknown piece').min(0),
    byte_fallback: z.literal(false, 'true is not supported for Unigram').optional(),
    vocab: z.unknown().optional(),
  }),
}

export interface TokenizerModel {
  /** What the library is given. */
  readonly library: LibraryPart
  readonly idOf: ReadonlyMap<string, number>
}

/**
 * The model of a tokenizer.json: BPE, WordPiece or Unigram, with every token, id and merge looked at.
 *
 * @throws RecheckError `tokenizer.invalid` with the field
 */
export function readTokenizerModel(place: JsonLocation, value: unknown): TokenizerModel {
  if (!isJsonObject(value)) throw invalidTokenizer(place, `expected an object, got ${describe(value)}`)
  const model = readKind(place, { type: guessedType(value), ...value }, kinds)
  const at = inside(place, 'vocab')
  if (model.type === 'Unigram') {
    const idOf = readPieces(at, model.vocab)
    if (model.unk_id >= idOf.size)
      throw invalidTokenizer(inside(place, 'unk_id'), `there is no piece ${model.unk_id}`)
    return { library: model, idOf }
  }
  const idOf = readVocabulary(at, model.vocab)
  const unknown = model.unk_token ?? null
  if (unknown !== null && !idOf.has(unknown)) {
    throw invalidTokenizer(inside(place, 'unk_token'), `${quoted(unknown)} is not in the vocabulary`)
  }
  if (model.type === 'WordPiece') return { library: model, idOf }
  return { library: { ...model, merges: readMerges(inside(place, 'merges'), model.merges, idOf) }, idOf }
}

/** Files from before the field `type` are told by what they have. */
function guessedType(model: JsonObject): string | undefined {
  if (Array.isArray(model['vocab'])) return 'Unigram'
  if ('merges' in model) return 'BPE'
  return 'max_input_chars_per_word' in model ? 'WordPiece' : undefined
}

function readVocabulary(place: JsonLocation, value: unknown): ReadonlyMap<string, number> {
  if (!isJsonObject(value))
    throw invalidTokenizer(place, `expected an object of tokens with their ids, got ${describe(value)}`)
  const idOf = new Map<string, number>()
  const tokenOf = new Map<number, string>()
  for (const [token, id] of Object.entries(value)) {
    if (!isTokenId(id)) {
      throw invalidTokenizer(
        place,
        `the id of ${quoted(token)} must be a whole number from 0 to ${largestId}, got ${describe(id)}`,
      )
    }
    const other = tokenOf.get(id)
    if (other !== undefined)
      throw invalidTokenizer(place, `${quoted(other)} and ${quoted(token)} have the same id ${id}`)
    tokenOf.set(id, token)
    idOf.set(token, id)
  }
  if (idOf.size === 0) throw invalidTokenizer(place, 'it is empty')
  return idOf
}

export function isTokenId(id: unknown): id is number {
  return typeof id === 'number' && Number.isInteger(id) && id >= 0 && id <= largestId
}

/** Pairs, or texts with one blank between both parts. */
function readMerges(
  place: JsonLocation,
  value: unknown,
  idOf: ReadonlyMap<string, number>,
): readonly (readonly string[])[] {
  if (!Array.isArray(value))
    throw invalidTokenizer(place, `expected a list of merges, got ${describe(value)}`)
  return value.map((merge: unknown, index) => {
    const parts: unknown = typeof merge === 'string' ? merge.split(' ') : merge
    if (!isPair(parts)) {
      throw invalidTokenizer(inside(place, index), `expected two tokens, got ${describe(merge)}`)
    }
    const lost = [...parts, parts.join('')].find((token) => !idOf.has(token))
    if (lost === undefined) return parts
    throw invalidTokenizer(inside(place, index), `${quoted(lost)} is not in the vocabulary`)
  })
}

function isPair(parts: unknown): parts is readonly [string, string] {
  return (
    Array.isArray(parts) &&
    parts.length === 2 &&
    parts.every((part) => typeof part === 'string' && part !== '')
  )
}

/** Texts with their scores; the id is the place in the list. */
function readPieces(place: JsonLocation, value: unknown): ReadonlyMap<string, number> {
  if (!Array.isArray(value))
    throw invalidTokenizer(place, `expected a list of pieces with scores, got ${describe(value)}`)
  const idOf = new Map<string, number>()
  value.forEach((piece: unknown, id) => {
    const [token, score]: unknown[] = Array.isArray(piece) ? piece : []
    if (typeof token !== 'string' || typeof score !== 'number' || !Number.isFinite(score)) {
      throw invalidTokenizer(inside(place, id), `expected a text and a score, got ${describe(piece)}`)
    }
    if (idOf.has(token)) throw invalidTokenizer(inside(place, id), `${quoted(token)} stands twice`)
    idOf.set(token, id)
  })
  return idOf
}
