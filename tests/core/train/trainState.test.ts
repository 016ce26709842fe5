import assert from 'node:assert/strict'
import { test } from 'node:test'
import { firstLengthsAfter, initialTrainState, readTrainState } from '../../../src/core/train/trainState.ts'

const half = { 'verdict/correct': 0.5, 'verdict/wrong': 0.5, 'revision/correct': 0.5, 'revision/wrong': 0.5 }

const reference = { shares: half, correctShare: 0.25, attempts: { correct: 25, count: 100 } }

test('a state comes back from JSON as it was', () => {
  const state = {
    ...initialTrainState(reference),
    activeAlarms: { 'alarm.kl': { since: 12, quietSteps: 3 } },
  }
  assert.deepEqual(readTrainState(JSON.parse(JSON.stringify(state))), state)
})

test('reads states from before alarms had quiet steps, and from before they kept the step that raised them', () => {
  const { recentTurns: _, firstAttempts: _first, ...state } = initialTrainState(reference)
  const read = readTrainState({ ...state, activeAlarms: ['alarm.kl', 'alarm.entropy'] })
  const active = { since: null, quietSteps: 0 }
  assert.deepEqual(read.activeAlarms, { 'alarm.kl': active, 'alarm.entropy': active })
  const later = readTrainState({ ...state, activeAlarms: { 'alarm.kl': 3 } })
  assert.deepEqual(later.activeAlarms, { 'alarm.kl': { since: null, quietSteps: 3 } })
  assert.deepEqual([read.recentTurns, read.firstAttempts], [[], { correct: 0, count: 0 }])
})

test('reads the counts of a checkpoint that calls correct turns right', () => {
  const state = initialTrainState(reference)
  const groups = { groups: 4, withoutSpread: 1 }
  const step = (first: object) => ({
    'verdict/correct': { ...first, seen: 3 },
    'verdict/wrong': { ...first, seen: 5 },
    'revision/correct': { ...first, seen: 7 },
    'revision/wrong': { ...first, seen: 9 },
  })
  const stored = { ...state, recentTurns: [{ ...step({ right: 2 }), groups }, step({ correct: 2 })] }
  const { recentTurns } = readTrainState(JSON.parse(JSON.stringify(stored)))
  assert.deepEqual(recentTurns, [{ ...step({ correct: 2 }), groups }, step({ correct: 2 })])
})

test('first lengths: a kind that a step lacks is measured at the first step that has it, and then stays', () => {
  const first = firstLengthsAfter(null, {
    'length/attempt': 20,
    'length/verdict': 30,
    'length/revision': null,
  })
  assert.deepEqual(first, { attempt: 20, verdict: 30, revision: null })
  const second = firstLengthsAfter(first, {
    'length/attempt': 50,
    'length/verdict': 50,
    'length/revision': 25,
  })
  assert.deepEqual(second, { attempt: 20, verdict: 30, revision: 25 })
  assert.deepEqual(firstLengthsAfter(second, { 'length/revision': 99 }), second)
})
