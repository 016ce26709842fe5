import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test, type TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { processStart } from '../../../../src/main/host/machine/processInfo.ts'
import { Inquiries, type InquiryLimits } from '../../../../src/main/owner/processes/inquiry.ts'
import { answerConfigs } from '../../../../src/main/tools/answerConfigs.ts'
import { inspectConfig } from '../../../../src/main/tools/inspectConfig.ts'
import { parseConfig, type RunConfig } from '../../../../src/shared/config/parseConfig.ts'
import { errorData } from '../../../../src/shared/errors/recheckError.ts'
import type { MemoryPlan } from '../../../../src/shared/memoryPlan.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'
import type { SlowConfig } from '../support/slowInspector.ts'

const stage = 'self-correction'
const layer = { data: { train: 40, validation: 2, test: 2 }, steps: 1, problemsPerStep: 2 }

function changed(change: object): RunConfig {
  return parseConfig({ ...layer, ...change }, 'a test')
}

/** What is free is another at each moment, and with it how much would fit. */
function withoutRoom(answer: object): object {
  if (!('memory' in answer)) return answer
  const { items, switches, microBatch, host } = answer.memory as MemoryPlan
  const memory = { items, switches, rows: microBatch?.planned, needed: host.neededBytes }
  return { ...answer, memory }
}

const asked = (answer: Promise<object>): Promise<object> =>
  answer.then(withoutRoom, (thrown: unknown) => ({ refused: errorData(thrown) }))

test('one process that answers several configs gives each the answer and the refusal that it has alone', async (t) => {
  const inquiries = new Inquiries({ nodePath: process.execPath })
  t.after(() => inquiries.close())
  const file = join(temporaryFolder(t), 'own.jsonl')
  writeFileSync(file, '{"question": "What is 1 + 2?", "answer": "3"}\n'.repeat(3))
  const own = { path: file, fields: { question: 'question', answer: 'answer' } }
  const changes = [
    {},
    { optimizer: { learningRate: 1e-3 }, name: 'another' },
    { seed: 1 },
    { model: { path: 'nowhere' } },
    { seed: 1, policyBeta: 0.5 },
    { template: 'nix' },
    { template: 'plain-hash' },
    { data: { ...layer.data, source: own } },
    { data: { ...layer.data, source: own, train: 1, validation: 0, test: 0 } },
    { data: { ...layer.data, source: { ...own, path: '/nowhere.jsonl' }, fallback: 'arithmetic' } },
    { problemsPerStep: 32, model: { lora: {} } },
    { sampling: { maxCompletionTokens: 9 } },
    {},
  ].map(changed)
  const alone = await Promise.all(
    changes.map((config) => asked(inspectConfig({ question: 'v-star-inputs', stage, config }))),
  )
  const together: object[] = []
  for (const config of changes)
    together.push(await asked(inquiries.vStarInputs(stage, config, { moreToCome: true })))
  assert.deepEqual(together, alone)
  const refusals = alone.filter((answer) => 'refused' in answer)
  assert.deepEqual(
    refusals.map((each) => 'refused' in each && (each.refused as { code: string }).code),
    ['model.missing', 'template.unknown', 'data.too-few'],
  )
  const hashes = new Set(alone.map((answer) => ('inputHash' in answer ? answer.inputHash : '')))
  assert.ok(hashes.size >= 5, `${hashes.size} different ones`)
})

test('plans and previews, as a form asks for them after every change, are those of a process of their own', async (t) => {
  const inquiries = new Inquiries({ nodePath: process.execPath })
  t.after(() => inquiries.close())
  const changes = [{}, { seed: 1 }, { model: { path: 'nowhere' } }, { problemsPerStep: 32 }, {}].map(changed)
  for (const config of changes) {
    assert.deepEqual(
      await asked(inquiries.plan(stage, config)),
      await asked(inspectConfig({ question: 'plan', stage, config })),
    )
    assert.deepEqual(
      await asked(inquiries.preview(config)),
      await asked(inspectConfig({ question: 'preview', config })),
    )
  }
})

