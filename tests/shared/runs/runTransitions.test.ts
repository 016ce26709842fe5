import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runStatuses } from '../../../src/shared/runs/records.ts'
import { actionsOf, assertMayBecome, isOver, mayBecome } from '../../../src/shared/runs/runTransitions.ts'

/** Rows: from; columns: to, in the order of the letters. `x` = allowed. */
const letters = ['queued', 'running', 'paused', 'stopped', 'interrupted', 'failed', 'finished'] as const
const table = {
  //             q r p s i f F
  queued: /*  */ '. x . x . x .',
  running: /* */ '. . x x x x x',
  paused: /*  */ 'x x . x x . .',
  stopped: /* */ 'x . . . . . .',
  interrupted: 'x . . . . . .',
  failed: /*  */ 'x . . . . . .',
  finished: /**/ 'x . . . . . .',
}

test('every pair of statuses is allowed or refused as the table says', () => {
  assert.deepEqual([...runStatuses].sort(), [...letters].sort())
  let pairs = 0
  for (const from of runStatuses) {
    for (const to of runStatuses) {
      const isAllowed = table[from].split(' ')[letters.indexOf(to)] === 'x'
      assert.equal(mayBecome(from, to), isAllowed, `${from} → ${to}`)
      if (isAllowed) assertMayBecome('r', from, to)
      else {
        assert.throws(() => assertMayBecome('r', from, to), {
          code: 'run.transition',
          message: new RegExp(`^run r is ${from} and cannot become ${to}; from ${from} it can become `),
        })
      }
      pairs++
    }
  }
  assert.equal(pairs, 49)
})

test('what a user may ask fits the status; what has no steps is given no more of them', () => {
  for (const stage of ['estimate-v-star', 'self-correction'] as const) {
    assert.deepEqual(actionsOf({ stage, status: 'running' }), ['pause', 'stop-after-step', 'stop-now'])
    assert.deepEqual(actionsOf({ stage, status: 'paused' }), ['resume', 'stop-now'])
    for (const status of ['stopped', 'interrupted', 'failed'] as const)
      assert.deepEqual(actionsOf({ stage, status }), ['resume'])
    assert.deepEqual(actionsOf({ stage, status: 'queued' }), ['stop-now'])
  }
  assert.deepEqual(actionsOf({ stage: 'self-correction', status: 'finished' }), ['extend'])
  assert.deepEqual(actionsOf({ stage: 'estimate-v-star', status: 'finished' }), [])
})

test('a run is over when it changes no more by itself', () => {
  assert.deepEqual(runStatuses.filter(isOver), ['stopped', 'interrupted', 'failed', 'finished'])
})
