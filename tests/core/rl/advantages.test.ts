import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  noRoleStatistics,
  normaliseAdvantages,
  updateRoleStatistics,
} from '../../../src/core/rl/advantages.ts'
import type { RawAdvantage } from '../../../src/core/rl/advantages.ts'
import { groupAdvantages } from '../../../src/core/rl/groupAdvantages.ts'
import { assertClose } from '../../assertClose.ts'

const solver = (rawAdvantage: number): RawAdvantage => ({ role: 'solver', rawAdvantage })
const verifier = (rawAdvantage: number): RawAdvantage => ({ role: 'verifier', rawAdvantage })

test('scale and whiten by hand: 1, 3, 5 have mean 3 and deviation 2', () => {
  const turns = [solver(1), verifier(10), solver(3), verifier(14), solver(5)]
  // the verifier: mean 12, variance 8
  const scaled = normaliseAdvantages(turns, 'scale', null)
  assert.deepEqual([scaled[0], scaled[2], scaled[4]], [0.5, 1.5, 2.5])
  assertClose(scaled[1] ?? NaN, 10 / Math.sqrt(8), 1e-12)
  const whitened = normaliseAdvantages(turns, 'whiten', null)
  assert.deepEqual([whitened[0], whitened[2], whitened[4]], [-1, 0, 1])
  assertClose((whitened[1] ?? NaN) + (whitened[3] ?? NaN), 0, 1e-12)
  assert.deepEqual(normaliseAdvantages(turns, 'none', null), [1, 10, 3, 14, 5])
})

test('a role that is absent, single or constant is left as it is', () => {
  for (const normalisation of ['scale', 'whiten'] as const) {
    assert.deepEqual(normaliseAdvantages([], normalisation, null), [])
    assert.deepEqual(normaliseAdvantages([solver(0.7)], normalisation, null), [0.7])
    assert.deepEqual(
      normaliseAdvantages([solver(0.3), solver(0.3), verifier(2)], normalisation, null),
      [0.3, 0.3, 2],
    )
  }
})

test('a small deviation is floored at 0.1', () => {
  const [low] = normaliseAdvantages([solver(1), solver(1.02)], 'scale', null)
  assertClose(low ?? NaN, 10, 1e-12)
})

test('moving statistics: the first step starts them, later ones count one tenth; few turns use them', () => {
  const first = updateRoleStatistics(noRoleStatistics, [solver(1), solver(3), verifier(9)])
  assert.deepEqual(first, { solver: { mean: 2, variance: 2 }, verifier: null })
  const second = updateRoleStatistics(first, [solver(11), solver(13)])
  assertClose(second.solver?.mean ?? NaN, 0.9 * 2 + 0.1 * 12, 1e-12)
  assertClose(second.solver?.variance ?? NaN, 2, 1e-12)
  assert.deepEqual(
    normaliseAdvantages([solver(4)], 'whiten', { solver: { mean: 2, variance: 4 }, verifier: null }),
    [1],
  )
  // 32 turns of its own are enough
  const many = Array.from({ length: 32 }, (_, index) => solver(index % 2))
  const own = normaliseAdvantages(many, 'whiten', { solver: { mean: 100, variance: 4 }, verifier: null })
  assertClose(
    own.reduce((sum, value) => sum + value, 0),
    0,
    1e-9,
  )
})

test('groups: one group by hand (docs/method.md 4.1)', () => {
  const rewards = [1, 0, 0, 1, 0, 0, 0, 0]
  const expected = {
    grpo: [1.61984, -0.53995],
    dapo: [1.61984, -0.53995],
    'dr-grpo': [0.75, -0.25],
    rloo: [0.85714, -0.28571],
  }
  for (const method of ['grpo', 'dapo', 'dr-grpo', 'rloo'] as const) {
    const advantages = groupAdvantages(rewards, method)
    assertClose(advantages[0] ?? NaN, expected[method][0] ?? NaN, 5e-6)
    assertClose(advantages[1] ?? NaN, expected[method][1] ?? NaN, 5e-6)
  }
})

test('groups: equal rewards and a group of one give 0', () => {
  for (const method of ['grpo', 'dapo', 'dr-grpo', 'rloo'] as const) {
    assert.deepEqual(groupAdvantages([1, 1, 1], method), [0, 0, 0])
    assert.deepEqual(groupAdvantages([1], method), [0])
  }
})
