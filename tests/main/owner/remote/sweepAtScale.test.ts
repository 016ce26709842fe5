import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { openOwnerBackend, type OwnerBackend } from '../../../../src/main/api/ownerBackend.ts'
import { systemClock } from '../../../../src/main/host/machine/clock.ts'
import { openSweep } from '../../../../src/main/owner/sweep/openSweep.ts'
import { parseSweep } from '../../../../src/shared/sweep/sweepSpec.ts'
import type { ListedSweep, PointCurve, SweepView } from '../../../../src/shared/sweep/sweepView.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'
import type { RecordedRay } from './recordedRay.ts'
import { recordedTrials, solvedBy, tokensPerStep } from './recordedTrials.ts'

const steps = 3
const trials = 2000
const asked = {
  name: 'many',
  preset: 'builtin',
  config: { steps, method: 'grpo', groupSize: 4, data: { train: 512, validation: 64, test: 64 } },
  grid: {
    'optimizer.learningRate': Array.from({ length: 25 }, (_, index) => 1e-6 * (index + 1)),
    policyBeta: Array.from({ length: 20 }, (_, index) => 0.001 * index),
  },
  seeds: [0, 1, 2, 3],
}

/** What a page may ask, with how long the answer took here and how long it is. */
interface Asked<T> {
  readonly data: T
  readonly ms: number
  readonly bytes: number
}

async function opened(t: TestContext): Promise<OwnerBackend> {
  const backend = await openOwnerBackend({
    dataDir: temporaryFolder(t),
    shell: 'browser',
    address: 'a test',
    nodePath: process.execPath,
    nowMs: systemClock.nowMs,
  })
  t.after(() => backend.close())
  return backend
}

async function ask<T>(backend: OwnerBackend, route: string, input: object): Promise<Asked<T>> {
  const beganMs = performance.now()
  const result = await backend.request(route, input)
  const ms = Math.round(performance.now() - beganMs)
  assert.ok(result.ok, JSON.stringify(result))
  return { data: result.data as T, ms, bytes: JSON.stringify(result.data).length }
}

/** Seconds of a processor that this process has taken, with the cluster that is in it. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** One job and one run each, every step and evaluation once. */
function assertOnce({ owner: { db } }: OwnerBackend, { jobs }: RecordedRay): void {
  assert.equal(jobs.size, trials)
  assert.ok([...jobs.keys()].every((id) => id.endsWith('.1')))
  const one = (sql: string): unknown => db.prepare(sql).pluck().get()
  assert.equal(one('SELECT count(*) FROM run'), trials)
  assert.equal(one('SELECT count(DISTINCT name) FROM run'), trials)
  assert.equal(one('SELECT sum(points) FROM metric_series'), trials * steps)
  assert.equal(one('SELECT count(*) FROM evaluation'), 2 * trials)
  assert.equal(one('SELECT sum(tokens_generated) FROM run'), trials * steps * tokensPerStep)
}

/** What the sweep's page says is what its trials have come to. */
function assertTotals(view: SweepView): void {
  const sweep = openSweep(parseSweep(asked, 'a test'))
  const solved = new Map(sweep.trials.map(({ name, config }) => [name, solvedBy(config) / 100]))
  assert.equal(view.trials.length, trials)
  for (const { name, status, stepsDone, validation } of view.trials)
    assert.deepEqual([status, stepsDone, validation], ['finished', steps, solved.get(name)], name)
  const meanOf = (label: string): number => {
    const own = sweep.trials.filter(({ point }) => point.label === label)
    return own.reduce((sum, { name }) => sum + (solved.get(name) ?? NaN), 0) / own.length
  }
  const means = view.points.map(({ validation }) => validation?.mean ?? NaN)
  assert.equal(means.length, 500)
  for (const [index, mean] of means.entries()) {
    const expected = meanOf(view.points[index]?.label ?? '')
    assert.ok(Math.abs(mean - expected) < 1e-9, `${mean}, not ${expected}`)
    assert.ok(index === 0 || mean <= (means[index - 1] ?? NaN) + 1e-12, 'best first')
  }
  const paths = view.importance.map(({ path }) => path)
  assert.deepEqual(paths.toSorted(), ['optimizer.learningRate', 'policyBeta'])
  assert.ok(view.importance.every(({ share }) => share > 0 && share < 1))
}

test('a sweep of 2,000 trials on a cluster: each is one job and one run, the totals are those of its points, what pages ask is small', async (t) => {
  const ray = await recordedTrials(t)
  const backend = await opened(t)
  const place = { address: ray.address, shared: temporaryFolder(t) }
  const beganMs = performance.now()
  await ask(backend, 'sweep.start', { spec: asked, place })
  const startedMs = performance.now() - beganMs
  const listed = async (): Promise<ListedSweep | undefined> =>
    (await ask<readonly ListedSweep[]>(backend, 'sweep.list', {})).data.find(({ name }) => name === 'many')
  while ((await listed())?.work.state !== 'idle') await wait(500)
  const tookMs = performance.now() - beganMs
  const found = await listed()
  assert.deepEqual(found?.work, { state: 'idle', said: 'All trials are over.' })
  assert.deepEqual(found.counts, { finished: trials, failed: 0, active: 0, halted: 0 })

  assertOnce(backend, ray)
  const view = await ask<SweepView>(backend, 'sweep.get', { name: 'many' })
  assertTotals(view.data)

  // parallel coordinates and the table are drawn of the view; curves are asked for
  const curves = await ask<readonly PointCurve[]>(backend, 'sweep.curves', { name: 'many' })
  const runs = await ask<{ readonly runs?: unknown }>(backend, 'run.list', {})
  const figures = {
    startedMs: Math.round(startedMs),
    tookMs: Math.round(tookMs),
    ownProcessorSeconds: processorSeconds(),
    mostAtOnce: ray.requests.mostAtOnce,
    requests: ray.requests.count,
    view: [view.ms, view.bytes],
    curves: [curves.ms, curves.bytes],
    list: [runs.ms, runs.bytes],
  }
  t.diagnostic(JSON.stringify(figures))
  assert.ok(ray.requests.mostAtOnce <= 8, `${ray.requests.mostAtOnce} requests at once`)
  // the list of 10,000 runs is to be below 6 MB, so that of 2,000 below 1.2 MB; the view is of one size with it
  assert.ok(
    runs.bytes < 1_200_000 && view.bytes < 1_200_000 && curves.bytes < 1_200_000,
    JSON.stringify(figures),
  )
})
