import assert from 'node:assert/strict'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { writeCheckpoint } from '../../../src/main/run/checkpointFolder.ts'
import { readCheckpoints } from '../../../src/main/store/checkpointStore.ts'
import { readLog } from '../../../src/main/store/eventLog.ts'
import { readSeries } from '../../../src/main/store/metrics/metricQuery.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'
import { nextRandom } from './support/fakeJob.ts'
import { fakeRun, fakeTerms, isMetrics, nextEvent, ownerSetup, testOwner } from './support/ownerFixtures.ts'

test('what a trainer dies of is said in plain words', async (t) => {
  const program = { ...ownerSetup('').program, nodeOptions: ['--max-old-space-size=40'] }
  const owner = await testOwner(t, temporaryFolder(t), { program })
  const endOf = async (
    how: 'throw' | 'throw-memory' | 'abort' | 'heap' | 'exit',
  ): Promise<[string, string, string]> => {
    const { runId } = fakeRun(owner, { misbehaves: { step: 2, how } })
    owner.start(runId)
    const { status, error } = await owner.whenEnded(runId)
    assert.equal(readLog(owner.db, runId, { after: 0, limit: 9 }).at(-1)?.message, error?.message)
    // what throws has its last steps stored; a process that ends without a word may take them with it
    const stored = readSeries(owner.db, runId, 'loss/policy').step.length
    assert.ok(how.startsWith('throw') ? stored === 2 : stored <= 2, `${how}: ${stored} steps stored`)
    return [status, error?.code ?? '', error?.message ?? '']
  }
  assert.deepEqual(await endOf('throw'), ['failed', 'internal', 'the fake job was told to fail'])
  assert.match(
    (await endOf('throw-memory')).join('|'),
    /^failed\|trainer\.out-of-memory\|The trainer ran out of memory.*End other programs.*no checkpoint yet/,
  )
  assert.match(
    (await endOf('abort')).join('|'),
    /^interrupted\|trainer\.crashed\|The trainer process ended by signal SIGABRT\./,
  )
  assert.match((await endOf('heap')).join('|'), /^interrupted\|trainer\.out-of-memory\|/)
  assert.match(
    (await endOf('exit')).join('|'),
    /^interrupted\|trainer\.crashed\|The trainer process ended by exit code 7\./,
  )
})

test('a failed run resumes from its last checkpoint', async (t) => {
  const owner = await testOwner(t, temporaryFolder(t))
  const { runId } = fakeRun(owner, { misbehaves: { step: 14, how: 'throw' } })
  owner.start(runId)
  assert.equal((await owner.whenEnded(runId)).status, 'failed')
  owner.db.prepare(`UPDATE run SET config = json_set(config, '$.misbehaves', null)`).run()
  await owner.resume(runId)
  const run = await owner.whenEnded(runId)
  assert.deepEqual([run.status, run.error, run.step], ['finished', null, 19])
})

test('values that are not finite are left out of the curve and said once', async (t) => {
  const owner = await testOwner(t, temporaryFolder(t))
  const { runId } = fakeRun(owner, { misbehaves: { step: 2, how: 'nan' } }, { totalSteps: 5 })
  owner.start(runId)
  assert.equal((await owner.whenEnded(runId)).status, 'finished')
  assert.equal(readSeries(owner.db, runId, 'policy/klK3').step.length, 0)
  assert.deepEqual([...readSeries(owner.db, runId, 'reward/attempt').value], [0.5])
  const isOne = ({ code }: { code: string }): boolean => code === 'metric.not-finite'
  const [entry] = readLog(owner.db, runId, { after: 0, limit: 9 }).filter(isOne)
  assert.deepEqual(
    [entry?.code, entry?.message.slice(0, 30)],
    ['metric.not-finite', 'policy/klK3 is NaN at step 2; '],
  )
})

