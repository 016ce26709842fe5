import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PreTrainedTokenizer } from '@xenova/transformers'
import { RecheckError } from '../../../shared/recheckError.ts'
import type { JsonObject } from '../../../core/model/configFields.ts'
import type { ChatMessage, Tokenizer } from '../../../core/tokens/tokenizer.ts'
import { readJsonFile } from '../machine/jsonFiles.ts'

/** The JSON files of a Hugging Face folder that say how its text becomes tokens. */
interface TokenizerFiles {
  readonly folder: string
  readonly tokenizer: JsonObject
  readonly tokenizerConfig: JsonObject
  readonly modelConfig: JsonObject
  readonly generationConfig: JsonObject
}

/**
 * Llama 3.x templates write today's date into the system turn unless they are given one. A prompt must not depend
 * on the day a run is started, so they are given the date that the templates themselves fall back on.
 */
const TEMPLATE_DATE = '26 Jul 2024'

/**
 * The tokenizer of a Hugging Face folder: `tokenizer.json`, and where present `tokenizer_config.json`,
 * `chat_template.jinja`, `generation_config.json` and `config.json`. Reads local files only.
 *
 * @throws RecheckError `tokenizer.missing`, `tokenizer.invalid`, and all of `readJsonFile`
 */
export async function loadTokenizer(folder: string): Promise<Tokenizer> {
  const files = await readTokenizerFiles(folder)
  const library = buildLibraryTokenizer(files)
  return new HubTokenizer(files, library)
}

class HubTokenizer implements Tokenizer {
  readonly vocabularySize: number
  readonly bosId: number | null
  readonly endIds: readonly number[]
  readonly padId: number
  readonly hasChatTemplate: boolean
  readonly #folder: string
  readonly #library: PreTrainedTokenizer
  readonly #knownIds: ReadonlySet<number>

  constructor(files: TokenizerFiles, library: PreTrainedTokenizer) {
    this.#folder = files.folder
    this.#library = library
    this.#knownIds = new Set(library.get_vocab().values())
    this.vocabularySize = this.#knownIds.size
    this.bosId = bosIdOf(files, library)
    this.endIds = endIdsOf(files, library)
    this.padId = padIdOf(files, library, this.endIds)
    this.hasChatTemplate = Boolean(files.tokenizerConfig['chat_template'])
  }

  encode(text: string): number[] {
    return this.#library.encode(text, { add_special_tokens: false })
  }

  decode(ids: readonly number[], options: { readonly skipSpecialTokens?: boolean } = {}): string {
    // a padded embedding has rows that no token names; Python's tokenizers pass over such ids too
    const known = ids.filter((id) => this.#knownIds.has(id))
    if (known.length === 0) return ''
    return this.#library.decode(known, {
      skip_special_tokens: options.skipSpecialTokens ?? false,
      // the clean-up deletes spaces before punctuation: what is shown and graded must be what was sampled
      clean_up_tokenization_spaces: false,
    })
  }

  renderChat(messages: readonly ChatMessage[], addGenerationPrompt: boolean): string {
    if (!this.hasChatTemplate) {
      throw new RecheckError(
        'tokenizer.no-chat-template',
        `${this.#folder}: neither tokenizer_config.json nor chat_template.jinja holds a chat template. ` +
          'Use an instruct model, or a template that does not need one ("plain-hash", "plain-boxed").',
      )
    }
    const settings = {
      tokenize: false,
      add_generation_prompt: addGenerationPrompt,
      date_string: TEMPLATE_DATE,
    }
    try {
      return this.#library.apply_chat_template([...messages], settings) as unknown as string
    } catch (cause) {
      throw new RecheckError(
        'tokenizer.chat-template',
        `${this.#folder}: the chat template cannot render a conversation of ` +
          `${messages.map((message) => message.role).join(', ')}: ${messageOf(cause)}`,
      )
    }
  }
}

async function readTokenizerFiles(folder: string): Promise<TokenizerFiles> {
  const tokenizer = await readJsonFile(join(folder, 'tokenizer.json'))
  if (tokenizer === null) {
    throw new RecheckError(
      'tokenizer.missing',
      `${join(folder, 'tokenizer.json')}: no such file. A model folder needs the tokenizer in the form of ` +
        'tokenizer.json; save it with transformers (save_pretrained of a fast tokenizer).',
    )
  }
  const tokenizerConfig = (await readJsonFile(join(folder, 'tokenizer_config.json'))) ?? {}
  // newer folders keep the template in a file of its own, which transformers prefers
  const chatTemplate = await readText(join(folder, 'chat_template.jinja'))
  return {
    folder,
    tokenizer,
    tokenizerConfig:
      chatTemplate === null ? tokenizerConfig : { ...tokenizerConfig, chat_template: chatTemplate },
    modelConfig: (await readJsonFile(join(folder, 'config.json'))) ?? {},
    generationConfig: (await readJsonFile(join(folder, 'generation_config.json'))) ?? {},
  }
}

function buildLibraryTokenizer({ folder, tokenizer, tokenizerConfig }: TokenizerFiles): PreTrainedTokenizer {
  const path = join(folder, 'tokenizer.json')
  const model = tokenizer['model']
  if (!isObject(model) || !model['vocab'] || !Array.isArray(tokenizer['added_tokens'])) {
    throw new RecheckError(
      'tokenizer.invalid',
      `${path}: expected the fields "model" (with "vocab") and "added_tokens", got ${Object.keys(tokenizer).join(', ') || 'none'}. ` +
        'Is it the tokenizer.json of Hugging Face tokenizers?',
    )
  }
  try {
    return new PreTrainedTokenizer(tokenizer, tokenizerConfig)
  } catch (cause) {
    throw new RecheckError(
      'tokenizer.invalid',
      `${path}: this tokenizer is not supported: ${messageOf(cause)}`,
    )
  }
}

function bosIdOf(files: TokenizerFiles, library: PreTrainedTokenizer): number | null {
  // an explicit null means "this model has none", whatever config.json says (Qwen2.5)
  if ('bos_token' in files.tokenizerConfig) return library.bos_token === null ? null : library.bos_token_id
  const id = files.modelConfig['bos_token_id']
  return typeof id === 'number' ? id : null
}

function endIdsOf(files: TokenizerFiles, library: PreTrainedTokenizer): readonly number[] {
  for (const config of [files.generationConfig, files.modelConfig]) {
    const ids = [config['eos_token_id'] ?? []].flat()
    if (ids.length > 0 && ids.every((id): id is number => Number.isInteger(id))) return ids
  }
  if (Number.isInteger(library.eos_token_id)) return [library.eos_token_id]
  throw new RecheckError(
    'tokenizer.invalid',
    `${files.folder}: no token ends a turn. Expected eos_token_id in generation_config.json or config.json, ` +
      'or eos_token in tokenizer_config.json; add one of them.',
  )
}

function padIdOf(files: TokenizerFiles, library: PreTrainedTokenizer, endIds: readonly number[]): number {
  if (files.tokenizerConfig['pad_token'] && Number.isInteger(library.pad_token_id))
    return library.pad_token_id
  for (const config of [files.generationConfig, files.modelConfig]) {
    const id = config['pad_token_id']
    if (typeof id === 'number') return id
  }
  return endIds[0] ?? 0
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (isObject(cause) && (cause['code'] === 'ENOENT' || cause['code'] === 'ENOTDIR')) return null
    throw new RecheckError('tokenizer.unreadable', `${path}: cannot be read: ${messageOf(cause)}`)
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
