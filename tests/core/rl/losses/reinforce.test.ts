import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reinforceLoss } from '../../../../src/core/rl/losses/reinforce.ts'
import { assertClose } from '../../../assertClose.ts'
import { assertLoss, gradientOf } from './twoRows.ts'

test('by hand: −Σ weight · A · ln π of the turn', () => {
  // ln π of the turns is −3 and −0.5, and −0.2, −0.4 and −3
  assertLoss(reinforceLoss({ usesReference: true, hasEntropyBonus: false }), {
    loss: -0.5 * (-3 + 0.5 + 0.2 - 0.4 + 3),
    sums: {
      lossAttempt: -0.5 * (-3 + 0.2),
      lossVerdict: -0.5 * (0.5 - 0.4),
      lossRevision: -0.5 * 3,
      lossEntropyBonus: 0,
      klK1: -1.2,
    },
  })
})

test('the entropy bonus is taken from the loss and told apart', () => {
  assertLoss(reinforceLoss({ usesReference: false, hasEntropyBonus: true }), {
    loss: -0.5 * 0.3 - 0.9,
    sums: { lossEntropyBonus: -0.9 },
  })
})

test('the gradient is −weight · A on every token of the turn, 0 elsewhere', () => {
  const slopes = gradientOf(reinforceLoss({ usesReference: false, hasEntropyBonus: false }))
  const expected = [
    [-0.5, -0.5, 0.5, 0],
    [0.5, -0.5, 0.5, 0],
  ]
  assert.equal(slopes.length, 2)
  slopes.forEach((row, i) => row.forEach((slope, t) => assertClose(slope, expected[i]?.[t] ?? NaN, 1e-6)))
})
