import { join } from 'node:path'
import { ConfigFields, type JsonObject } from '../../../core/model/config/configFields.ts'
import type { ChatMessage, Tokenizer } from '../../../core/tokens/tokenizer.ts'
import { defaultTemplateDate } from '../../../shared/config/schema.ts'
import { plainLine } from '../../../shared/text/plainText.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { quoted } from '../../../shared/text/shortened.ts'
import { ChatTemplate } from '../chatTemplate/chatTemplate.ts'
import { readJsonFile } from '../machine/jsonFiles.ts'
import { readTokenizerJson, type TextCodec } from '../tokenizer/tokenizerJson.ts'
import {
  furtherSpecialTokens,
  readSpecialTokens,
  type SpecialTokenName,
  type SpecialTokens,
} from './specialTokens.ts'
import { readTemplateSource, type TemplateSource } from './templateSource.ts'

/** What the files of a Hugging Face folder say of how its text becomes tokens. */
export interface TokenizerFiles {
  readonly folder: string
  readonly codec: TextCodec
  readonly template: TemplateSource | null
  readonly specialTokens: SpecialTokens
  /** Of tokenizer_config.json: `bos_token` is null there where a model has none. */
  readonly hasNoBos: boolean
  readonly modelConfig: ConfigFields
  readonly generationConfig: ConfigFields
}

/**
 * The tokenizer of a Hugging Face folder: `tokenizer.json`, and where present `tokenizer_config.json`,
 * `special_tokens_map.json`, `chat_template.jinja`, `generation_config.json` and `config.json`. Reads local
 * files only.
 *
 * @param day  what the chat template takes for today (`2024-07-26`): `templateDate` of a run's config
 * @throws RecheckError `tokenizer.missing`, `tokenizer.invalid`, `config.invalid`, and all of `readJsonFile`
 */
export async function loadTokenizer(folder: string, day = defaultTemplateDate): Promise<Tokenizer> {
  return new HubTokenizer(await readTokenizerFiles(folder), day)
}

class HubTokenizer implements Tokenizer {
  readonly vocabularySize: number
  readonly bosId: number | null
  readonly endIds: readonly number[]
  readonly padId: number
  readonly hasChatTemplate: boolean
  readonly #files: TokenizerFiles
  readonly #special: ReadonlySet<string>
  /** Ids from here on have no row in the model's embedding. */
  readonly #idLimit: number
  readonly #template: ChatTemplate | null

