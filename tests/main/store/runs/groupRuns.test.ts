import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findRunOfGroup, groupTotals } from '../../../../src/main/store/runs/groupRuns.ts'
import { deleteRun } from '../../../../src/main/store/runs/runLabels.ts'
import { addRun, temporaryStore } from '../storeFixtures.ts'

test('of several runs with one name in a group the newest counts, deleted ones and other groups do not', (t) => {
  const { db } = temporaryStore(t)
  assert.equal(findRunOfGroup(db, 'sweep', 'a'), null)
  assert.deepEqual(groupTotals(db, 'sweep'), { runs: 0, tokens: 0, activeMs: 0 })
  const runs = [
    ['r1', 'a', 'sweep', 1],
    ['r2', 'a', 'sweep', 10],
    ['r3', 'b', 'sweep', 100],
    ['r4', 'b', 'sweep', 1000],
    ['r5', 'a', 'another', 10_000],
    ['r6', 'a', null, 100_000],
  ] as const
  for (const [runId, name, group, amount] of runs) {
    addRun(db, runId, { name, group })
    db.prepare('UPDATE run SET tokens_generated = ?, active_ms = ? WHERE run_id = ?').run(
      amount,
      2 * amount,
      runId,
    )
  }
  db.prepare("UPDATE run SET status = 'stopped' WHERE run_id = 'r4'").run()
  deleteRun(db, 'r4', 5)
  assert.equal(findRunOfGroup(db, 'sweep', 'a')?.runId, 'r2')
  assert.equal(findRunOfGroup(db, 'sweep', 'b')?.runId, 'r3')
  assert.equal(findRunOfGroup(db, 'sweep', 'c'), null)
  assert.deepEqual(groupTotals(db, 'sweep'), { runs: 2, tokens: 110, activeMs: 220 })
})
