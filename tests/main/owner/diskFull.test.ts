import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openNewestCheckpoint } from '../../../src/main/run/newestCheckpoint.ts'
import { readCheckpoints } from '../../../src/main/store/checkpointStore.ts'
import { integrityProblems } from '../../../src/main/store/database.ts'
import { readSeries } from '../../../src/main/store/metrics/metricQuery.ts'
import { readVStarEstimates } from '../../../src/main/store/vStarStore.ts'
import type { RunEvent } from '../../../src/shared/runs/runEvent.ts'
import { mountSmallDisk } from '../smallDisk.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'
import { estimateOf } from './support/fakeJob.ts'
import { fakeRun, nextEvent, testOwner } from './support/ownerFixtures.ts'

const isError = (event: RunEvent): event is Extract<RunEvent, { type: 'log' }> =>
  event.type === 'log' && event.level === 'error'
const isCheckpoint = (event: RunEvent): event is Extract<RunEvent, { type: 'checkpoint' }> =>
  event.type === 'checkpoint'
const isVStar = (event: RunEvent): event is Extract<RunEvent, { type: 'vStar' }> => event.type === 'vStar'

/** The disk, full or not; where no small disk can be made, the database alone is kept from growing. */
function fullness(
  disk: ReturnType<typeof mountSmallDisk>,
  owner: Awaited<ReturnType<typeof testOwner>>,
): (isFull: boolean) => void {
  return (isFull) => {
    if (disk) return isFull ? disk.fill() : disk.free()
    const pages = Number(owner.db.pragma('page_count', { simple: true }))
    owner.db.pragma(`max_page_count = ${isFull ? pages : 1e6}`)
  }
}

test('a disk that fills while V* is estimated: the run waits, and every estimate is there in the end', async (t) => {
  const disk = mountSmallDisk(t, 8_000_000)
  const owner = await testOwner(t, disk?.folder ?? temporaryFolder(t))
  const setFull = fullness(disk, owner)
  const { runId } = fakeRun(owner, { seed: 3, stepMs: 1 }, { stage: 'estimate-v-star', totalSteps: 1500 })
  const moved = nextEvent(owner, runId, isVStar)
  owner.start(runId)
  await moved
  const said = nextEvent(owner, runId, isError)
  setFull(true)
  assert.equal((await said).code, 'store.disk-full')
  setFull(false)
  const run = await owner.whenEnded(runId)
  assert.deepEqual([run.status, run.error], ['finished', null])
  assert.deepEqual(
    readVStarEstimates(owner.db, `v-${runId}`),
    Array.from({ length: 1500 }, (_, index) => estimateOf(index, 3)),
  )
})

test('a disk that fills while checkpoints are written: the run fails or waits, no checkpoint is harmed, and it ends as if nothing had been', async (t) => {
  const disk = mountSmallDisk(t, 8_000_000)
  const dataDir = disk?.folder ?? temporaryFolder(t)
  const owner = await testOwner(t, dataDir)
  const setFull = fullness(disk, owner)
  const { runId } = fakeRun(owner, { stepMs: 2, checkpointEvery: 2 }, { totalSteps: 400 })
  const saved = nextEvent(owner, runId, isCheckpoint)
  owner.start(runId)
  await saved
  const said = nextEvent(owner, runId, isError)
  setFull(true)
  await said
  for (const record of readCheckpoints(owner.db, runId)) {
    const newest = await openNewestCheckpoint(dataDir, [record])
    assert.deepEqual(newest?.damaged, [])
  }
  setFull(false)
  let run = await owner.whenEnded(runId)
  t.diagnostic(`${run.status} ${run.error?.code ?? ''}`)
  // whether the checkpoint or the row about it meets the full disk first is chance
  if (run.status !== 'finished') {
    assert.deepEqual([run.status, run.error?.code], ['failed', 'file.disk-full'])
    assert.match(
      run.error?.message ?? '',
      /step-\d+-[0-9a-f]+: the disk is full; what was there before is untouched/,
    )
    await owner.resume(runId)
    run = await owner.whenEnded(runId)
  }
  assert.deepEqual([run.status, run.error], ['finished', null])
  assert.equal(readSeries(owner.db, runId, 'loss/policy').step.length, 400)
  assert.deepEqual(integrityProblems(owner.db), [])
})
