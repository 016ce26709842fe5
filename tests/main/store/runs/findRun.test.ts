import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findRun } from '../../../../src/main/store/runs/findRun.ts'
import { deleteRun } from '../../../../src/main/store/runs/runLabels.ts'
import { changeStatus } from '../../../../src/main/store/runs/runStore.ts'
import { addRun, temporaryStore } from '../storeFixtures.ts'

const estimate = { stage: 'estimate-v-star' } as const

test('a run is named by its id, its name, the beginning or end of its id, or its group: the first that fits decides', (t) => {
  const { db } = temporaryStore(t)
  addRun(db, 'run-1a', { name: 'seven', group: 'sweep' })
  addRun(db, 'run-2b', { name: 'run-1a', group: 'other' }) // named like another's id
  addRun(db, 'run-3c', { name: '1a', group: 'seven' }) // like the end of an id; a group like a name
  for (const [wanted, runId] of [
    ['run-1a', 'run-1a'],
    ['1a', 'run-3c'],
    ['seven', 'run-1a'],
    ['run-2', 'run-2b'],
    ['2b', 'run-2b'],
    ['sweep', 'run-1a'],
    ['other', 'run-2b'],
  ] as const)
    assert.equal(findRun(db, wanted).runId, runId, wanted)
})

test('what fits no run is unknown, whatever its characters and length; what was deleted says so', (t) => {
  const { db } = temporaryStore(t)
  addRun(db, 'run-1a', { name: 'gone', group: 'old' })
  for (const wanted of ['nothing', '', '%', '_', "' OR 1=1 --", 'run-1a ', '\u0000'])
    assert.throws(() => findRun(db, wanted), { code: 'run.unknown' }, wanted)
  assert.throws(() => findRun(db, 'r'.repeat(300)), {
    code: 'run.unknown',
    message: `there is no run "${'r'.repeat(80)}…" (300 characters) here. The runs page and "recheck runs" list what there is.`,
  })
  changeStatus(db, 'run-1a', { status: 'stopped', nowMs: 1 })
  deleteRun(db, 'run-1a', 1)
  for (const wanted of ['run-1a', 'gone', '1a', 'old'])
    assert.throws(() => findRun(db, wanted), { code: 'run.deleted', message: /^run run-1a was deleted/ })
})

test('several runs that fit are listed, newest first, a few of them, and none is taken', (t) => {
  const { db } = temporaryStore(t)
  for (let index = 1; index <= 9; index++) addRun(db, `run-${index}`, { name: 'same', group: 'sweep' })
  for (const wanted of ['same', 'run-', 'sweep'])
    assert.throws(() => findRun(db, wanted), {
      code: 'run.ambiguous',
      message: new RegExp(
        `^"${wanted}" may mean 9 runs\\. Give one of these ids:\n {2}run-9 \\(same, queued\\)\n {2}run-8 .*(\n.*){4}\n {2}and 3 more, see "recheck runs"$`,
      ),
    })
})

test('of runs that share a name or a group, a stage 1 run gives way to the training run that uses its estimate', (t) => {
  const { db } = temporaryStore(t)
  const demo = { name: 'mine', group: 'demo' }
  addRun(db, 'run-1', { ...demo, ...estimate, vStarId: 'v-1' })
  assert.equal(findRun(db, 'demo').runId, 'run-1')
  addRun(db, 'run-2', { ...demo, vStarId: 'v-1' })
  assert.equal(findRun(db, 'demo').runId, 'run-2')
  assert.equal(findRun(db, 'mine').runId, 'run-2')
  // an id leaves no such choice
  assert.throws(() => findRun(db, 'run-'), { code: 'run.ambiguous', message: /run-2 .*\n {2}run-1 / })
  // a second demo in its stage 1: its estimate is not that of the first
  addRun(db, 'run-3', { ...demo, ...estimate })
  assert.throws(() => findRun(db, 'demo'), { code: 'run.ambiguous', message: /run-3 .*\n {2}run-2 / })
  // two that have no estimate yet have nothing in common
  addRun(db, 'run-4', { name: 'two', ...estimate })
  addRun(db, 'run-5', { name: 'two' })
  assert.throws(() => findRun(db, 'two'), { code: 'run.ambiguous' })
})
