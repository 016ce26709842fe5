import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseHidden, withHidden } from '../../../src/renderer/src/run/alarms/hiddenAlarms.ts'

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
