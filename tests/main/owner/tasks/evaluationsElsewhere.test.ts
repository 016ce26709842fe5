import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { openOwner } from '../../../../src/main/owner/openOwner.ts'
import type { Owner } from '../../../../src/main/owner/owner.ts'
import { readVotes } from '../../../../src/main/owner/tasks/voteFiles.ts'
import { readEvaluations } from '../../../../src/main/store/evaluationStore.ts'
import { readRollouts } from '../../../../src/main/store/rollouts/rolloutQuery.ts'
import { readRun } from '../../../../src/main/store/runs/runStore.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'
import { ownerSetup } from '../support/ownerFixtures.ts'
import { accessOf, placeIn, processEngine, type ProcessEngine } from '../remote/processEngine.ts'
import { realProgram, realRun, runToEnd } from '../realRuns/realRuns.ts'

interface Cluster {
  readonly engine: ProcessEngine
  readonly shared: string
  readonly dataDir: string
  open(): Promise<Owner>
}

function clusterOf(t: TestContext): Cluster {
  const engine = processEngine(t)
  const dataDir = temporaryFolder(t)
  return {
    engine,
    dataDir,
    shared: temporaryFolder(t),
    async open() {
      const setup = { program: realProgram, stopNowWithinMs: 30_000, remote: accessOf(engine) }
      const owner = await openOwner(ownerSetup(dataDir, setup))
      t.after(() => owner.close('abandon').catch(() => undefined)) // some are closed by their test
      return owner
    },
  }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await wait(20)
}

const isIdle = (owner: Owner) => (): boolean => owner.workshop.evaluations.state.underWay.length === 0

/** What is stored of the test split, but ids and times. */
function storedOf({ db }: Owner, runId: string): unknown {
  const { rollouts } = readRollouts(db, { runId, split: 'test' }, { offset: 0, limit: 1000 })
  const evaluations = readEvaluations(db, runId)
    .filter(({ split }) => split === 'test')
    .map(({ step, samples, problems, proportions }) => ({ step, samples, problems, proportions }))
  return { rollouts, evaluations }
}

function forget({ db }: Owner, runId: string): void {
  db.prepare(
    `DELETE FROM turn WHERE rollout_id IN (SELECT rollout_id FROM rollout WHERE run_id = ? AND split = 'test')`,
  ).run(runId)
  db.prepare(`DELETE FROM rollout WHERE run_id = ? AND split = 'test'`).run(runId)
  db.prepare(`DELETE FROM evaluation WHERE run_id = ? AND split = 'test'`).run(runId)
}

test('a checkpoint of this machine is evaluated elsewhere: several at a time, what is stored is what training stored', async (t) => {
  const cluster = clusterOf(t)
  const owner = await cluster.open()
  const run = realRun(owner, { steps: 2, checkpointEvery: 1, keep: 3, optimizer: { learningRate: 0.003 } })
  const { runId } = run
  await runToEnd(owner, run)
  const byTraining = storedOf(owner, runId)
  forget(owner, runId)
  const { evaluations } = owner.workshop
  const place = placeIn(cluster.shared)
  cluster.engine.isFull = true
  for (const step of [0, 2]) evaluations.start({ runId, step, samples: null }, place)
  evaluations.start({ runId, step: 2, samples: 4 }, place)
  assert.throws(() => evaluations.start({ runId, step: 2, samples: null }, place), { code: 'inquiry.busy' })
  await until(() => cluster.engine.known.length === 3)
  await until(() => evaluations.state.underWay.every(({ waitsFor }) => waitsFor !== null))
  const [first] = evaluations.state.underWay
  assert.equal(first?.engine, 'Ray at http://127.0.0.1:1')
  assert.equal(first.waitsFor, 'No room.')
  cluster.engine.isFull = false
  await until(isIdle(owner))
  assert.equal(evaluations.state.problem, null)
  assert.deepEqual(storedOf(owner, runId), byTraining)
  assert.equal(cluster.engine.begun.length, 3)
  const [votes] = await readVotes(owner, readRun(owner.db, runId))
  assert.deepEqual([votes?.step, votes?.samples], [2, 4])
  assert.deepEqual(readdirSync(join(cluster.shared, 'evaluations')), [])
  assert.deepEqual(readdirSync(join(cluster.dataDir, 'evaluations')), [])
})

test('an owner that is gone leaves the job at work; the next one takes the answer in, once', async (t) => {
  const cluster = clusterOf(t)
  const first = await cluster.open()
  const { runId } = realRun(first)
  first.workshop.evaluations.start({ runId, step: 0, samples: null }, placeIn(cluster.shared))
  await until(() => cluster.engine.begun.length === 1)
  await first.close('now')
  const [id = ''] = readdirSync(join(cluster.shared, 'evaluations'))
  assert.ok(existsSync(join(cluster.shared, 'evaluations', id, '1', 'request.json')))
  const second = await cluster.open()
  await until(() => readEvaluations(second.db, runId).length === 1)
  await until(isIdle(second))
  assert.equal(cluster.engine.begun.length, 1)
  assert.deepEqual(readdirSync(join(cluster.dataDir, 'evaluations')), [])
  await second.close('now')
  const third = await cluster.open()
  await wait(100)
  assert.deepEqual(third.workshop.evaluations.state, { underWay: [], problem: null })
})

test('cancelled while it waits, and while it is at work: nothing is stored; one that fails says why', async (t) => {
  const cluster = clusterOf(t)
  const owner = await cluster.open()
  const { runId } = realRun(owner)
  const { runId: elsewhere } = realRun(owner, { model: { path: '/nowhere' } })
  const { evaluations } = owner.workshop
  const place = placeIn(cluster.shared)
  const named = { runId, step: 0, samples: null }
  cluster.engine.isFull = true
  evaluations.start(named, place)
  await until(() => cluster.engine.known.length === 1)
  evaluations.cancel(named)
  await until(isIdle(owner))
  assert.deepEqual(cluster.engine.begun, [])
  cluster.engine.isFull = false
  evaluations.start(named, place)
  await until(() => cluster.engine.begun.length === 1)
  evaluations.cancel(named)
  await until(isIdle(owner))
  assert.deepEqual([evaluations.state.problem, readEvaluations(owner.db, runId)], [null, []])
  evaluations.start({ ...named, runId: elsewhere }, place)
  await until(isIdle(owner))
  assert.match(JSON.stringify(evaluations.state.problem), /"step":0,"message":".*\/nowhere/)
})
