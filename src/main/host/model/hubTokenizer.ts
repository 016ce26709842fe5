import { join } from 'node:path'
import { PreTrainedTokenizer } from '@xenova/transformers'
import { defaultTemplateDate } from '../../../shared/config/schema.ts'
import { RecheckError } from '../../../shared/recheckError.ts'
import type { JsonObject } from '../../../core/model/configFields.ts'
import type { ChatMessage, Tokenizer } from '../../../core/tokens/tokenizer.ts'
import { ChatTemplate } from '../chatTemplate/chatTemplate.ts'
import { readJsonFile } from '../machine/jsonFiles.ts'
import { plainLine } from '../../../shared/plainText.ts'
import { readSpecialTokens, type SpecialTokens } from './specialTokens.ts'
import { readTemplateSource, type TemplateSource } from './templateSource.ts'

/** The JSON files of a Hugging Face folder that say how its text becomes tokens. */
interface TokenizerFiles {
  readonly folder: string
  readonly tokenizer: JsonObject
  readonly tokenizerConfig: JsonObject
  readonly template: TemplateSource | null
  readonly specialTokens: SpecialTokens
  readonly modelConfig: JsonObject
  readonly generationConfig: JsonObject
}

/**
 * The tokenizer of a Hugging Face folder: `tokenizer.json`, and where present `tokenizer_config.json`,
 * `special_tokens_map.json`, `chat_template.jinja`, `generation_config.json` and `config.json`. Reads local files only.
 *
 * @param day  what the chat template takes for today (`2024-07-26`): `templateDate` of a run's config
 * @throws RecheckError `tokenizer.missing`, `tokenizer.invalid`, and all of `readJsonFile`
 */
export async function loadTokenizer(folder: string, day = defaultTemplateDate): Promise<Tokenizer> {
  const files = await readTokenizerFiles(folder)
  const library = buildLibraryTokenizer(files)
  return new HubTokenizer(files, library, day)
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
  readonly #template: ChatTemplate | null
  readonly #templateOrigin: string

  constructor(files: TokenizerFiles, library: PreTrainedTokenizer, day: string) {
    this.#folder = files.folder
    this.#library = library
    this.#knownIds = new Set(library.get_vocab().values())
    this.vocabularySize = this.#knownIds.size
    this.bosId = bosIdOf(files, library)
    this.endIds = endIdsOf(files, library)
    this.padId = padIdOf(files, library, this.endIds)
    const { template: source, specialTokens } = files
    this.#template = source && new ChatTemplate(source.text, { day, specialTokens })
    this.#templateOrigin = source?.origin ?? ''
    this.hasChatTemplate = source !== null
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
    if (this.#template === null) {
      throw new RecheckError(
        'tokenizer.no-chat-template',
        `${this.#folder}: neither tokenizer_config.json nor chat_template.jinja holds a chat template. ` +
          'Use an instruct model, or a template that does not need one ("plain-hash", "plain-boxed").',
      )
    }
    try {
      return this.#template.render(messages, addGenerationPrompt)
    } catch (cause) {
      throw new RecheckError(
        'tokenizer.chat-template',
        `${this.#templateOrigin}: the chat template cannot render a conversation of ` +
          `${messages.map((message) => message.role).join(', ')}: ${plainLine(messageOf(cause))}. ` +
          'Use a template that does not need it ("plain-hash", "plain-boxed"), or mend the chat template.',
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
  const map = (await readJsonFile(join(folder, 'special_tokens_map.json'))) ?? {}
  return {
    folder,
    tokenizer,
    tokenizerConfig,
    template: await readTemplateSource(folder, tokenizerConfig),
    specialTokens: readSpecialTokens(folder, tokenizerConfig, map),
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
    return new PreTrainedTokenizer(tokenizer, { ...tokenizerConfig, chat_template: null })
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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
