import assert from 'node:assert/strict'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { builtinModelFolder } from '../../../src/main/run/namedModelFolder.ts'
import { loadRunMaterial } from '../../../src/main/run/runMaterial.ts'
import { parseConfig } from '../../../src/shared/config/parseConfig.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'

/**
 * The built-in model with a chat template that writes the date, in its own characters, before each
 * conversation.
 */
function datedModel(t: Pick<TestContext, 'after'>): string {
  const folder = join(temporaryFolder(t), 'dated')
  cpSync(builtinModelFolder, folder, { recursive: true })
  const path = join(folder, 'tokenizer_config.json')
  const config = JSON.parse(readFileSync(path, 'utf8')) as { chat_template: string }
  const dated = `{{ bos_token }}{{ strftime_now('%d + %m + %Y') }}${config.chat_template.replace('{{ bos_token }}', '')}`
  writeFileSync(path, JSON.stringify({ ...config, chat_template: dated }))
  return folder
}

async function load(fields: Readonly<Record<string, unknown>>) {
  const data = { train: 4, validation: 2, test: 2 }
  const config = parseConfig({ ...fields, data, template: 'builtin' }, 'test')
  const { prompts, tokenizer, inputHash } = await loadRunMaterial(config, '/')
  return { hash: inputHash, prompt: tokenizer.decode(prompts.firstPromptIds({ question: '1 + 2' })) }
}

test('prompts and the V* hash are the same on every day; the date is the config’s', async (t) => {
  const model = { path: datedModel(t) }
  const on = async (day: string, fields = {}) => {
    t.mock.timers.enable({ apis: ['Date'], now: new Date(day) })
    const found = await load({ model, ...fields })
    t.mock.timers.reset()
    return found
  }
  const monday = await on('2026-11-23T23:59:59Z')
  assert.equal(monday.prompt, '<bos>26 + 07 + 2024<user>1 + 2<assistant>')
  assert.deepEqual(await on('2026-11-24T00:00:01Z'), monday)
  const chosen = await on('2026-11-24', { templateDate: '2026-11-24' })
  assert.equal(chosen.prompt, '<bos>24 + 11 + 2026<user>1 + 2<assistant>')
  assert.notEqual(chosen.hash, monday.hash)
})

test('a date that the chat template does not ask for makes no V* estimate unusable', async () => {
  assert.deepEqual(await load({}), await load({ templateDate: '2030-01-01' }))
})

test('a date is a day that there is', () => {
  for (const templateDate of ['today', '2024-02-30', '26.07.2024', '', 2024]) {
    assert.throws(
      () => parseConfig({ templateDate }, 'test'),
      /templateDate: expected a (date|value of type string)/,
    )
  }
})
