import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freeRunId } from '../../../../src/main/store/runs/freeRunId.ts'
import { storeImportedRuns } from '../../../../src/main/store/runs/importedRunStore.ts'
import { deleteRun } from '../../../../src/main/store/runs/runLabels.ts'
import { changeStatus, insertRun, listRuns } from '../../../../src/main/store/runs/runStore.ts'
import type { ImportedRun } from '../../../../src/shared/runs/imports/importedRun.ts'
import { newRun, temporaryStore } from '../storeFixtures.ts'

/** Gives these one after the other. */
function drawn(...ids: string[]): () => string {
  return () => ids.shift() ?? assert.fail('drawn once too often')
}

test('an id that a run has is drawn again, that of a deleted run too', (t) => {
  const { db } = temporaryStore(t)
  insertRun(db, newRun('r-1'), 5)
  insertRun(db, newRun('r-2'), 5)
  changeStatus(db, 'r-2', { status: 'stopped', nowMs: 6 })
  deleteRun(db, 'r-2', 7)
  assert.equal(freeRunId(db, drawn('r-1', 'r-2', 'r-1', 'r-3')), 'r-3')
  assert.equal(freeRunId(db, drawn('r-4')), 'r-4')
})

test('two imported runs for which the same id is drawn are both stored', (t) => {
  const { db } = temporaryStore(t)
  const imported = (fingerprint: string): ImportedRun => ({
    name: fingerprint,
    format: 'table',
    config: '{}',
    startedAtMs: 1000,
    series: [],
    fingerprint,
    notes: [],
  })
  const newRunIds = drawn('r-1', 'r-1', 'r-2')
  storeImportedRuns(db, [imported('a'), imported('b')], { newRunId: newRunIds, source: 'x', nowMs: 5 })
  assert.deepEqual(
    listRuns(db)
      .map(({ runId, name }) => [runId, name])
      .sort(),
    [
      ['r-1', 'a'],
      ['r-2', 'b'],
    ],
  )
})
