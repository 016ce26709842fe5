import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emitMaterialNotes } from '../../../src/main/trainer/materialNotes.ts'
import type { JobEvent } from '../../../src/main/wire/jobPort.ts'

test('what is to be known of data and models is in the log of the run, each note once', () => {
  const events: JobEvent[] = []
  const problems = { splits: { train: [], validation: [], test: [] }, marker: 'hash' as const }
  const port = { emit: (event: JobEvent) => void events.push(event) }
  emitMaterialNotes({ problems: { ...problems, note: null }, modelNotices: [] }, port)
  assert.equal(events.length, 0)
  emitMaterialNotes(
    { problems: { ...problems, note: '3 rows are left out' }, modelNotices: ['a', 'b'] },
    port,
  )
  assert.deepEqual(
    events.map((event) => event.type === 'log' && [event.level, event.code, event.key, event.message]),
    [
      ['warning', 'data.note', 'data.note', '3 rows are left out'],
      ['warning', 'model.note', 'model.note-0', 'a'],
      ['warning', 'model.note', 'model.note-1', 'b'],
    ],
  )
})
