import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import type { Owner } from '../../../../src/main/owner/owner.ts'
import { readEvaluations } from '../../../../src/main/store/evaluationStore.ts'
import { readRollouts } from '../../../../src/main/store/rollouts/rolloutQuery.ts'
import { comparedSteps } from '../../../../src/main/tools/comparedSteps.ts'
import type { RunEvent } from '../../../../src/shared/runs/runEvent.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'
import { realOwner, realRun, runToEnd } from '../realRuns/realRuns.ts'

async function evaluated(owner: Owner, runId: string, step: number): Promise<void> {
  owner.workshop.evaluations.start({ runId, step, samples: null })
  while (owner.workshop.evaluations.state.underWay.length > 0) await wait(20)
  assert.equal(owner.workshop.evaluations.state.problem, null)
}

function testSplitOf({ db }: Owner, runId: string): unknown {
  const { rollouts } = readRollouts(db, { runId, split: 'test' }, { offset: 0, limit: 1000 })
  const shares = readEvaluations(db, runId)
    .filter(({ split }) => split === 'test')
    .map(({ step, samples, problems, proportions }) => ({ step, samples, problems, proportions }))
  return { rollouts, shares }
}

test('what is asked for is what training itself would have stored, rollout by rollout; before and after are compared in pairs', async (t) => {
  const owner = await realOwner(t, temporaryFolder(t))
  const told: RunEvent[] = []
  owner.subscribe((_runId, event) => told.push(event))
  const run = realRun(owner, { steps: 2, checkpointEvery: 1, keep: 3, optimizer: { learningRate: 0.003 } })
  const { runId } = run
  await runToEnd(owner, run)
  const byTraining = testSplitOf(owner, runId)
  owner.db
    .prepare(
      `DELETE FROM turn WHERE rollout_id IN (SELECT rollout_id FROM rollout WHERE run_id = ? AND split = 'test')`,
    )
    .run(runId)
  owner.db.prepare(`DELETE FROM rollout WHERE run_id = ? AND split = 'test'`).run(runId)
  owner.db.prepare(`DELETE FROM evaluation WHERE run_id = ? AND split = 'test'`).run(runId)
  told.length = 0
  await evaluated(owner, runId, 0)
  await evaluated(owner, runId, 2)
  assert.deepEqual(testSplitOf(owner, runId), byTraining)
  assert.deepEqual(
    told.map(({ type }) => type),
    ['evaluation', 'evaluation'],
  )
  await evaluated(owner, runId, 1)
  const { problems, shares } = comparedSteps(owner.db, { runId, split: 'test', first: 0, second: 1 })
  assert.equal(problems, 6)
  const final = shares.find(({ name }) => name === 'accuracy/final') ?? assert.fail('no Acc@final')
  const stored = readEvaluations(owner.db, runId).filter(({ split }) => split === 'test')
  assert.deepEqual(
    [final.first, final.second],
    [0, 1].map((step) => stored.find((each) => each.step === step)?.proportions['accuracy/final']?.value),
  )
  assert.ok(Math.abs(final.difference.estimate - (final.second - final.first)) < 1e-12)
  assert.ok(
    final.difference.low <= final.difference.estimate && final.difference.estimate <= final.difference.high,
  )
  assert.throws(() => comparedSteps(owner.db, { runId, split: 'test', first: 0, second: 9 }), {
    code: 'eval.no-common-problem',
  })
  assert.throws(() => owner.workshop.evaluations.start({ runId, step: 7, samples: null }), {
    code: 'checkpoint.unknown',
  })
})

test('one at a time; a cancelled one stores nothing and is no problem, one that fails says why', async (t) => {
  const owner = await realOwner(t, temporaryFolder(t))
  const { runId } = realRun(owner)
  const { runId: elsewhere } = realRun(owner, { model: { path: '/nowhere' } })
  owner.workshop.evaluations.start({ runId, step: 0, samples: null })
  assert.throws(() => owner.workshop.evaluations.start({ runId, step: 0, samples: null }), {
    code: 'inquiry.busy',
    message: /Step 0 of run/,
  })
  owner.workshop.evaluations.cancel({ runId, step: 0, samples: null })
  while (owner.workshop.evaluations.state.underWay.length > 0) await wait(20)
  assert.equal(owner.workshop.evaluations.state.problem, null)
  assert.deepEqual(readEvaluations(owner.db, runId), [])
  owner.workshop.evaluations.start({ runId: elsewhere, step: 0, samples: null })
  while (owner.workshop.evaluations.state.underWay.length > 0) await wait(20)
  assert.match(JSON.stringify(owner.workshop.evaluations.state), /"step":0,"message":".*\/nowhere/)
})
