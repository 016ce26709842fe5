import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openForWriting } from '../../../src/main/store/database.ts'
import { keepSweep, listSweeps, readSweep } from '../../../src/main/store/sweepStore.ts'
import { parseSweep } from '../../../src/shared/sweep/sweepSpec.ts'
import { temporaryFolder } from './storeFixtures.ts'

const planned = { kind: 'sweep', trials: 2, place: null, parallel: null } as const
const specOf = (seeds: readonly number[]) =>
  parseSweep({ name: 'rates', grid: { 'optimizer.learningRate': [1e-5, 1e-4] }, seeds }, 'a test')

test('a sweep is kept whole; kept once more, it has its new seeds and its first time', (t) => {
  const db = openForWriting(temporaryFolder(t))
  t.after(() => db.close())
  keepSweep(db, { ...planned, spec: specOf([0]) }, 5)
  keepSweep(db, { ...planned, spec: parseSweep({ name: 'b', grid: { seed: [1] } }, 'a test') }, 7)
  keepSweep(db, { ...planned, trials: 4, spec: specOf([0, 1]) }, 9)
  assert.deepEqual(
    listSweeps(db).map(({ spec, createdAtMs }) => [spec.name, createdAtMs]),
    [
      ['b', 7],
      ['rates', 5],
    ],
  )
  const kept = readSweep(db, 'rates')
  assert.deepEqual(kept, { ...planned, trials: 4, spec: specOf([0, 1]), createdAtMs: 5 })
  assert.equal(readSweep(db, 'none'), null)
})