  constructor(files: TokenizerFiles, day: string) {
    const { codec, template, specialTokens, modelConfig } = files
    this.#files = files
    this.#special = new Set(codec.added.tokens.filter(({ special }) => special).map(({ content }) => content))
    this.vocabularySize = codec.added.tokenOf.size
    this.#idLimit = modelConfig.count('vocab_size', largestIdOf(codec) + 1)
    this.bosId = bosIdOf(files, this.#idLimit)
    this.endIds = endIdsOf(files, this.#idLimit)
    this.padId = padIdOf(files, this.endIds, this.#idLimit)
    this.#template = template && new ChatTemplate(template.text, { day, specialTokens })
    this.hasChatTemplate = template !== null
  }

  encode(text: string): number[] {
    const ids = this.#files.codec.encode(text)
    const wrong = ids.find((id) => !Number.isInteger(id) || id >= this.#idLimit)
    if (wrong === undefined && (ids.length > 0 || text === '')) return ids
    const file = join(this.#files.folder, 'tokenizer.json')
    if (wrong === undefined) {
      throw new RecheckError('tokenizer.invalid', `${file}: no token stands for any part of ${quoted(text)}.`)
    }
    const token = this.#files.codec.added.tokenOf.get(wrong)
    const problem =
      token === undefined
        ? 'has a part for which there is no token, and no unknown token'
        : `gives the token ${quoted(token)} with the id ${wrong}, and the model has ${this.#idLimit} (vocab_size in config.json)`
    throw new RecheckError('tokenizer.invalid', `${file}: the text ${quoted(text)} ${problem}.`)
  }

  decode(ids: readonly number[], options: { readonly skipSpecialTokens?: boolean } = {}): string {
    const { added, decode } = this.#files.codec
    // a padded embedding has rows that no token names; Python's tokenizers pass over such ids too
    const tokens = ids.map((id) => added.tokenOf.get(id)).filter((token) => token !== undefined)
    return decode(options.skipSpecialTokens ? tokens.filter((token) => !this.#special.has(token)) : tokens)
  }

  renderChat(messages: readonly ChatMessage[], addGenerationPrompt: boolean): string {
    const { folder, template } = this.#files
    if (this.#template === null || template === null) {
      throw new RecheckError(
        'tokenizer.no-chat-template',
        `${folder}: neither tokenizer_config.json nor chat_template.jinja holds a chat template. ` +
          'Use an instruct model, or a template that does not need one ("plain-hash", "plain-boxed").',
      )
    }
    try {
      return this.#template.render(messages, addGenerationPrompt)
    } catch (cause) {
      throw new RecheckError(
        'tokenizer.chat-template',
        `${template.origin}: the chat template cannot render a conversation of ` +
          `${messages.map((message) => message.role).join(', ')}: ${plainLine(messageOf(cause))}. ` +
          'Use a template that does not need it ("plain-hash", "plain-boxed"), or mend the chat template.',
      )
    }
  }
}

/** The files of `loadTokenizer`, read and checked. @throws RecheckError as `loadTokenizer` */
export async function readTokenizerFiles(folder: string): Promise<TokenizerFiles> {
  const file = join(folder, 'tokenizer.json')
  const json = await readJsonFile(file)
  if (json === null) {
    throw new RecheckError(
      'tokenizer.missing',
      `${file}: no such file. A model folder needs the tokenizer in the form of ` +
        'tokenizer.json; save it with transformers (save_pretrained of a fast tokenizer).',
    )
  }
  const read = async (name: string): Promise<JsonObject> => (await readJsonFile(join(folder, name))) ?? {}
  const config = await read('tokenizer_config.json')
  const specialTokens = readSpecialTokens(folder, config, await read('special_tokens_map.json'))
  const codec = readTokenizerJson(json, {
    file,
    config: { file: join(folder, 'tokenizer_config.json'), path: '', json: config },
    specialTokens: [...Object.values(specialTokens), ...furtherSpecialTokens(folder, config)],
  })
  return {
    folder,
    codec,
    template: await readTemplateSource(folder, config),
    specialTokens,
    hasNoBos: 'bos_token' in config && specialTokens.bos_token === undefined,
    modelConfig: new ConfigFields(join(folder, 'config.json'), await read('config.json')),
    generationConfig: new ConfigFields(
      join(folder, 'generation_config.json'),
      await read('generation_config.json'),
    ),
  }
}

function largestIdOf({ added }: TextCodec): number {
  let largest = 0
  for (const id of added.tokenOf.keys()) largest = Math.max(largest, id)
  return largest
}

/** The id of a special token; null where the folder has none of this name. */
function specialId({ folder, codec, specialTokens }: TokenizerFiles, name: SpecialTokenName): number | null {
  const token = specialTokens[name]
  if (token === undefined) return null
  const id = codec.added.idOf.get(token)
  if (id !== undefined) return id
  throw new RecheckError(
    'tokenizer.invalid',
    `${folder}: ${name} is ${quoted(token)}, and tokenizer.json has no such token. Fetch the folder again.`,
  )
}

function bosIdOf(files: TokenizerFiles, idLimit: number): number | null {
  // an explicit null means "this model has none", whatever config.json says (Qwen2.5)
  if (files.hasNoBos) return null
  return specialId(files, 'bos_token') ?? files.modelConfig.tokenId('bos_token_id', idLimit)
}

function endIdsOf(files: TokenizerFiles, idLimit: number): readonly number[] {
  for (const config of [files.generationConfig, files.modelConfig]) {
    const ids = config.tokenIds('eos_token_id', idLimit)
    if (ids.length > 0) return ids
  }
  const id = specialId(files, 'eos_token')
  if (id !== null) return [id]
  throw new RecheckError(
    'tokenizer.invalid',
    `${files.folder}: no token ends a turn. Expected eos_token_id in generation_config.json or config.json, ` +
      'or eos_token in tokenizer_config.json; add one of them.',
  )
}

/** Never read by a model: any id that it has will do. */
function padIdOf(files: TokenizerFiles, endIds: readonly number[], idLimit: number): number {
  const named = files.codec.added.idOf.get(files.specialTokens.pad_token ?? '')
  if (named !== undefined && named < idLimit) return named
  const id =
    files.generationConfig.tokenId('pad_token_id', idLimit) ??
    files.modelConfig.tokenId('pad_token_id', idLimit)
  return id ?? endIds[0] ?? 0
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
