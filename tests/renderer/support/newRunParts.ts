import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { makeRandomModel } from '../../../src/main/host/model/randomModel.ts'
import { QWEN_FOLDER } from '../../tokenizerFolders.ts'

export function field(page: Page, path: string): Locator {
  return page.locator(`[data-path="${path}"]`).first()
}

export function yaml(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Config as YAML' })
}

/** In the page: the field that has the focus. */
export const focusedPath = `document.activeElement.closest('[data-path]')?.dataset.path`

export async function yamlText(page: Page): Promise<string> {
  return (await page.locator('.cm-line').allInnerTexts()).join('\n').trim()
}

/** The text appears a moment after the form has changed. */
export async function waitForYaml(page: Page, text: string): Promise<void> {
  for (let tries = 0; (await yamlText(page)) !== text; tries++) {
    if (tries === 100) assert.equal(await yamlText(page), text)
    await page.waitForTimeout(50)
  }
}

/**
 * A folder with a model of Qwen2.5's tokenizer (the built-in one has no “<”) and problems whose questions are
 * markup.
 */
export async function markupFolder(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'recheck-markup-'))
  const rows = Array.from({ length: 8 }, (_, index) => `"What is <b>${index}</b> + 1?",${index + 1}`)
  writeFileSync(join(folder, 'problems.csv'), ['question,answer', ...rows].join('\n'))
  const size = { hidden_size: 8, intermediate_size: 8, num_hidden_layers: 1, vocab_size: 151_936 }
  const heads = { num_attention_heads: 2, num_key_value_heads: 1, max_position_embeddings: 1024 }
  const config = {
    architectures: ['Qwen2ForCausalLM'],
    model_type: 'qwen2',
    ...size,
    ...heads,
    hidden_act: 'silu',
    rms_norm_eps: 1e-6,
    tie_word_embeddings: true,
    eos_token_id: 151_645,
  }
  const spec = { config, seed: 1, standardDeviation: 0.02, format: 'BF16', shards: 1 } as const
  await makeRandomModel(spec, join(folder, 'model'))
  for (const name of ['tokenizer.json', 'tokenizer_config.json'])
    cpSync(join(QWEN_FOLDER, name), join(folder, 'model', name))
  return folder
}
