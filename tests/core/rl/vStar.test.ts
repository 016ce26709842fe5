import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attemptVStar } from '../../../src/core/rl/turnBaseline.ts'
import { estimateVStar, twoPointVStar } from '../../../src/core/rl/vStar.ts'
import { assertClose } from '../../assertClose.ts'

const eighth = (right: number) => Array.from({ length: 8 }, (_, index) => (index < right ? 1 : 0))

test('V* of a 1-in-4 prompt, by hand: 0.5 · ln((e² + 3) / 4)', () => {
  assertClose(estimateVStar([1, 0, 0, 0], 0.5), 0.47723, 1e-5)
})

test('V* at β₁ = 0.5, N = 8: by hand (docs/method.md 3)', () => {
  const table = [0, 0.2935, 0.4772, 0.6113, 0.7169, 0.804, 0.8782, 0.9428, 1]
  table.forEach((expected, right) => {
    assertClose(estimateVStar(eighth(right), 0.5), expected, 5e-5)
    assertClose(twoPointVStar({ share: right / 8, low: 0, high: 1 }, 0.5), expected, 5e-5)
  })
})

test('V* at other β₁, k = 1, 4, 7 of 8', () => {
  const rows = [
    [0.1, 0.7921, 0.9307, 0.9866],
    [0.25, 0.5103, 0.8313, 0.9673],
    [1, 0.1946, 0.6201, 0.9177],
    [2, 0.1559, 0.5619, 0.8991],
    [10, 0.1306, 0.5125, 0.8803],
  ] as const
  for (const [beta, one, four, seven] of rows) {
    assertClose(estimateVStar(eighth(1), beta), one, 5e-5)
    assertClose(estimateVStar(eighth(4), beta), four, 5e-5)
    assertClose(estimateVStar(eighth(7), beta), seven, 5e-5)
  }
})

test('a tiny β₁ stays finite: 1 + β₁·ln(1/8) at β₁ = 0.0005', () => {
  assertClose(estimateVStar(eighth(1), 0.0005), 1 + 0.0005 * Math.log(1 / 8), 1e-12)
  assertClose(twoPointVStar({ share: 1 / 8, low: 0, high: 1 }, 0.0005), 1 + 0.0005 * Math.log(1 / 8), 1e-12)
})

test('both limits, by number and by name', () => {
  assertClose(estimateVStar([1, 0, 0, 0], 1e6), 0.25, 1e-5)
  assertClose(estimateVStar([1, 0, 0, 0], 1e-6), 1, 1e-4)
  assert.equal(estimateVStar([1, 0, 0, 0], 'mean'), 0.25)
  assert.equal(estimateVStar([1, 0, 0, 0], 'max'), 1)
  assert.equal(twoPointVStar({ share: 0.25, low: -1, high: 1 }, 'mean'), -0.5)
  assert.equal(twoPointVStar({ share: 0.25, low: -1, high: 1 }, 'max'), 1)
  assert.equal(twoPointVStar({ share: 0, low: -1, high: 1 }, 'max'), -1)
})

test('the closed form, which runs use, is the formula over the rewards, of attempts and of shaped revisions', () => {
  for (const beta of [0.01, 0.1, 0.25, 0.5, 1, 2, 10, 'mean', 'max'] as const) {
    for (let right = 0; right <= 8; right++) {
      for (const [low, high] of [
        [0, 1],
        [0, 2],
        [-1, 1],
        [-0.5, 1],
      ] as const) {
        const rewards = eighth(right).map((each) => (each === 1 ? high : low))
        assertClose(twoPointVStar({ share: right / 8, low, high }, beta), estimateVStar(rewards, beta), 1e-12)
      }
      const counts = { samples: 8, correctAttempts: right }
      assertClose(attemptVStar(counts, beta), estimateVStar(eighth(right), beta), 1e-12)
    }
  }
})

test('adding a constant to every reward adds it to V*', () => {
  assertClose(estimateVStar([3, 2, 2, 2], 0.5), 2 + estimateVStar([1, 0, 0, 0], 0.5), 1e-12)
})

test('what is no number of its kind is refused by name', () => {
  assert.throws(() => estimateVStar([], 0.5), /estimateVStar: expected at least one reward, got none/)
  assert.throws(() => estimateVStar([1], 0), /expected vStarBeta > 0, 'mean' or 'max', got 0/)
  assert.throws(
    () => twoPointVStar({ share: 1.5, low: 0, high: 1 }, 1),
    /expected a share from 0 to 1, got 1.5/,
  )
})
