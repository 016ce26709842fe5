import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { adapterShapes } from '../../../../src/core/model/adapter.ts'
import { openModelFolder } from '../../../../src/main/host/model/modelFolder.ts'
import { readSafetensorsHeader } from '../../../../src/main/host/model/safetensorsFiles.ts'
import { readCheckpoints } from '../../../../src/main/store/checkpointStore.ts'
import { readLog } from '../../../../src/main/store/eventLog.ts'
import { readSeries } from '../../../../src/main/store/metrics/metricQuery.ts'
import { trainerBlobName } from '../../../../src/main/trainer/trainerStateFile.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'
import type { Interruption } from '../support/interruptedWorker.ts'
import {
  factsOf,
  finalWeights,
  littleModelFolder,
  realOwner,
  realProgram,
  realRun,
  runToEnd,
} from './realRuns.ts'

const lora = { rank: 4, alpha: 8, targets: ['q_proj', 'v_proj', 'down_proj'] }

for (const [baseWeights, sampler] of [
  ['f32', 'onnx'],
  ['int8', 'graph'],
] as const) {
  test(`an adapter on ${baseWeights} weights: killed in the update and resumed, a run ends as one never stopped; its checkpoint holds the factors alone`, async (t) => {
    const dataDir = temporaryFolder(t)
    const path = join(dataDir, 'interruption.json')
    const plan = (interruption: Interruption | null) => writeFileSync(path, JSON.stringify(interruption))
    const owner = await realOwner(t, dataDir, {
      ...realProgram,
      workerPath: fileURLToPath(new URL('../support/interruptedWorker.ts', import.meta.url)),
      environment: { ...realProgram.environment, RECHECK_TEST_INTERRUPTION: path },
    })
    const config = { model: { lora, baseWeights }, sampler, optimizer: { learningRate: 3e-3 } } as const
    plan(null)
    const whole = await runToEnd(owner, realRun(owner, config))
    assert.deepEqual([whole.status, whole.error], ['finished', null])
    plan({ phase: 'update', count: 3, delayMs: 5, how: 'kill' })
    const killed = await runToEnd(owner, realRun(owner, config))
    assert.equal(killed.status, 'interrupted')
    plan(null)
    await owner.resume(killed.runId)
    const resumed = await owner.whenEnded(killed.runId)
    assert.deepEqual(factsOf(owner.db, resumed.runId), factsOf(owner.db, whole.runId))
    const weights = finalWeights(owner.db, dataDir, whole.runId)
    assert.equal(weights[0], 6)
    assert.deepEqual(finalWeights(owner.db, dataDir, resumed.runId), weights)

    const { config: model } = await openModelFolder(littleModelFolder)
    const [newest] = readCheckpoints(owner.db, whole.runId)
    const { entries } = await readSafetensorsHeader(join(dataDir, newest?.folder ?? '', trainerBlobName))
    const factors = [...adapterShapes(model, lora).keys()]
    const kinds = ['parameter', 'first', 'second']
    assert.deepEqual(
      [...entries.keys()],
      kinds.flatMap((kind) => factors.map((name) => `${kind}/${name}`)),
    )
    // what fewer bits cost is measured once, before the first step
    const told = readLog(owner.db, whole.runId, { after: 0, limit: 100 })
    const precision = told.filter(({ code }) => code === 'weights.precision')
    assert.equal(precision.length, baseWeights === 'f32' ? 0 : 1)
    if (baseWeights === 'int8')
      assert.match(
        precision[0]?.message ?? '',
        /^Sampling precision: the frozen weights in int8 give .* by 0\.0\d+ nats on average/,
      )
    // before the first update the policy is its reference; afterwards it is not
    const ratios = readSeries(owner.db, whole.runId, 'policy/klK3').value
    assert.equal(ratios[0], 0)
    assert.ok((ratios[5] ?? 0) !== 0)
    const gaps = readSeries(owner.db, whole.runId, 'policy/samplerGap').value
    assert.ok(Math.max(...gaps) < 1e-5, `sampler and trainer are ${Math.max(...gaps)} apart`)
  })
}
