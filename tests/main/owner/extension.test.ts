import assert from 'node:assert/strict'
import { test } from 'node:test'
import { extensionNoteOf } from '../../../src/main/owner/localOwner.ts'
import type { Owner } from '../../../src/main/owner/owner.ts'
import { readLog } from '../../../src/main/store/eventLog.ts'
import { readSeries } from '../../../src/main/store/metrics/metricQuery.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'
import { testOwner } from './support/ownerFixtures.ts'
import { realProgram, realRun, runToEnd } from './realRuns/realRuns.ts'

function messageOf(owner: Owner, runId: string, code: string): string {
  const entry = readLog(owner.db, runId, { after: 0, limit: 99 }).find((each) => each.code === code)
  return entry?.message ?? assert.fail(`nothing said of ${code}`)
}

/** Learning rates of the steps, as the trainer used them. */
function ratesOf(owner: Owner, runId: string): readonly number[] {
  return [...readSeries(owner.db, runId, 'update/learningRate').value]
}

const short = { evalEvery: 'never', data: { validation: 2, test: 2 }, turns: 'single' }

test('a run with a schedule that is extended says what the learning rate does, and the trainer does that', async (t) => {
  const owner = await testOwner(t, temporaryFolder(t), { program: realProgram, extensionNoteOf })
  const optimizer = { learningRate: 3e-5, schedule: 'linear' }
  const { runId } = await runToEnd(owner, realRun(owner, { ...short, steps: 3, optimizer }))
  owner.extend(runId, 2)
  await owner.whenEnded(runId)
  // 3e-5 · 1/3 before, 3e-5 · 2/5 after
  assert.equal(
    messageOf(owner, runId, 'run.extended'),
    'Extended by 2 steps to 5. The linear schedule now ends at step 5: the learning rate goes from 1e-5 at step 2 to ' +
      '1.2e-5 at step 3 (1.2 times as high).',
  )
  const rates = ratesOf(owner, runId)
  assert.deepEqual(
    rates.map((rate) => Number(rate.toPrecision(3))),
    [3e-5, 2e-5, 1e-5, 1.2e-5, 6e-6],
  )
})

test('a run that goes on with another rate or schedule says the same; with other settings nothing of it', async (t) => {
  const owner = await testOwner(t, temporaryFolder(t), { program: realProgram, extensionNoteOf })
  const constant = { ...short, steps: 2, checkpointEvery: 1, optimizer: { learningRate: 3e-5 } }
  const { runId } = await runToEnd(owner, realRun(owner, constant))
  owner.extend(runId, 2)
  await owner.stop(runId, 'now')
  await owner.whenEnded(runId)
  assert.equal(messageOf(owner, runId, 'run.extended'), 'Extended by 2 steps to 4.')
  await owner.resume(runId, { settings: { optimizer: { schedule: 'cosine' } }, fromStep: 1 })
  await owner.whenEnded(runId)
  // (1 + cos π/4) / 2 = 0.854
  assert.match(
    messageOf(owner, runId, 'run.changed'),
    /taken back\. From there, the learning rate goes from 3e-5 at step 0 to 2\.6e-5 at step 1 \(0\.85 of it\)\.$/,
  )
  assert.ok(Math.abs((ratesOf(owner, runId)[1] ?? 0) - 0.853553 * 3e-5) < 1e-10)
})
