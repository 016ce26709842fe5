import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { turnActionLoss } from '../../../../src/core/rl/losses/turnActionLoss.ts'
import { assertLoss } from './twoRows.ts'

const gain = tf.tensor2d([
  [2, 4, 0],
  [6, 8, 10],
])

test('gains are weighted turn by turn and charged; a sum of the loss’s own stands beside the common ones', () => {
  const settings = { name: 'of a test', usesReference: true, hasEntropyBonus: true }
  const loss = turnActionLoss(settings, () => ({ gain, sums: { clipped: tf.scalar(7) } }))
  assert.equal(loss.name, 'of a test')
  assertLoss(loss, {
    loss: -0.5 * (2 + 4 + 6 + 8 + 10) - 0.9,
    sums: {
      lossAttempt: -4,
      lossVerdict: -6,
      lossRevision: -5,
      lossEntropyBonus: -0.9,
      clipped: 7,
      negLogProb: 7.1,
    },
  })
})
