import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { readVotes } from '../../../../src/main/owner/tasks/voteFiles.ts'
import { readCheckpoints } from '../../../../src/main/store/checkpointStore.ts'
import { readEvaluations } from '../../../../src/main/store/evaluationStore.ts'
import { readRun } from '../../../../src/main/store/runs/runStore.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'
import { realOwner, realRun, runToEnd } from '../realRuns/realRuns.ts'

test('votes of a checkpoint: every method with 1 to 4 samples, kept beside its evaluations, which stay', async (t) => {
  const dataDir = temporaryFolder(t)
  const owner = await realOwner(t, dataDir)
  const run = realRun(owner, { steps: 1, checkpointEvery: 1, optimizer: { learningRate: 0.003 } })
  const { runId } = run
  await runToEnd(owner, run)
  const evaluations = readEvaluations(owner.db, runId)
  const { evaluations: asked } = owner.workshop
  asked.start({ runId, step: 1, samples: 4 })
  while (asked.state.underWay.length > 0) await wait(20)
  assert.equal(asked.state.problem, null)
  const votes = await readVotes(owner, readRun(owner.db, runId))
  const [made] = votes
  assert.ok(made !== undefined && votes.length === 1)
  assert.deepEqual([made.step, made.samples], [1, 4])
  assert.equal(made.checkpoint, readCheckpoints(owner.db, runId).find(({ step }) => step === 1)?.sha256)
  assert.deepEqual(
    made.curve.map(({ method, n }) => `${method} ${n}`),
    ['majority-vote', 'self-correction', 'self-verified-best'].flatMap((method) =>
      [1, 2, 3, 4].map((n) => `${method} ${n}`),
    ),
  )
  // n samples cost n times one
  const [one, , , four] = made.curve
  assert.ok(Math.abs((four?.tokensPerProblem ?? 0) - 4 * (one?.tokensPerProblem ?? NaN)) < 1e-9)
  assert.equal(made.atEqualTokens[0]?.method, 'self-correction')
  assert.deepEqual(readEvaluations(owner.db, runId), evaluations)

  // of a checkpoint that is another by now nothing is shown; a changed file is refused
  owner.db.prepare(`UPDATE checkpoint SET sha256 = 'other' WHERE run_id = ?`).run(runId)
  assert.deepEqual(await readVotes(owner, readRun(owner.db, runId)), [])
  const folder = join(dataDir, 'runs', runId, 'votes')
  writeFileSync(join(folder, readdirSync(folder)[0] ?? assert.fail()), '{"curve":[]}')
  await assert.rejects(readVotes(owner, readRun(owner.db, runId)), { code: 'file.bad-json' })
})

test('without verdicts there is nothing to compare votes with', async (t) => {
  const owner = await realOwner(t, temporaryFolder(t))
  const run = realRun(owner, { steps: 1, turns: 'single' })
  assert.throws(
    () => owner.workshop.evaluations.start({ runId: run.runId, step: 0, samples: 4 }),
    /turns = single: votes are compared/,
  )
})
