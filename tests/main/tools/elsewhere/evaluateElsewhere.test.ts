import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { markOf } from '../../../../src/main/host/machine/processInfo.ts'
import { systemClock } from '../../../../src/main/host/machine/clock.ts'
import {
  evaluateElsewhere,
  type ElsewhereSetup,
} from '../../../../src/main/tools/elsewhere/evaluateElsewhere.ts'
import { evaluateModel } from '../../../../src/main/tools/evaluateModel.ts'
import type { MemoryPlan } from '../../../../src/shared/memoryPlan.ts'
import { parseConfig } from '../../../../src/shared/config/parseConfig.ts'
import { presetConfig } from '../../../../src/shared/config/presets.ts'
import { accessOf, placeIn, processEngine, type ProcessEngine } from '../../owner/remote/processEngine.ts'
import { tinyConfig } from '../../owner/realRuns/realRuns.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'

const config = parseConfig(presetConfig('builtin', tinyConfig, { evalSamples: 2 }), 'a test')

interface Asked {
  readonly engine: ProcessEngine
  readonly setup: ElsewhereSetup
  readonly shared: string
  readonly dataDir: string
  readonly notices: string[]
  readonly cancel: AbortController
}

function asking(t: TestContext): Asked {
  const engine = processEngine(t)
  const [shared, dataDir] = [temporaryFolder(t), temporaryFolder(t)]
  const notices: string[] = []
  const cancel = new AbortController()
  const setup: ElsewhereSetup = {
    config,
    split: 'test',
    workingFolder: process.cwd(),
    checkpoints: null,
    trained: null,
    force: true,
    place: placeIn(shared),
    access: accessOf(engine),
    clock: systemClock,
    dataDir,
    signal: cancel.signal,
    onNotice: (notice) => notices.push(notice),
    onMemory: () => undefined,
    onProgress: () => undefined,
  }
  return { engine, setup, shared, dataDir, notices, cancel }
}

function recordsOf({ shared }: Asked, tries: number): string | null {
  const home = join(shared, 'evaluations')
  const [id] = existsSync(home) ? readdirSync(home) : []
  const path = join(home, id ?? '', String(tries), 'records.jsonl')
  return existsSync(path) ? path : null
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await wait(10)
}

test('an evaluation elsewhere is the one that is made here, value for value; nothing of it is left behind', async (t) => {
  const asked = asking(t)
  const plans: MemoryPlan[] = []
  const there = await evaluateElsewhere({ ...asked.setup, onMemory: (plan) => plans.push(plan) })
  const here = await evaluateModel({
    ...asked.setup,
    signal: { aborted: false },
    onProgress: () => undefined,
  })
  assert.equal(here.problems.length, 6)
  assert.deepEqual(there, JSON.parse(JSON.stringify(here)))
  assert.equal(plans.length, 1)
  assert.equal(asked.engine.begun.length, 1)
  assert.match(asked.engine.begun[0] ?? '', /^eval-[0-9a-f]{16}\.1$/)
  assert.deepEqual(readdirSync(join(asked.shared, 'evaluations')), [])
  assert.deepEqual(readdirSync(join(asked.dataDir, 'evaluations')), [])
})

test('a worker that dies is begun again, three times at most; what a job refuses is refused here', async (t) => {
  const asked = asking(t)
  const ending = evaluateElsewhere(asked.setup)
  await until(() => recordsOf(asked, 1) !== null)
  asked.engine.kill(asked.engine.begun[0] ?? '')
  assert.equal((await ending).problems.length, 6)
  assert.deepEqual(
    asked.engine.begun.map((job) => job.slice(-2)),
    ['.1', '.2'],
  )
  assert.match(asked.notices.join('\n'), /It is begun again: Job eval-\w+\.1 has ended without a last word/)
  const wrong = { ...config, data: { ...config.data, test: 0 } }
  await assert.rejects(evaluateElsewhere({ ...asked.setup, config: wrong }), { code: 'data.empty-split' })
  assert.equal(asked.engine.begun.length, 3)
})

