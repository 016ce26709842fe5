import assert from 'node:assert/strict'
import { test } from 'node:test'
import { imitationLoss } from '../../../../src/core/rl/losses/imitation.ts'
import { assertClose } from '../../../assertClose.ts'
import { assertLoss, gradientOf } from './twoRows.ts'

test('rejection sampling by hand: cross-entropy, token by token, each with its own weight', () => {
  const loss = imitationLoss({ hasEntropyBonus: false })
  assertLoss(loss, {
    loss: 0.5 * (1 + 2 + 0.5 + 0.2 + 0.4 + 3),
    sums: {
      lossAttempt: 0.5 * (1 + 2 + 0.2),
      lossVerdict: 0.5 * (0.5 + 0.4),
      lossRevision: 0.5 * 3,
      lossEntropyBonus: 0,
    },
  })
})

test('its gradient on ln π is −weight on every token, and 0 beyond the row', () => {
  gradientOf(imitationLoss({ hasEntropyBonus: false })).forEach((row) =>
    row.forEach((slope, t) => assertClose(slope, t < 3 ? -0.5 : 0, 1e-6)),
  )
  assert.ok(imitationLoss({ hasEntropyBonus: true }).needsEntropy)
})
