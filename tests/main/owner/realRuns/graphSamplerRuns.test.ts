import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readCheckpoints } from '../../../../src/main/store/checkpointStore.ts'
import { readSeries } from '../../../../src/main/store/metrics/metricQuery.ts'
import { readRun } from '../../../../src/main/store/runs/runStore.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'
import type { Interruption } from '../support/interruptedWorker.ts'
import { factsOf, finalWeights, realOwner, realProgram, realRun, runToEnd } from './realRuns.ts'

const kills: readonly Interruption[] = [
  // half-way through stage 1, in a step's update, and while the step after a checkpoint is sampled
  { phase: 'estimate', count: 2, delayMs: 5, how: 'kill' },
  { phase: 'update', count: 3, delayMs: 5, how: 'kill' },
  { phase: 'rollout', count: 2, delayMs: 5, how: 'kill' },
]

test('full training with the sampler in the graph: killed in stage 1, in an update and in a rollout, a run ends as one never stopped', async (t) => {
  const dataDir = temporaryFolder(t)
  const path = join(dataDir, 'interruption.json')
  const plan = (interruption: Interruption | null) => writeFileSync(path, JSON.stringify(interruption))
  const owner = await realOwner(t, dataDir, {
    ...realProgram,
    workerPath: fileURLToPath(new URL('../support/interruptedWorker.ts', import.meta.url)),
    environment: { ...realProgram.environment, RECHECK_TEST_INTERRUPTION: path },
  })
  const config = { sampler: 'graph', optimizer: { learningRate: 3e-3 } } as const
  plan(null)
  const whole = await runToEnd(owner, realRun(owner, config))
  assert.deepEqual([whole.status, whole.error], ['finished', null])
  const weights = finalWeights(owner.db, dataDir, whole.runId)
  assert.equal(weights[0], 6)

  const { runId } = realRun(owner, config)
  for (const [index, kill] of kills.entries()) {
    plan(kill)
    if (index === 0) owner.start(runId)
    else await owner.resume(runId)
    const killed = await owner.whenEnded(runId)
    assert.equal(killed.status, 'interrupted', JSON.stringify([kill, killed.error]))
    // an update that no checkpoint holds is lost with the process
    if (kill.phase === 'update') assert.equal(readCheckpoints(owner.db, runId)[0]?.step, 2)
  }
  plan(null)
  await owner.resume(runId)
  await owner.whenEnded(runId)
  assert.match(readRun(owner.db, runId).device ?? '', /sampler: training graph, node by node/)
  assert.deepEqual(factsOf(owner.db, runId), factsOf(owner.db, whole.runId))
  assert.deepEqual(finalWeights(owner.db, dataDir, runId), weights)
  // it trained, and what was drawn is what the trainer scores
  const gaps = readSeries(owner.db, runId, 'policy/samplerGap').value
  assert.ok(Math.max(...gaps) < 1e-5, `sampler and trainer are ${Math.max(...gaps)} apart`)
  assert.ok((readSeries(owner.db, runId, 'policy/klK3').value[5] ?? 0) !== 0)
})
