import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { systemClock, type Clock } from '../../../../src/main/host/machine/clock.ts'
import type { Owner } from '../../../../src/main/owner/owner.ts'
import { readCheckpoints } from '../../../../src/main/store/checkpointStore.ts'
import { readEvaluations } from '../../../../src/main/store/evaluationStore.ts'
import { readLog } from '../../../../src/main/store/eventLog.ts'
import { readSeries } from '../../../../src/main/store/metrics/metricQuery.ts'
import { readRun } from '../../../../src/main/store/runs/runStore.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'
import { fakeRun, isMetrics, nextEvent, testOwner } from '../support/ownerFixtures.ts'
import { realProgram, realRun } from '../realRuns/realRuns.ts'
import { accessOf, placeIn, processEngine, type Machines, type ProcessEngine } from './processEngine.ts'

const hour = 3_600_000

interface Cluster {
  readonly owner: Owner
  readonly shared: string
  readonly engine: ProcessEngine
}

async function clusterOf(
  t: TestContext,
  {
    clock = systemClock,
    program,
    ...machines
  }: Machines & { clock?: Clock; program?: typeof realProgram } = {},
): Promise<Cluster> {
  const engine = processEngine(t)
  const setup = { remote: accessOf(engine, machines), clock, ...(program === undefined ? {} : { program }) }
  return { engine, shared: temporaryFolder(t), owner: await testOwner(t, temporaryFolder(t), setup) }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await wait(10)
}

const stepsOf = ({ db }: Owner, runId: string): number[] => [...readSeries(db, runId, 'loss/policy').step]
const upTo = (count: number): number[] => Array.from({ length: count }, (_, step) => step)
const saidOf = ({ db }: Owner, runId: string): string[] =>
  readLog(db, runId, { after: 0, limit: 100 }).map(({ code, message }) => `${code}: ${message}`)
const line = (number: number, message: unknown): string => `${JSON.stringify({ number, message })}\n`

test('records of a run that come twice or out of order: each step is stored once, in its order', async (t) => {
  const { owner, engine, shared } = await clusterOf(t)
  engine.isFull = true
  const { runId } = fakeRun(owner, {}, { totalSteps: 3, place: placeIn(shared) })
  owner.start(runId)
  await until(() => engine.known.length === 1)
  const step = (number: number): string => {
    const place = { step: number, stepsDone: number + 1, timeMs: 5 + number, tokens: 10 * (number + 1) }
    const metrics = {
      type: 'metrics',
      ...place,
      problems: 2 * (number + 1),
      values: { 'loss/policy': number },
    }
    return line(number + 2, { type: 'batch', batch: { runId, sequence: number + 1, events: [metrics] } })
  }
  const [began, ended] = [
    line(1, { type: 'began', host: 'there', processId: 1 }),
    line(5, { type: 'ended', outcome: 'finished' }),
  ]
  const records = join(shared, 'runs', runId, 'attempts', '1', 'records.jsonl')
  writeFileSync(records, [step(2), began, ended, step(1), step(1), began, step(2), step(0)].join(''))
  const { status, stepsDone, tokensGenerated } = await owner.whenEnded(runId)
  assert.deepEqual([status, stepsDone, tokensGenerated], ['finished', 3, 30])
  assert.deepEqual(stepsOf(owner, runId), [0, 1, 2])
})

test('the shared folder is away while the job works, and until after it has ended: said, and nothing is lost', async (t) => {
  const { owner, engine, shared } = await clusterOf(t)
  const { runId } = fakeRun(owner, { stepMs: 20 }, { totalSteps: 40, place: placeIn(shared) })
  const metrics = nextEvent(owner, runId, isMetrics)
  owner.start(runId)
  await metrics
  const folder = join(shared, 'runs', runId, 'attempts', '1')
  renameSync(join(folder, 'records.jsonl'), join(folder, 'cut'))
  await until(() => saidOf(owner, runId).some((said) => said.includes('cannot be read (ENOENT)')))
  await until(() => engine.ended.length === 1)
  await wait(600) // longer than the last records may be on their way
  assert.equal(readRun(owner.db, runId).status, 'running')
  renameSync(join(folder, 'cut'), join(folder, 'records.jsonl'))
  const { status, error } = await owner.whenEnded(runId)
  assert.deepEqual([status, error], ['finished', null])
  assert.deepEqual(stepsOf(owner, runId), upTo(40))
  assert.ok(saidOf(owner, runId).includes('remote.back: The shared folder can be read again.'))
})

const clocks = [
  ['five hours ahead', 5 * hour],
  ['five hours behind', -5 * hour],
] as const

