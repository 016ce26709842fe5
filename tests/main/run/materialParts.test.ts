import assert from 'node:assert/strict'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { sharedParts } from '../../../src/main/run/materialParts.ts'
import { builtinModelFolder } from '../../../src/main/run/namedModelFolder.ts'
import type { RunProblems } from '../../../src/main/run/problems.ts'
import { parseConfig, type RunConfig } from '../../../src/shared/config/parseConfig.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'

const later = (): number => Date.now() + 3_600_000
const day = '2024-07-26'

function configOf(change: object): RunConfig {
  return parseConfig({ data: { train: 8, validation: 2, test: 2 }, steps: 1, ...change }, 'a test')
}

test('a tokenizer is shared until a file of its folder is another, or the day is', async (t) => {
  const folder = join(temporaryFolder(t), 'model')
  cpSync(builtinModelFolder, folder, { recursive: true })
  const parts = sharedParts(later)
  const first = await parts.tokenizer(folder, day)
  assert.equal(await parts.tokenizer(folder, day), first)
  assert.notEqual(await parts.tokenizer(folder, '2025-01-01'), first)
  const path = join(folder, 'tokenizer_config.json')
  const config = JSON.parse(readFileSync(path, 'utf8')) as object
  writeFileSync(path, JSON.stringify({ ...config, chat_template: 'changed {{ messages[0].content }}' }))
  const messages = [{ role: 'user', content: 'hello' }] as const
  assert.notEqual(
    (await parts.tokenizer(folder, day)).renderChat(messages, true),
    first.renderChat(messages, true),
  )
  assert.equal((await parts.tokenizer(folder, day)).renderChat(messages, true), 'changed hello')
  rmSync(join(folder, 'tokenizer.json'))
  await assert.rejects(parts.tokenizer(folder, day), { code: 'tokenizer.missing' })
})

test('files that have just changed may change unseen: what was read of them is read again', async (t) => {
  const folder = join(temporaryFolder(t), 'model')
  cpSync(builtinModelFolder, folder, { recursive: true })
  const parts = sharedParts(() => Date.now())
  assert.notEqual(await parts.tokenizer(folder, day), await parts.tokenizer(folder, day))
})

test('problems are shared by configs of the same data and seed, until their file is another', async (t) => {
  const path = join(temporaryFolder(t), 'own.jsonl')
  const write = (numbers: readonly number[]): void =>
    writeFileSync(
      path,
      numbers.map((n) => `{"question": "What is ${n} + 1?", "answer": "${n + 1}"}\n`).join(''),
    )
  const source = { path, fields: { question: 'question', answer: 'answer' } }
  const data = { source, train: 4, validation: 1, test: 1 }
  const parts = sharedParts(later)
  const read = (change: object): Promise<RunProblems> => parts.problems(configOf(change), '/', 'training')
  await assert.rejects(read({ data }), { code: 'data.missing' })
  write([1, 2, 3, 4, 5, 6, 7])
  const first = await read({ data })
  assert.equal(await read({ data, policyBeta: 0.3, name: 'another' }), first)
  assert.notEqual(await read({ data, seed: 1 }), first)
  assert.notEqual(await parts.problems(configOf({ data }), '/', 'held-out'), first)
  write([11, 12, 13, 14, 15, 16, 17])
  const changed = await read({ data })
  assert.ok(changed.splits.train.every(({ question }) => /1\d \+ 1/.test(question)))
  rmSync(path)
  await assert.rejects(read({ data }), { code: 'data.missing' })
})

test('what is kept has an end: the sets used last, and of large ones the newest alone', async () => {
  const parts = sharedParts(later)
  const read = (change: object): Promise<RunProblems> => parts.problems(configOf(change), '/', 'training')
  const sets: RunProblems[] = []
  for (let seed = 0; seed < 17; seed++) sets.push(await read({ seed }))
  assert.equal(await read({ seed: 16 }), sets[16])
  assert.equal(await read({ seed: 1 }), sets[1])
  assert.notEqual(await read({ seed: 0 }), sets[0])
  const large = { train: 18_000, validation: 0, test: 0 }
  const first = await read({ data: large })
  await read({ data: large, seed: 1 })
  const third = await read({ data: large, seed: 2 })
  assert.equal(await read({ data: large, seed: 2 }), third)
  assert.notEqual(await read({ data: large }), first)
  assert.notEqual(await read({ seed: 1 }), sets[1])
})
