import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Inquiries } from '../../../src/main/owner/processes/inquiry.ts'
import { checkedPlan, startRun, type CheckedPlan } from '../../../src/main/owner/startRuns.ts'
import { readLog } from '../../../src/main/store/eventLog.ts'
import { parseConfig } from '../../../src/shared/config/parseConfig.ts'
import type { RunEvent } from '../../../src/shared/runs/runEvent.ts'
import { testOwner } from './support/ownerFixtures.ts'

const inquiries = new Inquiries({ nodePath: process.execPath })
const folder = await mkdtemp(join(tmpdir(), 'recheck-fallback-'))
after(() => rm(folder, { recursive: true }))
// the processes that are asked look there for math and gsm8k
process.env['RECHECK_DATASETS'] = join(folder, 'datasets')

const data = { source: 'math', train: 4, validation: 2, test: 2 }
const planOf = (more: object): CheckedPlan =>
  checkedPlan({
    stage: 'self-correction',
    config: { problemsPerStep: 2, ...more, data: { ...data, fallback: 'arithmetic' } },
    source: 'a test',
    vStarId: null,
    group: null,
  })

test('a run for which arithmetic stands in is arithmetic in its name, its config and its V* inputs, and says why', async (t) => {
  const owner = await testOwner(t, join(folder, 'store'))
  const events: RunEvent[] = []
  owner.subscribe((_, event) => events.push(event))
  const run = await startRun(owner, planOf({}))
  assert.match(run.name, /^a-star-po · builtin · arithmetic · seed 0$/)
  const config = parseConfig(JSON.parse(run.config), 'the run')
  assert.equal(config.data.source, 'arithmetic')
  const plain = await inquiries.vStarInputs('self-correction', {
    ...config,
    data: { ...config.data, fallback: 'none' },
  })
  const asked = await inquiries.vStarInputs('self-correction', planOf({}).config)
  assert.deepEqual([plain.fallback, asked.inputHash], [null, plain.inputHash])
  const [entry] = readLog(owner.db, run.runId, { after: 0, limit: 50 })
  assert.deepEqual([entry?.level, entry?.code], ['warning', 'data.fallback'])
  assert.match(
    entry?.message ?? '',
    /datasets\/math: no such file or folder.*this run uses arithmetic problems instead\.$/,
  )
  assert.equal(entry?.message.split('\n').length, 1)
  const told = events.find((event) => event.type === 'log')
  assert.equal(told?.type === 'log' ? told.code : null, 'data.fallback')
})

test('a name of its own stays; a source that is there is named, and nothing is said', async (t) => {
  const owner = await testOwner(t, join(folder, 'named'))
  const named = await startRun(owner, planOf({ name: 'mine' }))
  assert.equal(named.name, 'mine')
  const rows = Array.from({ length: 20 }, (_, i) => ({
    question: `What is ${i} + 1?`,
    answer: String(i + 1),
  }))
  const path = join(folder, 'mine.jsonl')
  await writeFile(path, rows.map((row) => JSON.stringify(row)).join('\n'))
  const config = parseConfig(
    { problemsPerStep: 2, data: { ...data, fallback: 'arithmetic', source: { path } } },
    'a test',
  )
  const own = await startRun(owner, { ...planOf({}), config })
  assert.match(own.name, /own file/)
  assert.deepEqual(
    readLog(owner.db, own.runId, { after: 0, limit: 5 }).filter(({ code }) => code === 'data.fallback'),
    [],
  )
})

test('one error serves the check of the form and the command: a missing column, with those that are there', async () => {
  const path = join(folder, 'q.csv')
  await writeFile(path, `Frage,Lösung,Fach,Stufe\n${'Was ist 1 + 1?,2,Mathe,1\n'.repeat(240)}`)
  const config = parseConfig({ problemsPerStep: 2, data: { ...data, source: { path } } }, 'a test')
  const message =
    'q.csv: expected the column "question", got Frage, Lösung, Fach, Stufe. ' +
    'Name the columns: data.source.fields of the config, --question and --answer of "recheck data".'
  await assert.rejects(inquiries.plan('self-correction', config), {
    code: 'data.columns',
    message,
    data: { missing: ['question'], found: ['Frage', 'Lösung', 'Fach', 'Stufe'] },
  })
})