test('an inspector that has grown too large answers what it was asked, and no more', async () => {
  const ask = (mostBytes: number): Promise<number> => {
    const line = `${JSON.stringify({ question: 'v-star-inputs', stage, config: changed({}) })}\n`
    let answers = 0
    const write = (text: string): void => void (answers += text.split('\n').length - 1)
    return answerConfigs(Readable.from([line, line, line]), { write, mostBytes }).then(() => answers)
  }
  assert.equal(await ask(1e12), 3)
  assert.equal(await ask(1), 1)
})

interface Kept {
  readonly inquiries: Inquiries
  readonly folder: string
  /** @returns the process that has answered */
  ask(how: SlowConfig['how'], until?: string, signal?: AbortSignal): Promise<number>
  alive(): readonly number[]
}

function keptOf(t: TestContext, limits: Partial<InquiryLimits> = {}): Kept {
  const folder = temporaryFolder(t)
  const programPath = join(import.meta.dirname, '..', 'support', 'slowInspector.ts')
  const inquiries = new Inquiries({ nodePath: process.execPath, programPath, limits })
  t.after(() => inquiries.close())
  return {
    inquiries,
    folder,
    alive: () =>
      readdirSync(folder)
        .map(Number)
        .filter((id) => id > 0 && processStart(id) !== null),
    async ask(how, until, signal) {
      const config: SlowConfig = until === undefined ? { folder, how } : { folder, how, until }
      const asking = { moreToCome: true, ...(signal === undefined ? {} : { signal }) }
      const notes = parseConfig({ notes: JSON.stringify(config) }, 'a test')
      return Number(await inquiries.vStarInputs(stage, notes, asking))
    },
  }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await wait(10)
}

test(
  'questions that follow each other are answered by one process, which ends when none comes',
  { timeout: 60_000 },
  async (t) => {
    const { ask, alive } = keptOf(t)
    const first = await ask('answer')
    assert.equal(await ask('answer'), first)
    assert.deepEqual(alive(), [first])
    const short = keptOf(t, { keptMs: 50 })
    await short.ask('answer')
    await until(() => short.alive().length === 0)
    await short.ask('answer')
  },
)

test(
  'a question that comes while another is answered has a process of its own',
  { timeout: 60_000 },
  async (t) => {
    const { ask, folder, alive } = keptOf(t)
    const slow = ask('answer', 'go')
    await until(() => alive().length === 1)
    const [kept] = alive()
    const other = await ask('answer')
    assert.notEqual(other, kept)
    writeFileSync(join(folder, 'go'), '')
    assert.equal(await slow, kept)
  },
)

test(
  'a process that ends instead of answering costs the one question that ends those asked alone, too',
  { timeout: 60_000 },
  async (t) => {
    const { ask, folder, alive } = keptOf(t)
    const first = await ask('answer')
    for (const [how, code] of [
      ['exit', 'inquiry.failed'],
      ['garbage', 'inquiry.failed'],
      ['heap', 'inquiry.out-of-memory'],
    ] as const)
      await assert.rejects(ask(how), { code })
    const second = await ask('answer')
    assert.notEqual(second, first)
    // ended from outside while it answers: another one is asked
    const cut = ask('answer', 'go')
    await until(() => alive().length === 1)
    process.kill(second, 'SIGKILL')
    writeFileSync(join(folder, 'go'), '')
    assert.notEqual(await cut, second)
    await ask('answer')
  },
)

test(
  'a question that nobody waits for any more ends the process; the next one starts another; closing ends it',
  { timeout: 60_000 },
  async (t) => {
    const { ask, alive, inquiries } = keptOf(t)
    const first = await ask('answer')
    const leaving = new AbortController()
    const left = assert.rejects(ask('answer', 'never', leaving.signal), { code: 'inquiry.abandoned' })
    await wait(50)
    leaving.abort()
    await left
    await until(() => alive().length === 0)
    assert.notEqual(await ask('answer'), first)
    inquiries.close()
    await until(() => alive().length === 0)
  },
)