for (const [where, aheadMs] of clocks)
  test(`a machine there whose clock is ${where}: nothing waits for it or is ordered by it`, async (t) => {
    const { owner, shared } = await clusterOf(t, { aheadMs })
    const beganMs = Date.now()
    const { runId } = fakeRun(owner, { stepMs: 10 }, { totalSteps: 45, place: placeIn(shared) })
    owner.start(runId)
    const run = await owner.whenEnded(runId)
    const tookMs = Date.now() - beganMs
    assert.deepEqual([run.status, run.error, run.stepsDone], ['finished', null, 45])
    assert.deepEqual(stepsOf(owner, runId), upTo(45))
    assert.ok(run.activeMs > 0 && run.activeMs <= tookMs, `${run.activeMs} of ${tookMs} ms`)
    const { startedAtMs, endedAtMs } = run
    assert.ok(
      startedAtMs !== null && endedAtMs !== null && startedAtMs >= beganMs,
      'by the clock of this machine',
    )
    assert.ok(endedAtMs >= startedAtMs && endedAtMs <= beganMs + tookMs)
    const made = [readEvaluations(owner.db, runId), readCheckpoints(owner.db, runId)].flat()
    assert.ok(made.length >= 3)
    for (const { createdAtMs } of made)
      assert.ok(createdAtMs >= beganMs && createdAtMs <= beganMs + tookMs, `made at ${createdAtMs}`)
  })

test('the clock of this machine is set back under way: the run goes on to its end', async (t) => {
  let setByMs = 0
  const clock = { ...systemClock, nowMs: () => Date.now() + setByMs }
  const { owner, shared } = await clusterOf(t, { clock })
  const { runId } = fakeRun(owner, { stepMs: 10 }, { totalSteps: 45, place: placeIn(shared) })
  const metrics = nextEvent(owner, runId, isMetrics)
  owner.start(runId)
  await metrics
  setByMs = -5 * hour
  const { status, activeMs } = await owner.whenEnded(runId)
  assert.equal(status, 'finished')
  assert.ok(activeMs > 0 && activeMs < hour, `${activeMs} ms`)
  assert.deepEqual(stepsOf(owner, runId), upTo(45))
})

for (const [where, aheadMs] of clocks)
  test(`an evaluation there by a machine whose clock is ${where}: stored once, at the time of this machine`, async (t) => {
    const { owner, shared } = await clusterOf(t, { aheadMs, program: realProgram })
    const { runId } = realRun(owner)
    const beganMs = Date.now()
    const { evaluations } = owner.workshop
    evaluations.start({ runId, step: 0, samples: null }, placeIn(shared))
    await until(() => evaluations.state.underWay.length === 0)
    assert.equal(evaluations.state.problem, null)
    const [stored, second] = readEvaluations(owner.db, runId)
    assert.equal(second, undefined)
    assert.ok(stored !== undefined && stored.createdAtMs >= beganMs && stored.createdAtMs <= Date.now())
  })

for (const setByMs of [-5 * hour, 5 * hour])
  test(`the clock is set by ${setByMs / hour} hours during an evaluation there: its rate and time left stay sane`, async (t) => {
    let nowByMs = 0
    const clock = { ...systemClock, nowMs: () => Date.now() + nowByMs }
    const { owner, engine, shared } = await clusterOf(t, { clock, program: realProgram })
    engine.isFull = true
    const { runId } = realRun(owner)
    const { evaluations } = owner.workshop
    evaluations.start({ runId, step: 0, samples: null }, placeIn(shared))
    await until(() => engine.known.length === 1)
    const home = join(shared, 'evaluations')
    const folder = join(home, readdirSync(home)[0] ?? '', '1')
    mkdirSync(folder, { recursive: true })
    const event = { activity: 'sampling', total: 48, unit: 'completions' }
    const told = (number: number, done: number): string =>
      line(number, { type: 'told', event: { ...event, done } })
    const records = line(1, { type: 'began', host: 'there', processId: 1 }) + told(2, 8)
    writeFileSync(join(folder, 'records.jsonl'), records)
    const progress = () => evaluations.state.underWay[0]?.progress ?? null
    await until(() => progress()?.done === 8)
    nowByMs = setByMs
    writeFileSync(join(folder, 'records.jsonl'), records + told(3, 24))
    await until(() => progress()?.done === 24)
    const { ratePerSecond, secondsLeft } = progress() ?? assert.fail('no progress')
    assert.ok(ratePerSecond !== null && ratePerSecond > 0.1, `${ratePerSecond} a second`)
    assert.ok(secondsLeft !== null && secondsLeft > 0 && secondsLeft < 300, `${secondsLeft} s left`)
  })
