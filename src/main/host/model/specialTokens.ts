import { join } from 'node:path'
import { describe, isJsonObject, type JsonObject } from '../../../core/model/config/configFields.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'

export const specialTokenNames = [
  'bos_token',
  'eos_token',
  'unk_token',
  'sep_token',
  'pad_token',
  'cls_token',
  'mask_token',
] as const
export type SpecialTokenName = (typeof specialTokenNames)[number]
export type SpecialTokens = Readonly<Partial<Record<SpecialTokenName, string>>>

/**
 * The texts of a folder's special tokens. What tokenizer_config.json does not speak of is looked up in
 * special_tokens_map.json, as transformers does; null there means that the model has no such token.
 *
 * @throws RecheckError `tokenizer.invalid`
 */
export function readSpecialTokens(folder: string, config: JsonObject, map: JsonObject): SpecialTokens {
  const tokens: Partial<Record<SpecialTokenName, string>> = {}
  for (const name of specialTokenNames) {
    const [file, values] =
      name in config ? ['tokenizer_config.json', config] : ['special_tokens_map.json', map]
    const text = tokenText(values[name], `${join(folder, file)}: ${name}`)
    if (text !== null) tokens[name] = text
  }
  return tokens
}

/**
 * Special tokens without a name: `additional_special_tokens`, since transformers 5 `extra_special_tokens`.
 */
export function furtherSpecialTokens(folder: string, config: JsonObject): readonly string[] {
  return ['additional_special_tokens', 'extra_special_tokens'].flatMap((field) => {
    const where = `${join(folder, 'tokenizer_config.json')}: ${field}`
    const given: unknown = config[field] ?? []
    const list: unknown = isJsonObject(given) ? Object.values(given) : given
    if (!Array.isArray(list)) {
      throw new RecheckError(
        'tokenizer.invalid',
        `${where}: expected a list, got ${describe(given)}. Fetch the folder again.`,
      )
    }
    return list.map((token: unknown) => tokenText(token, where)).filter((token) => token !== null)
  })
}

/** A token as text, or as the object that transformers saves an `AddedToken` as. */
function tokenText(value: unknown, where: string): string | null {
  if (value === undefined || value === null || value === '') return null
  const text = isJsonObject(value) ? value['content'] : value
  if (typeof text === 'string' && text !== '') return text
  throw new RecheckError(
    'tokenizer.invalid',
    `${where}: expected a text, or an object with the text in "content"; got ${describe(value)}. Fetch the folder again.`,
  )
}
