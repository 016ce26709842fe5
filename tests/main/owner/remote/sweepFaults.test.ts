import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { test, type TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { systemClock } from '../../../../src/main/host/machine/clock.ts'
import type { Owner } from '../../../../src/main/owner/owner.ts'
import { runsOfSweep } from '../../../../src/main/owner/sweep/runTrial.ts'
import { Sweeps } from '../../../../src/main/owner/sweep/sweeps.ts'
import { readLog } from '../../../../src/main/store/eventLog.ts'
import { readSeries } from '../../../../src/main/store/metrics/metricQuery.ts'
import { storedConfig } from '../../../../src/main/store/runs/storedConfig.ts'
import type { Run } from '../../../../src/shared/runs/records.ts'
import { parseSweep } from '../../../../src/shared/sweep/sweepSpec.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'
import { testOwner } from '../ownerFixtures.ts'
import { accessOf, placeIn, processEngine, type ProcessEngine } from './processEngine.ts'

const trainer = fileURLToPath(new URL('./sweepTrainer.ts', import.meta.url))
const hour = 3_600_000
const steps = 20
const config = { steps, data: { train: 16, validation: 8, test: 8 }, onNoSignal: 'warn' } as const

const sweep = parseSweep(
  {
    name: 'three',
    preset: 'builtin',
    config: { ...config, method: 'grpo' },
    seeds: [0, 1, 2],
    grid: { policyBeta: [0] },
  },
  'a test',
)
interface Cluster {
  readonly engine: ProcessEngine
  readonly owner: Owner
  readonly sweeps: Sweeps
  begin(): void
  runs(): readonly Run[]
  whenIdle(): Promise<string | null>
}

async function clusterOf(t: TestContext): Promise<Cluster> {
  const engine = processEngine(t)
  const owner = await testOwner(t, temporaryFolder(t), {
    remote: accessOf(engine, { trainer, aheadMs: -5 * hour }),
    termsOf: (run) => ({ config: storedConfig(run), device: 'cpu', isExact: false, keepLast: 2 }),
  })
  const sweeps = new Sweeps({ owner, nowMs: systemClock.nowMs, onChange: () => undefined })
  const place = placeIn(temporaryFolder(t))
  return {
    engine,
    owner,
    sweeps,
    begin: () => sweeps.start({ kind: 'sweep', spec: sweep, place, parallel: null }),
    runs: () => [...runsOfSweep(owner.db, sweep.name).values()],
    async whenIdle() {
      await until(() => sweeps.stateOf(sweep.name).state === 'idle')
      return sweeps.stateOf(sweep.name).said
    },
  }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await wait(20)
}

const saidOf = ({ db }: Owner, { runId }: Run, code: string): boolean =>
  readLog(db, runId, { after: 0, limit: 100 }).some((entry) => entry.code === code)

/** Every trial is one run with every step once, whatever its jobs went through. */
function assertWhole({ owner, runs }: Cluster): void {
  assert.equal(runs().length, 3)
  for (const { runId, status, error, stepsDone, tokensGenerated, activeMs } of runs()) {
    assert.deepEqual([status, error, stepsDone, tokensGenerated], ['finished', null, steps, 10 * steps])
    assert.ok(activeMs > 0 && activeMs < hour, `${activeMs} ms`)
    assert.deepEqual(
      [...readSeries(owner.db, runId, 'loss/policy').step],
      Array.from({ length: steps }, (_, step) => step),
    )
  }
}

test('the head away as trials are handed over, begun anew, a worker killed, clocks apart: each trial counts once', async (t) => {
  const cluster = await clusterOf(t)
  const { engine, owner, sweeps, runs } = cluster
  engine.isAway = true
  engine.isFull = true
  cluster.begin()
  await until(() => runs().length === 3 && runs().every((run) => saidOf(owner, run, 'remote.away')))
  assert.ok(runs().every(({ status }) => status === 'queued'))
  engine.isAway = false
  await until(() => engine.known.length === 3)
  engine.forget()
  await until(() => engine.known.length === 3)
  engine.isFull = false
  await until(() => runs().some(({ stepsDone }) => stepsDone > 6))
  const cut = runs().find(({ stepsDone }) => stepsDone > 6) ?? assert.fail('none is at work')
  engine.kill(`${cut.runId}.1`)
  assert.equal(await cluster.whenIdle(), 'All trials are over.')
  assert.deepEqual(
    runs()
      .map(({ runId, status }) => [runId === cut.runId, status])
      .sort(),
    [
      [false, 'finished'],
      [false, 'finished'],
      [true, 'interrupted'],
    ],
  )
  sweeps.resume(sweep.name, false)
  await cluster.whenIdle()
  assertWhole(cluster)
  assert.deepEqual(
    [...engine.begun].sort(),
    runs()
      .map(({ runId }) => `${runId}.1`)
      .concat(`${cut.runId}.2`)
      .sort(),
  )
})

test('stopped while its trials wait and as they start: none is begun twice, and it goes on from there', async (t) => {
  const cluster = await clusterOf(t)
  const { engine, sweeps, runs } = cluster
  engine.isFull = true
  cluster.begin()
  await until(() => engine.known.length === 3)
  engine.isFull = false // they start in the moment in which they are stopped
  sweeps.stop(sweep.name, 'now')
  assert.match((await cluster.whenIdle()) ?? '', /^Stopped\./)
  await until(() => engine.ended.length === engine.begun.length)
  for (const { status, stepsDone } of runs()) assert.ok(status === 'stopped' && stepsDone < steps)
  sweeps.resume(sweep.name, false)
  assert.equal(await cluster.whenIdle(), 'All trials are over.')
  assertWhole(cluster)
  assert.equal(new Set(engine.begun).size, engine.begun.length)
})
