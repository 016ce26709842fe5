import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Listeners } from '../../src/shared/listeners.ts'

test('every listener is told, in order, until it is removed; removing it twice does nothing', () => {
  const heard: string[] = []
  const listeners = new Listeners<number>()
  const end = listeners.add((value) => heard.push(`a${value}`))
  listeners.add((value) => heard.push(`b${value}`))
  listeners.tell(1)
  end()
  end()
  listeners.tell(2)
  assert.deepEqual(heard, ['a1', 'b1', 'b2'])
})

test('one that is removed or added while a message is told changes nothing of this message', () => {
  const heard: string[] = []
  const listeners = new Listeners<null>()
  const ends = [
    listeners.add(() => {
      heard.push('first')
      ends[1]?.()
      listeners.add(() => heard.push('late'))
    }),
    listeners.add(() => heard.push('second')),
  ]
  listeners.tell(null)
  assert.deepEqual(heard, ['first', 'second'])
})
