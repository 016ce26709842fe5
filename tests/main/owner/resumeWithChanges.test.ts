import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { replayBatch } from '../../../src/main/tools/replayBatch.ts'
import { parameterShapes } from '../../../src/core/model/parameterTable.ts'
import { loadRunMaterial } from '../../../src/main/run/runMaterial.ts'
import { readTrainerBlob, trainerBlobName } from '../../../src/main/trainer/trainerStateFile.ts'
import { readCheckpoints } from '../../../src/main/store/checkpointStore.ts'
import { readLog } from '../../../src/main/store/eventLog.ts'
import { readSeries } from '../../../src/main/store/metrics/metricQuery.ts'
import { readRun } from '../../../src/main/store/runs/runStore.ts'
import { parseConfig } from '../../../src/shared/config/parseConfig.ts'
import type { RecheckError } from '../../../src/shared/errors/recheckError.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'
import { finalWeights, lastingTrainers, realOwner, realRun, runToEnd } from './realRuns/realRuns.ts'

const trainers = lastingTrainers()
const attemptsOnly = {
  method: 'dapo',
  turns: 'single',
  policyBeta: 0,
  groupSize: 4,
  steps: 4,
  evalEvery: 'never',
}

test('a refused batch: replay names its rollouts, and the run goes on with other settings', async (t) => {
  const dataDir = temporaryFolder(t)
  const owner = await realOwner(t, dataDir, trainers.program)
  // β₂ = 10¹⁵: finite while policy and reference are the same, beyond float32 after the first update
  const { runId } = await runToEnd(owner, realRun(owner, { steps: 3, policyBeta: 1e15, lossScale: 'paper' }))
  const paused = readRun(owner.db, runId)
  assert.equal(paused.status, 'paused')
  // the gradient of its own step does not depend on the learning rate
  assert.doesNotMatch(paused.error?.message ?? '', /resume run-\S+ --set optimizer/)
  const said: string[] = []
  const replay = await replayBatch({
    dataDir,
    run: paused,
    checkpoints: readCheckpoints(owner.db, runId),
    step: null,
    onProgress: (done, total) => said.push(`${done}/${total}`),
  })
  assert.deepEqual([replay.step, replay.rows.length, said.at(-1)], [1, 6, '6/6'])
  assert.match(replay.error, /^The gradient norm of this update is Infinity/)
  assert.ok(replay.rows.some(({ problem }) => problem !== null))
  for (const row of replay.rows) {
    assert.equal(row.loss === null, row.problem !== null)
    assert.match(row.text, /\?|=/)
    assert.ok(row.tokens > 10 && row.largestInput.name !== '')
  }

  await assert.rejects(owner.resume(runId, { settings: { seed: 3 }, fromStep: null }), {
    code: 'config.fixed',
    message: /^seed: run .* cannot be given another value on its way; start a new run\. .*optimizer/,
  })
  await assert.rejects(owner.resume(runId, { settings: {}, fromStep: 2 }), {
    code: 'checkpoint.unknown',
    message: /has no checkpoint of step 2; it has 1\. --from 0 begins anew/,
  })
  assert.equal(readRun(owner.db, runId).config, paused.config)
  const change = { settings: { policyBeta: 0.001 }, fromStep: null }
  // whichever has read the checkpoints first goes on; the other is refused
  const both = await Promise.allSettled([owner.resume(runId, change), owner.resume(runId, change)])
  const ends = both.map((end) => (end.status === 'rejected' ? (end.reason as RecheckError).code : 'goes on'))
  assert.deepEqual(ends.sort(), ['goes on', 'run.active'])
  const run = await owner.whenEnded(runId)
  assert.deepEqual([run.status, run.error], ['finished', null])
  assert.equal(parseConfig(JSON.parse(run.config), 'test').policyBeta, 0.001)
  assert.notEqual(run.configHash, paused.configHash)
  assert.deepEqual([...readSeries(owner.db, runId, 'loss/policy').step], [0, 1, 2])
  const [entry] = readLog(owner.db, runId, { after: 0, limit: 99 }).filter(
    ({ code }) => code === 'run.changed',
  )
  assert.equal(
    entry?.message,
    `Goes on from step 1 with policyBeta 1000000000000000 → 0.001 (config h → ${run.configHash}); what was reported after it is taken back.`,
  )
  assert.deepEqual([...new Set(readSeries(owner.db, runId, 'loss/policy').value)].length, 3)
})

