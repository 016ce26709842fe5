import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Database } from '../../../../src/main/store/database.ts'
import { deleteRun, labelRun } from '../../../../src/main/store/runs/runLabels.ts'
import { insertRemoteRun } from '../../../../src/main/store/runs/remoteRunStore.ts'
import { listRunLines, readRunValues } from '../../../../src/main/store/runs/runList.ts'
import { changeStatus, readRun } from '../../../../src/main/store/runs/runStore.ts'
import { presetConfig } from '../../../../src/shared/config/presets.ts'
import { listedRun } from '../../../../src/shared/runs/runList.ts'
import { addRun, temporaryStore } from '../storeFixtures.ts'

/** Three runs that differ in the fields that the tests ask for; `b` is running, with metrics. */
function threeRuns(t: TestContext): Database {
  const { db } = temporaryStore(t)
  const config = (layer: object): string => JSON.stringify(presetConfig('builtin', { ...layer }))
  addRun(db, 'a', { config: config({ seed: 1, problemsPerStep: 8 }), tags: ['two', 'one'], notes: 'why' })
  addRun(db, 'b', { config: config({ seed: 2, optimizer: { learningRate: 3e-5 } }), group: 'g' })
  addRun(db, 'c', { config: config({ seed: 3 }) })
  changeStatus(db, 'b', { status: 'running', process: { processId: 5, processStartedAtMs: 6 }, nowMs: 9 })
  const latest = { 'accuracy/final': 0.75, 'policy/klK1': -0.5, 'verifier/accuracy': null, 'speed/update': 9 }
  db.prepare("UPDATE run SET latest = ? WHERE run_id = 'b'").run(JSON.stringify(latest))
  return db
}

test('a line of the list is the run as it is stored, less config and further metrics', (t) => {
  const db = threeRuns(t)
  const lines = listRunLines(db, { archived: false })
  assert.deepEqual(
    lines,
    ['c', 'b', 'a'].map((runId) => listedRun(readRun(db, runId))),
  )
  assert.deepEqual(lines[1]?.latest, { 'accuracy/final': 0.75 })
  assert.deepEqual(lines[2]?.tags, ['one', 'two'])
  assert.equal(
    lines.some((line) => 'config' in line),
    false,
  )
})

test('a run of a cluster is listed as one, a run of this machine is not', (t) => {
  const db = threeRuns(t)
  const place = { engine: 'ray', address: 'http://head:8265', shared: '/nfs', packageFolder: null } as const
  insertRemoteRun(db, 'b', { ...place, modulesFolder: null, cpus: 1, gpus: 0, memoryBytes: null })
  const lines = listRunLines(db, { archived: false })
  assert.deepEqual(
    lines.map(({ runId, isElsewhere }) => [runId, isElsewhere]),
    [
      ['c', undefined],
      ['b', true],
      ['a', undefined],
    ],
  )
})

test('a pinned run is listed as one, and stays it through other labels', (t) => {
  const { db } = temporaryStore(t)
  addRun(db, 'a')
  assert.equal(labelRun(db, 'a', { pinned: true }).pinned, true)
  assert.equal(labelRun(db, 'a', { notes: 'n' }).pinned, true)
  assert.equal(listRunLines(db, { archived: false })[0]?.pinned, true)
  assert.equal(labelRun(db, 'a', { pinned: false }).pinned, false)
  assert.equal(listRunLines(db, { archived: false })[0]?.pinned ?? false, false)
})

test('archived runs are listed alone, deleted ones not at all, and some statuses where they are asked for', (t) => {
  const db = threeRuns(t)
  const ids = (archived: boolean): string =>
    listRunLines(db, { archived })
      .map(({ runId }) => runId)
      .join('')
  labelRun(db, 'a', { archived: true })
  changeStatus(db, 'c', { status: 'stopped', nowMs: 10 })
  deleteRun(db, 'c', 11)
  assert.deepEqual([ids(false), ids(true)], ['b', 'a'])
  assert.equal(listRunLines(db, { archived: false, statuses: ['queued', 'failed'] }).length, 0)
  assert.equal(listRunLines(db, { archived: false, statuses: ['running'] }).length, 1)
})

test('values that a filter names: config fields of any depth and kind, metrics, null where there is none', (t) => {
  const db = threeRuns(t)
  const names = ['optimizer.learningRate', 'method', 'model.lora', 'policy/klK1', 'no.such', 'alarms.enabled']
  const { values } = readRunValues(db, { archived: false }, names)
  assert.deepEqual(values.b, [3e-5, 'a-star-po', null, -0.5, null, true])
  assert.equal(values.a?.[3], null)
  assert.deepEqual(Object.keys(values).sort(), ['a', 'b', 'c'])
})

test('a name is a key, never SQL or another path', (t) => {
  const db = threeRuns(t)
  const { values } = readRunValues(db, { archived: false }, [`seed'); DROP TABLE run; --`, '"', '..', 'seed'])
  assert.deepEqual(values.a, [null, null, null, 1])
})

test('the list reads runs, their tags and which are executed elsewhere, no history', (t) => {
  const db = threeRuns(t)
  const seen: string[] = []
  const spied = new Proxy(db, {
    get: (target, key) =>
      key === 'prepare'
        ? (text: string) => {
            seen.push(text)
            return target.prepare(text)
          }
        : (Reflect.get(target, key) as unknown),
  })
  listRunLines(spied, { archived: false })
  const tables = seen.flatMap((text) => [...text.matchAll(/\b(?:FROM|JOIN) (\w+)/g)].map((match) => match[1]))
  assert.deepEqual(tables.sort(), ['remote_run', 'run', 'tag'])
})
