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
import { estimateTokens } from '../../../../src/main/store/vStarStore.ts'
import { needsVStar } from '../../../../src/shared/config/parseConfig.ts'
import type { Run } from '../../../../src/shared/runs/records.ts'
import { methodSweep } from '../../../../src/shared/sweep/methodSweep.ts'
import type { PlannedSweep } from '../../../../src/shared/sweep/plannedSweep.ts'
import { parseSweep } from '../../../../src/shared/sweep/sweepSpec.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'
import { testOwner } from '../support/ownerFixtures.ts'
import { accessOf, placeIn, processEngine, type ProcessEngine } from './processEngine.ts'

const trainer = fileURLToPath(new URL('./sweepTrainer.ts', import.meta.url))
const hour = 3_600_000
const steps = 60
const problems = 4
const config = { data: { train: problems, validation: 8, test: 8 }, onNoSignal: 'warn' } as const

type Planned = Pick<PlannedSweep, 'kind' | 'spec'>
const sweep: Planned = {
  kind: 'sweep',
  spec: parseSweep(
    {
      name: 'three',
      preset: 'builtin',
      config: { ...config, steps, method: 'grpo' },
      seeds: [0, 1, 2],
      grid: { policyBeta: [0] },
    },
    'a test',
  ),
}
/** Each at 600 tokens: a budget ends the run, not a number of steps, and one spends 400 of them on V*. */
const methodsOf = (tags: readonly string[]): Planned => ({
  kind: 'methods',
  spec: methodSweep(
    {
      preset: 'builtin',
      settings: [{ ...config, tags }],
      methods: ['grpo-4', 'rloo', 'a-star-po-single'],
      seeds: 1,
      tokens: 10 * steps,
      name: 'methods',
    },
    'a test',
  ),
})

interface Cluster {
  readonly engine: ProcessEngine
  readonly owner: Owner
  readonly sweeps: Sweeps
  begin(): void
  resume(): void
  runs(): readonly Run[]
  /** @throws AssertionError where the sweep is over before it is so */
  until(what: string, isSo: () => boolean): Promise<void>
  whenIdle(): Promise<string | null>
}

async function clusterOf(t: TestContext, planned: Planned): Promise<Cluster> {
  const engine = processEngine(t)
  const owner = await testOwner(t, temporaryFolder(t), {
    remote: accessOf(engine, { trainer, aheadMs: -5 * hour }),
    termsOf: (run) => ({ config: storedConfig(run), device: 'cpu', isExact: false, keepLast: 2 }),
  })
  const sweeps = new Sweeps({ owner, nowMs: systemClock.nowMs, onChange: () => undefined })
  const place = placeIn(temporaryFolder(t))
  const { name } = planned.spec
  const isIdle = (): boolean => sweeps.stateOf(name).state === 'idle'
  return {
    engine,
    owner,
    sweeps,
    begin: () => sweeps.start({ ...planned, place, parallel: null }),
    resume: () => sweeps.resume(name, false),
    runs: () => [...runsOfSweep(owner.db, name).values()],
    async until(what, isSo) {
      while (!isSo()) {
        assert.ok(!isIdle(), `all is over before ${what}: ${sweeps.stateOf(name).said}`)
        await wait(20)
      }
    },
    async whenIdle() {
      while (!isIdle()) await wait(20)
      return sweeps.stateOf(name).said
    },
  }
}

const saidOf = ({ db }: Owner, { runId }: Run, code: string): boolean =>
  readLog(db, runId, { after: 0, limit: 100 }).some((entry) => entry.code === code)

const isEstimating = (run: Run): boolean => needsVStar(storedConfig(run))

/** Every trial is one run with every step and every estimate once, whatever its jobs went through. */
function assertWhole({ owner: { db }, runs }: Cluster): void {
  assert.equal(runs().length, 3)
  for (const run of runs()) {
    const { runId, status, error, stepsDone, tokensGenerated, activeMs, vStarId } = run
    const ofStageOne = isEstimating(run) ? 100 * problems : 0
    assert.deepEqual([status, error, tokensGenerated + ofStageOne], ['finished', null, 10 * steps])
    assert.ok(activeMs > 0 && activeMs < hour, `${activeMs} ms`)
    assert.equal(stepsDone, tokensGenerated / 10)
    assert.deepEqual(
      [...readSeries(db, runId, 'loss/policy').step],
      Array.from({ length: stepsDone }, (_, step) => step),
    )
    assert.equal(vStarId === null ? 0 : estimateTokens(db, vStarId), ofStageOne)
  }
}

for (const [what, planned, diesInStageOne] of [
  ['a sweep', sweep, false],
  ['a comparison of methods at equal tokens', methodsOf(['dies in stage 1']), true],
] as const)
  test(`${what}: the head away as trials are handed over, begun anew, workers killed, clocks apart: each trial counts once`, async (t) => {
    const cluster = await clusterOf(t, planned)
    const { engine, owner, runs, until } = cluster
    engine.isAway = true
    engine.isFull = true
    cluster.begin()
    const isSaid = (code: string) => (): boolean =>
      runs().length === 3 && runs().every((run) => saidOf(owner, run, code))
    await until('it is said that the head is away', isSaid('remote.away'))
    assert.ok(runs().every(({ status }) => status === 'queued'))
    engine.isAway = false
    await until('all are handed over', () => engine.known.length === 3)
    engine.forget()
    await until('all are handed over again', () => engine.known.length === 3)
    engine.isFull = false
    const isAtWork = (run: Run): boolean => run.stepsDone > 6 && !isEstimating(run)
    await until('one is at work', () => runs().some(isAtWork))
    const cut = runs().find(isAtWork) ?? assert.fail('none is at work')
    engine.kill(`${cut.runId}.1`)
    assert.equal(await cluster.whenIdle(), 'All trials are over.')
    const isLost = (run: Run): boolean => run.runId === cut.runId || (diesInStageOne && isEstimating(run))
    const lost = runs().filter(isLost)
    assert.equal(lost.length, diesInStageOne ? 2 : 1)
    for (const run of runs()) assert.equal(run.status, isLost(run) ? 'interrupted' : 'finished')
    cluster.resume()
    await cluster.whenIdle()
    assertWhole(cluster)
    const jobs = runs().flatMap((run) => [`${run.runId}.1`].concat(isLost(run) ? `${run.runId}.2` : []))
    assert.deepEqual([...engine.begun].sort(), jobs.sort())
  })

for (const [what, planned] of [
  ['a sweep', sweep],
  ['a comparison of methods', methodsOf([])],
] as const)
  test(`${what} stopped while its trials wait and as they start: none is begun twice, and it goes on from there`, async (t) => {
    const cluster = await clusterOf(t, planned)
    const { engine, sweeps, runs, until } = cluster
    engine.isFull = true
    cluster.begin()
    await until('all are handed over', () => engine.known.length === 3)
    engine.isFull = false // they start in the moment in which they are stopped
    sweeps.stop(planned.spec.name, 'now')
    assert.match((await cluster.whenIdle()) ?? '', /^Stopped\./)
    while (engine.ended.length < engine.begun.length) await wait(20)
    for (const { status, stepsDone } of runs()) assert.ok(status === 'stopped' && stepsDone < steps)
    cluster.resume()
    assert.equal(await cluster.whenIdle(), 'All trials are over.')
    assertWhole(cluster)
    assert.equal(new Set(engine.begun).size, engine.begun.length)
  })