test('the head away at the start, away later, begun anew: the answer comes once', async (t) => {
  const asked = asking(t)
  asked.engine.isAway = true
  const ending = evaluateElsewhere(asked.setup)
  await until(() => asked.notices.some((notice) => notice.includes('does not answer')))
  asked.engine.isFull = true
  asked.engine.isAway = false
  await until(() => asked.engine.known.length === 1)
  asked.engine.forget() // the job that waited is gone with its head
  await until(() => asked.engine.known.length === 1)
  asked.engine.isFull = false
  await until(() => recordsOf(asked, 1) !== null)
  asked.engine.isAway = true
  assert.equal((await ending).problems.length, 6)
  assert.equal(asked.engine.begun.length, 1)
})

test('records that come twice or out of order count once, in their order; those of a run are none', async (t) => {
  const asked = asking(t)
  asked.engine.isFull = true
  const ending = evaluateElsewhere(asked.setup)
  await until(() => asked.engine.known.length === 1)
  const folder = join(
    asked.shared,
    'evaluations',
    readdirSync(join(asked.shared, 'evaluations'))[0] ?? '',
    '1',
  )
  const line = (number: number, message: unknown): string => `${JSON.stringify({ number, message })}\n`
  const answer = line(3, { type: 'answer', data: { problems: [] } })
  const began = line(1, { type: 'began', host: 'there', processId: 1 })
  const ended = line(4, { type: 'ended', outcome: 'finished' })
  const later = line(2, { type: 'told', event: { type: 'notice', text: 'late' } })
  writeFileSync(join(folder, 'records.jsonl'), [answer, began, began, ended, later, answer, later].join(''))
  assert.deepEqual(await ending, { problems: [] })
  assert.equal(asked.notices.filter((notice) => notice === 'late').length, 1)
  const again = evaluateElsewhere(asked.setup)
  await until(
    () => recordsOf(asked, 1) === null && readdirSync(join(asked.shared, 'evaluations')).length === 1,
  )
  const next = join(asked.shared, 'evaluations', readdirSync(join(asked.shared, 'evaluations'))[0] ?? '', '1')
  await until(() => existsSync(next))
  writeFileSync(join(next, 'records.jsonl'), line(1, { type: 'paused' }))
  await assert.rejects(again, { code: 'remote.records', message: /found records of another job/ })
})

test('cancelled before and while it is at work: its job is ended, nothing is left', async (t) => {
  const waiting = asking(t)
  waiting.engine.isFull = true
  const neverBegun = evaluateElsewhere(waiting.setup)
  await until(() => waiting.engine.known.length === 1)
  waiting.cancel.abort()
  await assert.rejects(neverBegun, { code: 'inquiry.abandoned' })
  assert.deepEqual(waiting.engine.begun, [])
  const working = asking(t)
  const begun = evaluateElsewhere(working.setup)
  await until(() => recordsOf(working, 1) !== null)
  working.cancel.abort()
  await assert.rejects(begun, { code: 'inquiry.abandoned' })
  assert.deepEqual(readdirSync(join(working.shared, 'evaluations')), [])
})

test('while another process waits for the same answer, a second one is told so', async (t) => {
  const asked = asking(t)
  const ending = evaluateElsewhere(asked.setup)
  await until(() => recordsOf(asked, 1) !== null)
  const [file = ''] = readdirSync(join(asked.dataDir, 'evaluations'))
  const path = join(asked.dataDir, 'evaluations', file)
  const kept = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  writeFileSync(path, JSON.stringify({ ...kept, mark: markOf(process.ppid) }))
  await assert.rejects(evaluateElsewhere(asked.setup), {
    code: 'inquiry.busy',
    message: `Process ${process.ppid} waits for the same evaluation already. Wait for it, or end it.`,
  })
  assert.equal((await ending).problems.length, 6)
})
