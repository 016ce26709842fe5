import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test, type TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { systemClock } from '../../../../src/main/host/machine/clock.ts'
import type { Owner } from '../../../../src/main/owner/owner.ts'
import { Sweeps } from '../../../../src/main/owner/sweep/sweeps.ts'
import { readSeries } from '../../../../src/main/store/metrics/metricQuery.ts'
import { readLog } from '../../../../src/main/store/eventLog.ts'
import { storedConfig } from '../../../../src/main/store/runs/storedConfig.ts'
import { sweepMaterial, sweepView } from '../../../../src/main/tools/sweeps/sweepView.ts'
import { attemptFolder, recordsName } from '../../../../src/main/wire/attemptFolder.ts'
import { parseSweep } from '../../../../src/shared/sweep/sweepSpec.ts'
import type { SweepView, TrialRow } from '../../../../src/shared/sweep/sweepView.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'
import { testOwner } from '../support/ownerFixtures.ts'
import { accessOf, placeIn, processEngine, type ProcessEngine } from './processEngine.ts'

const trainer = fileURLToPath(new URL('./sweepTrainer.ts', import.meta.url))
const steps = 40
const spec = parseSweep(
  {
    name: 'three',
    preset: 'builtin',
    config: { data: { train: 4, validation: 8, test: 8 }, onNoSignal: 'warn', steps, method: 'grpo' },
    seeds: [0, 1, 2],
    grid: { policyBeta: [0] },
  },
  'a test',
)

interface Cluster {
  readonly engine: ProcessEngine
  readonly owner: Owner
  readonly shared: string
  readonly sweeps: Sweeps
  begin(): void
  view(): SweepView
  until(what: string, isSo: () => boolean): Promise<void>
  whenIdle(): Promise<string | null>
}

async function clusterOf(t: TestContext): Promise<Cluster> {
  const engine = processEngine(t)
  const shared = join(temporaryFolder(t), 'shared')
  mkdirSync(shared)
  const owner = await testOwner(t, temporaryFolder(t), {
    remote: accessOf(engine, { trainer }),
    termsOf: (run) => ({ config: storedConfig(run), device: 'cpu', isExact: false, keepLast: 2 }),
  })
  const sweeps = new Sweeps({ owner, nowMs: systemClock.nowMs, onChange: () => undefined })
  const isIdle = (): boolean => sweeps.stateOf('three').state === 'idle'
  return {
    engine,
    owner,
    shared,
    sweeps,
    begin: () => sweeps.start({ kind: 'sweep', spec, place: placeIn(shared), parallel: null }),
    view: () =>
      sweepView(owner.db, sweepMaterial(owner.db, 'three', sweeps.find('three')), sweeps.stateOf('three')),
    async until(what, isSo) {
      while (!isSo()) {
        assert.ok(!isIdle(), `all is over before ${what}: ${sweeps.stateOf('three').said}`)
        await wait(20)
      }
    },
    async whenIdle() {
      while (!isIdle()) await wait(20)
      return sweeps.stateOf('three').said
    },
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, step) => step)

/** Every trial is one run of one job, with every step once. */
function assertWhole({ owner: { db }, engine, view }: Cluster, jobs: readonly string[] = engine.begun): void {
  const { trials } = view()
  assert.equal(trials.length, 3)
  for (const { runId, status, stepsDone, tokens, waitsFor } of trials) {
    assert.deepEqual([status, stepsDone, tokens, waitsFor], ['finished', steps, 10 * steps, null])
    assert.deepEqual([...readSeries(db, runId ?? '', 'loss/policy').step], upTo(steps))
  }
  assert.equal(db.prepare('SELECT count(*) FROM run').pluck().get(), 3)
  assert.deepEqual([...jobs].sort(), trials.map(({ runId }) => `${runId}.1`).sort())
}

const waiting = ({ trials }: SweepView, words: RegExp): readonly TrialRow[] =>
  trials.filter(({ waitsFor }) => waitsFor !== null && words.test(waitsFor))

