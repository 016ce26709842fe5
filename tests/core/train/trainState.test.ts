import assert from 'node:assert/strict'
import { test } from 'node:test'
import { initialTrainState, readTrainState } from '../../../src/core/train/trainState.ts'

const half = { 'verdict/correct': 0.5, 'verdict/wrong': 0.5, 'revision/correct': 0.5, 'revision/wrong': 0.5 }

test('a state comes back from JSON as it was', () => {
  const state = {
    ...initialTrainState({ shares: half, correctShare: 0.25 }),
    activeAlarms: { 'alarm.kl': 3 },
  }
  assert.deepEqual(readTrainState(JSON.parse(JSON.stringify(state))), state)
})

test('a state of before alarms had a quiet time: those that were on are on, nothing is known of recent turns', () => {
  const { recentTurns: _, ...state } = initialTrainState({ shares: half, correctShare: 0.25 })
  const read = readTrainState({ ...state, activeAlarms: ['alarm.kl', 'alarm.entropy'] })
  assert.deepEqual(read.activeAlarms, { 'alarm.kl': 0, 'alarm.entropy': 0 })
  assert.deepEqual(read.recentTurns, [])
})
