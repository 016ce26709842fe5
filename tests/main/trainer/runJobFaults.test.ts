import assert from 'node:assert/strict'
import { copiedState } from '../../../src/core/train/engine/trainer.ts'
import { cpSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { makeRandomModel } from '../../../src/main/host/model/randomModel.ts'
import type { JsonObject } from '../../../src/core/model/config/configFields.ts'
import { readParameters } from '../../../src/main/host/model/modelFolder.ts'
import { parameterShapes } from '../../../src/core/model/parameterTable.ts'
import { openTrainingEngines } from '../../../src/main/trainer/engines.ts'
import type { Owner } from '../../../src/main/owner/owner.ts'
import { readRefusedBatch, refusedBatchPath } from '../../../src/main/trainer/refusedBatch.ts'
import { loadRunMaterial } from '../../../src/main/run/runMaterial.ts'
import { readTrainerBlob, trainerBlobName } from '../../../src/main/trainer/trainerStateFile.ts'
import type { TrainerProgram } from '../../../src/main/owner/processes/trainingProcess.ts'
import { readCheckpoints } from '../../../src/main/store/checkpointStore.ts'
import { readLog } from '../../../src/main/store/eventLog.ts'
import { readSeries } from '../../../src/main/store/metrics/metricQuery.ts'
import { readRun } from '../../../src/main/store/runs/runStore.ts'
import { parseConfig } from '../../../src/shared/config/parseConfig.ts'
import type { ConfigLayer } from '../../../src/shared/config/layers.ts'
import type { Run } from '../../../src/shared/runs/records.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'
import {
  factsOf,
  finalWeights,
  lastingTrainers,
  littleModelFolder,
  realOwner,
  realProgram,
  realRun,
  runToEnd,
  type RealRun,
} from '../owner/realRuns/realRuns.ts'

const trainers = lastingTrainers()

/** No stage 1, no reference: a run is a few steps and nothing else. */
const attemptsOnly: ConfigLayer = {
  method: 'dapo',
  turns: 'single',
  policyBeta: 0,
  groupSize: 4,
  steps: 4,
  evalEvery: 'never',
}

async function endOf(
  t: Pick<TestContext, 'after'>,
  given: { readonly config?: ConfigLayer; readonly run?: RealRun; readonly program?: TrainerProgram },
): Promise<{ owner: Owner; run: Run; dataDir: string }> {
  const dataDir = temporaryFolder(t)
  const owner = await realOwner(t, dataDir, given.program ?? trainers.program)
  const run = await runToEnd(owner, realRun(owner, given.config, given.run))
  return { owner, run, dataDir }
}

async function resumed(owner: Owner, runId: string): Promise<Run> {
  await owner.resume(runId)
  return owner.whenEnded(runId)
}

test('an update that is not finite is not applied: the run is paused, and the batch kept gives the same again', async (t) => {
  // β₂ = 10¹⁵: finite while policy and reference are the same, beyond float32 after the first update
  const { owner, run, dataDir } = await endOf(t, { config: { policyBeta: 1e15, lossScale: 'paper' } })
  assert.deepEqual([run.status, run.error?.code, run.processId], ['paused', 'trainer.not-finite', null])
  const path = refusedBatchPath(run.runId, 1)
  assert.match(
    run.error?.message ?? '',
    /^Step 1: The gradient norm of this update is Infinity, so it was not/,
  )
  assert.match(
    run.error?.message ?? '',
    /recheck replay run-\S+ \(.*recheck resume run-\S+ --from 0 --set optimizer\.learningRate=0\.00003 \(.*recheck resume run-\S+ --set policyBeta=0\.001 \(the same step/,
  )
  assert.ok(run.error?.message.includes(`(the batch is kept in ${path})`))
  assert.equal(readLog(owner.db, run.runId, { after: 0, limit: 9 }).at(-1)?.code, 'trainer.not-finite')
  assert.deepEqual([...readSeries(owner.db, run.runId, 'loss/policy').step], [0])

  const [checkpoint] = readCheckpoints(owner.db, run.runId)
  assert.equal(checkpoint?.step, 1)
  const refused = await readRefusedBatch(join(dataDir, path))
  assert.deepEqual([refused.step, refused.batch.rows.length], [1, 6])
  const config = parseConfig(JSON.parse(run.config), 'test')
  const material = await loadRunMaterial(config, dataDir)
  const weights = await readParameters(material.reference)
  const { trainer, reference } = await openTrainingEngines(config, material, {
    policy: weights,
    reference: weights,
  })
  try {
    const blob = join(dataDir, checkpoint?.folder ?? '', trainerBlobName)
    const state = await readTrainerBlob(blob, parameterShapes(material.policy.config))
    assert.equal(state.updates, 1)
    await trainer.writeState(state)
    await assert.rejects(trainer.step(refused.batch, refused.learningRate), {
      code: 'trainer.not-finite',
      message: refused.error,
    })
    assert.deepEqual(copiedState(trainer.viewState()), copiedState(state))
  } finally {
    await trainer.dispose()
    await reference?.dispose()
  }

  const again = await resumed(owner, run.runId)
  assert.deepEqual([again.status, again.error], ['paused', run.error])
  assert.deepEqual(
    readCheckpoints(owner.db, run.runId).map(({ step }) => step),
    [1],
  )
})

test('what a machine or a folder lacks is a failed run with the way out, before anything is sampled', async (t) => {
  const errorOf = async (config: ConfigLayer, program: TrainerProgram = realProgram): Promise<string> => {
    const { owner, run } = await endOf(t, { config, program })
    assert.equal(run.status, 'failed')
    assert.equal(run.vStarId, null, 'nothing was sampled')
    assert.deepEqual(owner.db.prepare('SELECT count(*) AS count FROM rollout').get(), { count: 0 })
    return `${run.error?.code}: ${run.error?.message}`
  }
  assert.match(
    await errorOf({ device: 'gpu' }),
    /^device\.no-gpu: device=gpu, but TensorFlow sees no usable card/,
  )
  assert.match(
    await errorOf({ model: { path: 'org/none' } }),
    /^model\.missing: model "org\/none" is not a folder with config\.json.*put its files/,
  )
  const hidden = `import fs from 'node:fs'
    import { syncBuiltinESMExports } from 'node:module'
    const { existsSync } = fs
    fs.existsSync = (path) => !String(path).endsWith('tensorflow.json') && existsSync(path)
    syncBuiltinESMExports()`
  const program = {
    ...realProgram,
    nodeOptions: ['--import', `data:text/javascript,${encodeURIComponent(hidden)}`],
  }
  assert.match(
    await errorOf({}, program),
    /^tensorflow\.missing: TensorFlow was not installed\. Run "npm run provision"/,
  )
})

test('an estimate made with another template or other settings is refused by the part that differs', async (t) => {
  const { owner, run } = await endOf(t, { run: { stage: 'estimate-v-star', totalSteps: 8 } })
  assert.equal(run.status, 'finished')
  const vStarId = run.vStarId ?? ''
  const other = await runToEnd(
    owner,
    realRun(owner, { sampling: { maxCompletionTokens: 48 }, template: 'plain-boxed' }, { vStarId }),
  )
  assert.deepEqual([other.status, other.error?.code, other.vStarId], ['failed', 'vstar.mismatch', vStarId])
  assert.match(other.error?.message ?? '', /hash of the template: the estimate has .*, this run has /)
  assert.match(
    other.error?.message ?? '',
    /sampling\.maxCompletionTokens: the estimate has 64, this run has 48/,
  )
})

test('a checkpoint beside another model is refused, whether its shapes differ or its weights alone, and stays', async (t) => {
  const dataDir = temporaryFolder(t)
  const model = join(temporaryFolder(t), 'model')
  cpSync(littleModelFolder, model, { recursive: true })
  const owner = await realOwner(t, dataDir, trainers.program)
  const config = { ...attemptsOnly, steps: 2, model: { path: model } }
  const { runId } = await runToEnd(owner, realRun(owner, config))
  const before = finalWeights(owner.db, dataDir, runId)
  assert.equal(before[0], 2)
  const known = JSON.parse(readFileSync(join(littleModelFolder, 'config.json'), 'utf8')) as JsonObject
  const replace = (fields: JsonObject): Promise<void> =>
    makeRandomModel(
      { config: { ...known, ...fields }, seed: 1, standardDeviation: 0.02, format: 'F32', shards: 1 },
      model,
    )
  const extended = async (): Promise<Run> => {
    if (readRun(owner.db, runId).status === 'finished') owner.extend(runId, 2)
    else await owner.resume(runId)
    return owner.whenEnded(runId)
  }
  await replace({ intermediate_size: 256 })
  const shapes = await extended()
  assert.deepEqual([shapes.status, shapes.error?.code], ['failed', 'checkpoint.other-model'])
  assert.match(shapes.error?.message ?? '', /has shape \[.*384.*\], this model needs \[.*256.*\]/)
  await replace({})
  const weights = await extended()
  assert.deepEqual([weights.status, weights.error?.code], ['failed', 'checkpoint.other-model'])
  assert.match(weights.error?.message ?? '', /Put the files back that the run began with, or start a new run/)
  assert.deepEqual(finalWeights(owner.db, dataDir, runId), before)
  cpSync(littleModelFolder, model, { recursive: true })
  const finished = await extended()
  assert.deepEqual([finished.status, finished.error], ['finished', null])
})

test('a damaged checkpoint is named, the one before is used, and the run ends with the same weights', async (t) => {
  const { owner, run, dataDir } = await endOf(t, { config: attemptsOnly })
  const facts = factsOf(owner.db, run.runId)
  const weights = finalWeights(owner.db, dataDir, run.runId)
  const [newest, before] = readCheckpoints(owner.db, run.runId)
  assert.deepEqual([newest?.step, before?.step], [4, 2])
  truncateSync(join(dataDir, newest?.folder ?? '', trainerBlobName), 1000)
  owner.db.prepare(`UPDATE run SET status = 'interrupted'`).run()
  assert.equal((await resumed(owner, run.runId)).status, 'finished')
  assert.deepEqual(factsOf(owner.db, run.runId), facts)
  assert.deepEqual(finalWeights(owner.db, dataDir, run.runId), weights)
  const entry = readLog(owner.db, run.runId, { after: 0, limit: 9 }).find(
    ({ code }) => code === 'checkpoint.damaged',
  )
  assert.match(
    entry?.message ?? '',
    /step-00000004-[0-9a-f]+ is damaged: the checksum of trainer\.safetensors is wrong/,
  )
  assert.equal(entry?.remedy, 'The checkpoint of step 2 is used instead.')
})

test('what is computed twice must be what is stored: a metric, a rollout and an evaluation that differ stop the run', async (t) => {
  // the owner kills a trainer whose numbers differ
  const { owner, run } = await endOf(t, { config: { ...attemptsOnly, steps: 1 }, program: realProgram })
  const { runId } = run
  const startAnew = async (): Promise<string> => {
    owner.db.prepare(`UPDATE run SET status = 'interrupted'`).run()
    owner.db.prepare('DELETE FROM checkpoint').run()
    const { status, error } = await resumed(owner, runId)
    return `${status} ${error?.code} ${error?.message}`
  }
  const isLoss = `series_id = (SELECT series_id FROM metric_series WHERE name = 'loss/policy')`
  owner.db.prepare(`UPDATE metric_point SET value = value + 1e-12 WHERE ${isLoss}`).run()
  assert.match(await startAnew(), /^failed run\.differs .*step 0 was computed twice and loss\/policy differs/)
  owner.db.prepare(`UPDATE metric_point SET value = value - 1e-12 WHERE ${isLoss}`).run()
  owner.db
    .prepare(
      `UPDATE turn SET reward = reward + 1 WHERE rollout_id = (SELECT rollout_id FROM rollout WHERE split = 'train' LIMIT 1)`,
    )
    .run()
  assert.match(
    await startAnew(),
    /^failed run\.differs .*step 0 was computed twice and its rollout \d+ .* differs/,
  )
  owner.db.prepare(`UPDATE evaluation SET proportions = '{}' WHERE split = 'test' AND step = 0`).run()
  assert.match(
    await startAnew(),
    /^failed run\.differs .*evaluation on the test split at step 0 was made twice and differs/,
  )
})

test('want of memory in the trainer is said plainly and offers a smaller micro-batch', async (t) => {
  const program = { ...realProgram, nodeOptions: ['--max-old-space-size=24'] }
  const { owner, run } = await endOf(t, {
    config: { ...attemptsOnly, data: { train: 2048 }, problemsPerStep: 2048 },
    program,
  })
  assert.deepEqual([run.status, run.error?.code], ['interrupted', 'trainer.out-of-memory'])
  assert.match(
    run.error?.message ?? '',
    /^The trainer ran out of memory before it had begun to train\. .*resume/,
  )
  assert.equal(readSeries(owner.db, run.runId, 'loss/policy').step.length, 0)
})

test('alarms are in the log of a real run, each once while it lasts; a task without signal stops before training', async (t) => {
  const { owner, run } = await endOf(t, {
    config: {
      ...attemptsOnly,
      steps: 2,
      sampling: { maxCompletionTokens: 3 },
      alarms: { entropyBelow: 0.002, klAbove: 0.5, lengthGrowthAbove: 2 },
    },
  })
  assert.equal(run.status, 'finished')
  const alarms = readLog(owner.db, run.runId, { after: 0, limit: 99 }).filter(({ code }) =>
    code.startsWith('alarm.'),
  )
  assert.deepEqual(
    alarms.map(({ code, level }) => [code, level]),
    [
      ['alarm.truncated', 'warning'],
      // answers that are all cut are all wrong: no group of them has spread
      ['alarm.no-spread', 'warning'],
    ],
  )
  assert.match(alarms[0]?.message ?? '', /of 24 turns were cut at 3 tokens and count as wrong/)
  assert.match(alarms[0]?.remedy ?? '', /^Raise sampling\.maxCompletionTokens/)

  const hopeless = await runToEnd(owner, realRun(owner, { sampling: { maxCompletionTokens: 2 } }))
  assert.deepEqual([hopeless.status, hopeless.error?.code], ['failed', 'vstar.no-signal'])
  assert.match(
    hopeless.error?.message ?? '',
    /8 of 8 problems carry no signal: 8 never solved.*choose an easier source/,
  )
  assert.equal(readSeries(owner.db, hopeless.runId, 'loss/policy').step.length, 0)
})