test('records of a sweep that come twice and out of order: each trial has its own, once, and says before what it waits for', async (t) => {
  const cluster = await clusterOf(t)
  const { engine, owner, shared, begin, view, until } = cluster
  engine.isFull = true
  begin()
  await until('all say that they wait for room', () => waiting(view(), /^No room\.$/).length === 3)
  assert.ok(view().trials.every(({ status }) => status === 'queued'))
  for (const [at, { runId }] of view().trials.entries()) {
    const line = (number: number, message: object): string => `${JSON.stringify({ number, message })}\n`
    const records = upTo(steps).map((step) => {
      const place = { step, stepsDone: step + 1, timeMs: 5 + step, tokens: 10 * (step + 1), problems: 2 }
      const events = [{ type: 'metrics', ...place, values: { 'loss/policy': at + step } }]
      return line(step + 2, { type: 'batch', batch: { runId, sequence: step + 1, events } })
    })
    const all = [
      line(1, { type: 'began', host: 'there', processId: 1 }),
      ...records,
      line(steps + 2, { type: 'ended', outcome: 'finished' }),
    ]
    // each twice, the last first, the even ones before the odd ones
    const shuffled = all.toReversed().concat(all.filter((_, index) => (index + at) % 2 === 0))
    writeFileSync(join(shared, attemptFolder(runId ?? '', 1), recordsName), shuffled.join(''))
  }
  assert.equal(await cluster.whenIdle(), 'All trials are over.')
  assertWhole(cluster, engine.known)
  for (const [at, { runId }] of view().trials.entries())
    assert.deepEqual(
      [...readSeries(owner.db, runId ?? '', 'loss/policy').value],
      upTo(steps).map((step) => at + step),
    )
})

test('the shared folder is away while the trials of a sweep work: each says so, none is lost or counted twice', async (t) => {
  const cluster = await clusterOf(t)
  const { engine, shared, begin, view, until, owner } = cluster
  begin()
  await until('all are at work', () => view().trials.every(({ stepsDone }) => (stepsDone ?? 0) > 2))
  const folders = view().trials.map(({ runId }) => join(shared, attemptFolder(runId ?? '', 1)))
  for (const folder of folders) renameSync(join(folder, recordsName), join(folder, 'cut'))
  await until('all say what they wait for', () => waiting(view(), /cannot be read \(ENOENT\)/).length === 3)
  await until('all jobs have ended', () => engine.ended.length === 3)
  await wait(600) // longer than the last records may be on their way
  assert.ok(view().trials.every(({ status }) => status === 'running'))
  for (const folder of folders) renameSync(join(folder, 'cut'), join(folder, recordsName))
  assert.equal(await cluster.whenIdle(), 'All trials are over.')
  assertWhole(cluster)
  for (const { runId } of view().trials)
    assert.ok(
      readLog(owner.db, runId ?? '', { after: 0, limit: 100 }).some(({ code }) => code === 'remote.back'),
    )
})

test('the shared folder is away as the trials of a sweep are handed over: they wait for it, and none fails', async (t) => {
  const cluster = await clusterOf(t)
  const { engine, shared, begin, view, until } = cluster
  renameSync(shared, `${shared}.away`)
  begin()
  await until(
    'all say what they wait for',
    () => waiting(view(), /handed over as soon as the shared folder can be written/).length === 3,
  )
  assert.ok(view().trials.every(({ status }) => status === 'queued'))
  assert.equal(engine.known.length, 0)
  assert.ok(!existsSync(shared), 'nothing is written where nobody would see it')
  renameSync(`${shared}.away`, shared)
  assert.equal(await cluster.whenIdle(), 'All trials are over.')
  assertWhole(cluster)
})

test('a sweep is stopped while its shared folder is away: nothing is handed over, and it goes on when it is back', async (t) => {
  const cluster = await clusterOf(t)
  const { engine, shared, begin, view, until, sweeps } = cluster
  renameSync(shared, `${shared}.away`)
  begin()
  await until('all wait', () => waiting(view(), /shared folder/).length === 3)
  sweeps.stop('three', 'now')
  assert.match((await cluster.whenIdle()) ?? '', /^Stopped\./)
  assert.ok(view().trials.every(({ status, waitsFor }) => status === 'stopped' && waitsFor === null))
  assert.equal(engine.known.length, 0)
  renameSync(`${shared}.away`, shared)
  assert.deepEqual(readdirSync(shared), [])
  sweeps.resume('three', false)
  assert.equal(await cluster.whenIdle(), 'All trials are over.')
  for (const { status, stepsDone } of view().trials)
    assert.deepEqual([status, stepsDone], ['finished', steps])
  assert.equal(new Set(engine.begun).size, engine.begun.length)
})
