import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listRunLines } from '../../../src/main/store/runs/runList.ts'
import { readRun } from '../../../src/main/store/runs/runStore.ts'
import { metricsCsv } from '../../../src/main/tools/metricsCsv.ts'
import { parseConfig } from '../../../src/shared/config/parseConfig.ts'
import { addRun, temporaryStore } from './storeFixtures.ts'

const name = '=cmd\x1b]0;x\x07\nsecond \u202eline'
const shown = '=cmd\\u001b]0;x\\u0007 second \\u202eline'

test('labels stored before there was a rule come out as plain text, and the config can be parsed again', (t) => {
  const { db } = temporaryStore(t)
  const config = { ...parseConfig({}, 'test'), name, tags: ['a\nb'], notes: 'one\ntwo\x1b' }
  addRun(db, 'run-1', {
    name,
    tags: ['a\nb', 'fine'],
    notes: 'one\ntwo\x1b',
    group: 'g\x07',
    config: JSON.stringify(config),
  })
  const run = readRun(db, 'run-1')
  assert.deepEqual(
    [run.name, run.tags, run.notes, run.group],
    [shown, ['a b', 'fine'], 'one\ntwo\\u001b', 'g\\u0007'],
  )
  const { name: stored, notes, tags } = parseConfig(JSON.parse(run.config), 'the store')
  assert.deepEqual([stored, notes, tags], [shown, 'one\ntwo\\u001b', ['a b']])
  const [line] = listRunLines(db, { archived: false })
  assert.deepEqual([line?.name, line?.tags, line?.group], [shown, ['a b', 'fine'], 'g\\u0007'])
})

test('a config with nothing to clean comes out byte for byte', (t) => {
  const { db } = temporaryStore(t)
  const config = JSON.stringify({ ...parseConfig({}, 'test'), name: 'Größe 😀', notes: 'one\n\ttwo' })
  addRun(db, 'run-1', { config })
  assert.equal(readRun(db, 'run-1').config, config)
})

test('a CSV of metrics holds no control character and no formula, whatever the run is called', (t) => {
  const { db } = temporaryStore(t)
  addRun(db, 'run-1', { name })
  const run = readRun(db, 'run-1')
  const csv = metricsCsv(db, { ...run, name })
  assert.doesNotMatch(csv, /(?!\n)[\p{Cc}\u202a-\u202e]/u)
})