test('a trainer that contradicts what is stored is ended, and the run says where', async (t) => {
  const owner = await testOwner(t, temporaryFolder(t))
  const { runId } = fakeRun(owner, { checkpointEvery: 1000, misbehaves: { step: 8, how: 'throw' } })
  owner.start(runId)
  await owner.whenEnded(runId)
  owner.db.prepare(`UPDATE run SET config = json_set(config, '$.seed', 2)`).run()
  await owner.resume(runId)
  const run = await owner.whenEnded(runId)
  assert.deepEqual([run.status, run.error?.code], ['failed', 'run.differs'])
  assert.match(run.error?.message ?? '', /step 0 was computed twice/)
})

test('on a device that is not exact, a resumed run may differ: its curve is that of its weights', async (t) => {
  const dataDir = temporaryFolder(t)
  const owner = await testOwner(t, dataDir, { termsOf: () => ({ ...fakeTerms, isExact: false }) })
  const { runId } = fakeRun(owner, { seed: 1, checkpointEvery: 5, misbehaves: { step: 8, how: 'throw' } })
  owner.start(runId)
  await owner.whenEnded(runId)
  const before = readSeries(owner.db, runId, 'loss/policy').value
  assert.equal(before.length, 8)
  // as if the sums had come out otherwise: the checkpoint of step 5 is replaced by one with another random
  // stream
  const [checkpoint] = readCheckpoints(owner.db, runId)
  assert.equal(checkpoint?.step, 5)
  const other = await writeCheckpoint(
    { dataDir, runId, step: 5 },
    { blobs: { 'weights.bin': new Uint8Array(160_000) }, state: { step: 5, random: 99 } },
  )
  owner.db.prepare(`UPDATE checkpoint SET sha256 = ?, folder = ?`).run(other.sha256, other.folder)
  owner.db.prepare(`UPDATE run SET config = json_set(config, '$.misbehaves', null)`).run()
  await owner.resume(runId)
  assert.equal((await owner.whenEnded(runId)).status, 'finished')
  const { step, value } = readSeries(owner.db, runId, 'loss/policy')
  assert.deepEqual(
    [...step],
    Array.from({ length: 20 }, (_, index) => index),
  )
  assert.deepEqual(value.slice(0, 5), before.slice(0, 5))
  assert.equal(value[5], nextRandom(99) / 2 ** 32)
})

test('a trainer that cannot be started is a failed run with the way out', async (t) => {
  const program = { ...ownerSetup('').program, nodePath: '/nowhere/node' }
  const owner = await testOwner(t, temporaryFolder(t), { program })
  const { runId } = fakeRun(owner, {})
  owner.start(runId)
  const run = await owner.whenEnded(runId)
  assert.deepEqual([run.status, run.error?.code], ['failed', 'trainer.start'])
  assert.match(run.error?.message ?? '', /\/nowhere\/node: .*ENOENT.*recheck doctor/)
})

test('a data folder that is moved away ends the run at once, with nothing written where it was; back in place it resumes', async (t) => {
  const dataDir = join(temporaryFolder(t), 'data')
  const owner = await testOwner(t, dataDir)
  const { runId } = fakeRun(owner, {}, { totalSteps: 5000 })
  const moved = nextEvent(owner, runId, isMetrics)
  owner.start(runId)
  await moved
  renameSync(dataDir, `${dataDir}.moved`)
  const failed = await owner.whenEnded(runId)
  assert.deepEqual([failed.status, failed.error?.code], ['failed', 'store.gone'])
  assert.match(
    failed.error?.message ?? '',
    /was moved, replaced or deleted while it was in use.*put the folder back/,
  )
  assert.equal(existsSync(join(dataDir, 'recheck.db')), false)
  await owner.close('now')
  rmSync(dataDir, { recursive: true, force: true })
  renameSync(`${dataDir}.moved`, dataDir)
  const again = await testOwner(t, dataDir)
  await again.resume(runId)
  await nextEvent(again, runId, isMetrics)
  await again.stop(runId, 'after-step')
  assert.equal((await again.whenEnded(runId)).status, 'stopped')
})
