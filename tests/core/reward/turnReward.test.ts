import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  lengthPenalty,
  plainRewards,
  rewardsOfTurn,
  trainingRewards,
} from '../../../src/core/reward/turnReward.ts'
import { parseConfig } from '../../../src/shared/config/parseConfig.ts'

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
    trainingRewards(parseConfig({ verdictReward }, 'test'), 0.8, 0)
  assert.deepEqual(training('plain'), plainRewards({ revisionBonus: 1 }))
  const { afterCorrect, afterWrong } = training('balanced').verdictWeights
  assert.equal(afterCorrect, 0.625)
  assert.ok(Math.abs(afterWrong - 2.5) < 1e-12)
})

test('SCoRe: first the second attempt alone is rewarded, without bonus; then both, with α = 10', () => {
  const config = parseConfig(
    { turns: 'direct-multi-turn', method: 'rloo', revisionBonus: 10, score: { firstStageSteps: 3 } },
    'test',
  )
  const first = trainingRewards(config, 0.5, 2)
  assert.deepEqual(rewardsOfTurn('attempt', true, first), { low: 0, high: 0 })
  assert.deepEqual(rewardsOfTurn('revision', false, first), { low: 0, high: 1 })
  assert.deepEqual(rewardsOfTurn('revision', true, first), { low: 0, high: 1 })
  const second = trainingRewards(config, 0.5, 3)
  assert.deepEqual(rewardsOfTurn('attempt', true, second), { low: 0, high: 1 })
  // c₂ + 10·(c₂ − c₁)
  assert.deepEqual(rewardsOfTurn('revision', false, second), { low: 0, high: 11 })
  assert.deepEqual(rewardsOfTurn('revision', true, second), { low: -10, high: 1 })
})

test('soft length penalty by hand: L_max = 20 480, L_cache = 4 096, as in DAPO', () => {
  const softLength = { most: 20_480, soft: 4096 }
  const expected = [
    [1, 0],
    [16_384, 0],
    [17_408, -0.25],
    [18_432, -0.5],
    [20_480, -1],
  ] as const
  for (const [tokens, penalty] of expected) assert.equal(lengthPenalty(tokens, softLength), penalty)
  assert.equal(lengthPenalty(20_480, null), 0)
  const config = parseConfig({ method: 'dapo', softLengthTokens: 16 }, 'test')
  assert.deepEqual(trainingRewards(config, 0.5, 0).softLength, { most: 64, soft: 16 })
})
