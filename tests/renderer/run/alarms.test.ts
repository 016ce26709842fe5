import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupAlarms, parseHidden, withHidden } from '../../../src/renderer/src/run/alarms.ts'
import type { RunLogEntry } from '../../../src/shared/records.ts'

function entry(sequence: number, level: RunLogEntry['level'], code: string): RunLogEntry {
  return { runId: 'r', sequence, atMs: sequence * 10, level, code, message: `m${sequence}`, remedy: null }
}

test('one line a kind, newest first, with how often and since when; plain messages are none', () => {
  const log = [
    entry(1, 'warning', 'a'),
    entry(2, 'info', 'b'),
    entry(3, 'error', 'c'),
    entry(4, 'warning', 'a'),
    entry(5, 'warning', 'a'),
  ]
  assert.deepEqual(
    groupAlarms(log).map(({ newest, count, firstAtMs }) => [newest.message, count, firstAtMs]),
    [
      ['m5', 3, 10],
      ['m3', 1, 30],
    ],
  )
})

test('an alarm that flickers 1,000 times is one line', () => {
  const log = Array.from({ length: 1000 }, (_, index) => entry(index, 'warning', 'alarm.kl'))
  assert.deepEqual(
    groupAlarms(log).map(({ count }) => count),
    [1000],
  )
})

test('what was hidden stays so by run, survives storage, and the oldest runs are forgotten', () => {
  const hidden = withHidden(withHidden({}, 'a', ['x']), 'b', ['x', 'y'])
  assert.deepEqual(parseHidden(JSON.parse(JSON.stringify(hidden))), { a: ['x'], b: ['x', 'y'] })
  assert.deepEqual(withHidden(hidden, 'b', []), { a: ['x'] })
  let many = {}
  for (let run = 0; run < 250; run++) many = withHidden(many, `r${run}`, ['x'])
  assert.equal(Object.keys(many).length, 200)
  assert.equal('r49' in many, false)
})

test('stored text that another version wrote is not trusted', () => {
  assert.deepEqual(parseHidden({ a: ['x', 5], b: 'no' }), { a: ['x'] })
  assert.equal(parseHidden(7), null)
})