test('weights that cannot be sampled from: the message names the checkpoint and the command that goes on, and it does', async (t) => {
  const dataDir = temporaryFolder(t)
  const owner = await realOwner(t, dataDir, trainers.program)
  const config = { ...attemptsOnly, checkpointEvery: 1, optimizer: { learningRate: 1e-5 } }
  const { runId } = await runToEnd(owner, realRun(owner, { ...config, steps: 2 }))
  const good = finalWeights(owner.db, dataDir, runId)
  owner.extend(runId, 2)
  // as a user would who thought the run too slow; the extension above is given up before it has done a step
  await owner.stop(runId, 'now')
  await owner.whenEnded(runId)
  await owner.resume(runId, { settings: { optimizer: { learningRate: 1e30 } }, fromStep: 2 })
  const failed = await owner.whenEnded(runId)
  assert.deepEqual([failed.status, failed.error?.code], ['failed', 'sampler.not-finite'])
  assert.match(
    failed.error?.message ?? '',
    new RegExp(
      `^Step 3: the model no longer gives finite .* recheck resume ${runId} --from 2 --set optimizer\\.learningRate=0\\.00005 `,
    ),
  )
  assert.deepEqual(
    readCheckpoints(owner.db, runId).map(({ step }) => step),
    [3, 2],
  )
  // the checkpoint of step 3 holds the weights that were too large
  await owner.resume(runId)
  assert.equal((await owner.whenEnded(runId)).status, 'failed')
  await owner.resume(runId, { settings: { optimizer: { learningRate: 1e-5 } }, fromStep: 2 })
  const run = await owner.whenEnded(runId)
  assert.deepEqual([run.status, run.error], ['finished', null])
  const never = await runToEnd(owner, realRun(owner, { ...config, steps: 4 }))
  assert.deepEqual(finalWeights(owner.db, dataDir, runId), finalWeights(owner.db, dataDir, never.runId))
  const lossOf = (id: string): unknown => readSeries(owner.db, id, 'loss/policy').value
  assert.deepEqual(lossOf(runId), lossOf(never.runId))
  assert.notEqual(good[1], finalWeights(owner.db, dataDir, runId)[1])
})

test('another micro-batch changes the sums and nothing else: the run goes on, its steps are computed anew', async (t) => {
  const dataDir = temporaryFolder(t)
  const owner = await realOwner(t, dataDir, trainers.program)
  const { runId } = await runToEnd(owner, realRun(owner, { ...attemptsOnly, microBatch: 24 }))
  const whole = await newestWeights()
  await assert.rejects(owner.resume(runId, { settings: { microBatch: 2 }, fromStep: 2 }), {
    code: 'run.finished',
  })
  owner.db.prepare(`UPDATE run SET status = 'interrupted' WHERE run_id = ?`).run(runId)
  await owner.resume(runId, { settings: { microBatch: 2 }, fromStep: 2 })
  const run = await owner.whenEnded(runId)
  assert.deepEqual([run.status, run.error], ['finished', null])
  const anew = await newestWeights()
  assert.deepEqual([whole.step, anew.step], [4, 4])
  assert.notEqual(anew.folder, whole.folder)
  const apart = [...whole.values].map(([name, values]) =>
    Math.max(...values.map((value, i) => Math.abs(value - (anew.values.get(name)?.[i] ?? NaN)))),
  )
  assert.ok(Math.max(...apart) < 1e-5, `weights differ by ${Math.max(...apart)}`)

  async function newestWeights() {
    const config = parseConfig(JSON.parse(readRun(owner.db, runId).config), 'test')
    const { policy } = await loadRunMaterial(config, dataDir)
    const { step, folder } = readCheckpoints(owner.db, runId)[0] ?? assert.fail('no checkpoint')
    const blob = join(dataDir, folder, trainerBlobName)
    const { parameters } = await readTrainerBlob(blob, parameterShapes(policy.config))
    // read now: the folder goes once its steps are computed anew
    const values = new Map([...parameters].map(([name, parameter]) => [name, parameter.values.slice()]))
    return { step, folder, values }
  }
})

const cli = resolve(import.meta.dirname, '..', '..', '..', 'src', 'main', 'cli.ts')

test('replay and resume on the command line: the refused run is explained, and goes on', async (t) => {
  const dataDir = temporaryFolder(t)
  const owner = await realOwner(t, dataDir, trainers.program)
  const { runId } = await runToEnd(owner, realRun(owner, { steps: 2, policyBeta: 1e15, lossScale: 'paper' }))
  const recheck = (...args: string[]) =>
    spawnSync(process.execPath, [cli, ...args, '--data-dir', dataDir], { encoding: 'utf8' })
  const replayed = recheck('replay', runId)
  assert.equal(replayed.status, 0, replayed.stderr)
  assert.match(replayed.stdout, /^Step 1: The gradient norm.*\n\nrollout +tokens +loss.*\n0 .*/)
  assert.match(
    replayed.stdout,
    /Not finite by itself: rollout \d.* of 6\.\nTo go on with other settings: recheck resume/,
  )
  await owner.close('now')
  const refused = recheck('resume', runId, '--set', 'data.train=4')
  assert.deepEqual([refused.status, /data\.train: run/.test(refused.stderr)], [2, true], refused.stderr)
  const resumed = recheck('resume', runId, '--set', 'policyBeta=0.001', '--json')
  assert.equal(resumed.status, 0, resumed.stderr)
  assert.equal((JSON.parse(resumed.stdout) as { status: string }).status, 'finished')
  assert.match(recheck('show', runId).stdout, /Goes on from step 1 with policyBeta/)
  assert.match(recheck('replay', runId, '--step', '7').stderr, /keeps batches of step 1, none of step 7/)
})
