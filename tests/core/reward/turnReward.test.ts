import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plainRewards, rewardsOfTurn, trainingRewards } from '../../../src/core/reward/turnReward.ts'

test('rewards by hand at α = 0.5: attempt 0 and 1, revision 0 and 1.5 after wrong, −0.5 and 1 after correct', () => {
  const rewards = plainRewards({ revisionBonus: 0.5 })
  assert.deepEqual(rewardsOfTurn('attempt', true, rewards), { low: 0, high: 1 })
  assert.deepEqual(rewardsOfTurn('verdict', true, rewards), { low: 0, high: 1 })
  assert.deepEqual(rewardsOfTurn('verdict', false, rewards), { low: 0, high: 1 })
  assert.deepEqual(rewardsOfTurn('revision', false, rewards), { low: 0, high: 1.5 })
  assert.deepEqual(rewardsOfTurn('revision', true, rewards), { low: -0.5, high: 1 })
})

test('only `balanced` weighs verdicts in training: 4 in 5 correct attempts give 0.5 / 0.8 and 0.5 / 0.2', () => {
  const training = (verdictReward: 'plain' | 'balanced') =>
    trainingRewards({ revisionBonus: 1, verdictReward }, 0.8)
  assert.deepEqual(training('plain'), plainRewards({ revisionBonus: 1 }))
  const { afterCorrect, afterWrong } = training('balanced').verdictWeights
  assert.equal(afterCorrect, 0.625)
  assert.ok(Math.abs(afterWrong - 2.5) < 1e-12)
})
