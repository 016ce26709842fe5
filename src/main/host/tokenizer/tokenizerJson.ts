import { PreTrainedTokenizer } from '@xenova/transformers'
import { isJsonObject, type JsonObject } from '../../../core/model/config/configFields.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { TimeLimit } from '../machine/timeLimit.ts'
import { addDecoderTokens, readAddedTokens, type AddedTokens } from './addedTokens.ts'
import { readDecoder } from './decoders.ts'
import { inside, invalidTokenizer, type JsonLocation } from './invalidTokenizer.ts'
import { readNormalizer } from './normalizers.ts'
import { mayTakeLong, pattern } from './pattern.ts'
import { readPreTokenizer } from './preTokenizers.ts'
import { readTokenizerModel } from './tokenizerModel.ts'

/** A pattern of a stranger can take for ever on a text of forty characters. */
const longestEncodingMs = 5_000

/** Text to ids and back, by a tokenizer.json whose every part is known. */
export interface TextCodec {
  readonly added: AddedTokens
  /** @throws RecheckError `tokenizer.invalid` where a pattern of the file takes too long */
  encode(text: string): number[]
  decode(tokens: readonly string[]): string
}

/**
 * What a tokenizer.json says, for the library and by ourselves: the library leaves out, guesses or does
 * differently what it does not know, so each part is checked, and written in a form that it reads as Python's
 * tokenizers do.
 *
 * @param specialTokens  texts that tokenizer_config.json calls special, whether or not tokenizer.json does
 * @throws RecheckError `tokenizer.invalid` with file and field
 */
export function readTokenizerJson(
  json: JsonObject,
  {
    file,
    config,
    specialTokens,
  }: {
    readonly file: string
    readonly config: JsonLocation & { readonly json: JsonObject }
    readonly specialTokens: readonly string[]
  },
): TextCodec {
  const root: JsonLocation = { file, path: '' }
  if (!('model' in json))
    throw invalidTokenizer(
      root,
      'it has no field "model", as the tokenizer.json of Hugging Face tokenizers has',
    )
  const model = readTokenizerModel(inside(root, 'model'), json['model'])
  const added = readAddedTokens(inside(root, 'added_tokens'), json['added_tokens'], model.idOf)
  addDecoderTokens(added, inside(config, 'added_tokens_decoder'), config.json['added_tokens_decoder'])
  for (const content of specialTokens) {
    const id = added.idOf.get(content)
    if (id !== undefined && !added.has(content))
      added.add(config, { id, content, special: true, normalized: false })
  }
  const decode = readDecoder(inside(root, 'decoder'), json['decoder'])
  const library = libraryTokenizer(root, {
    normalizer: readNormalizer(inside(root, 'normalizer'), json['normalizer']),
    pre_tokenizer: readPreTokenizer(inside(root, 'pre_tokenizer'), json['pre_tokenizer']),
    model: model.library,
    added_tokens: added.tokens,
    // it would only add what is asked for by add_special_tokens
    post_processor: null,
    decoder: null,
  })
  const toIds = (text: string): number[] => library.encode(text, { add_special_tokens: false })
  const isSlow = holdsSlowPattern(json['normalizer']) || holdsSlowPattern(json['pre_tokenizer'])
  const limit = isSlow ? new TimeLimit(longestEncodingMs) : null
  return {
    added,
    encode: (text) =>
      limit?.run(
        () => toIds(text),
        () => tooSlow(root, text),
      ) ?? toIds(text),
    decode,
  }
}

function libraryTokenizer(root: JsonLocation, json: JsonObject): PreTrainedTokenizer {
  try {
    return new PreTrainedTokenizer(json, {})
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw invalidTokenizer(root, `this tokenizer is not supported: ${reason}`)
  }
}

/** Looked for anywhere in a step: it has been read, so it is neither deep nor long. */
function holdsSlowPattern(step: unknown): boolean {
  const parsed = pattern.safeParse(step)
  if (parsed.success) return mayTakeLong(parsed.data)
  if (Array.isArray(step)) return step.some(holdsSlowPattern)
  return isJsonObject(step) && Object.values(step).some(holdsSlowPattern)
}

function tooSlow({ file }: JsonLocation, text: string): RecheckError {
  return new RecheckError(
    'tokenizer.invalid',
    `${file}: a pattern of this tokenizer takes more than ${longestEncodingMs / 1000} s on a text of ${text.length} ` +
      'characters. Use another model folder, or mend the pattern.',
  )
}
