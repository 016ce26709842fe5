import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  gainFactors,
  gainFromBetter,
  revisionGain,
} from '../../../../src/shared/runs/evaluation/revisionGain.ts'
import { pairedDifference, wilson } from '../../../../src/shared/statistics.ts'
import { assertClose } from '../../../assertClose.ts'

/**
 * Counts of an evaluation: attempts correct of all, then rejected and turned among correct and wrong ones.
 */
function evaluationOf(counts: {
  readonly all: number
  readonly correct: number
  readonly rejectedCorrect: number
  readonly spoilt: number
  readonly rejectedWrong: number
  readonly corrected: number
}) {
  return {
    proportions: {
      'accuracy/attempt': wilson(counts.correct, counts.all),
      'verifier/wrongRecall': wilson(counts.rejectedWrong, counts.all - counts.correct),
      'revision/wrongToRightOfRevised': wilson(counts.corrected, counts.rejectedWrong),
      'revision/rightToWrongOfRevised': wilson(counts.spoilt, counts.rejectedCorrect),
    },
  }
}

/**
 * The demo's test split before training: 749 of 1,000; 143 revised of correct (53 spoilt), 150 of wrong (70
 * corrected).
 */
const demo = evaluationOf({
  all: 1000,
  correct: 749,
  rejectedCorrect: 143,
  spoilt: 53,
  rejectedWrong: 150,
  corrected: 70,
})

test('the demo before training, by hand: (70 − 53) of 1,000, with the interval of matched pairs', () => {
  const found = revisionGain(demo)
  assert.ok(found !== null)
  assert.equal(found.gain.value, 0.017)
  // (17 ∓ 1.95996·√(124 − 17²/1002)) / 1002
  assertClose(found.gain.low, (17 - 1.959963984540054 * Math.sqrt(124 - 289 / 1002)) / 1002, 1e-12)
  assertClose(found.gain.high, (17 + 1.959963984540054 * Math.sqrt(124 - 289 / 1002)) / 1002, 1e-12)
  assert.deepEqual(
    gainFactors.map(({ factor }) => [found[factor].successes, found[factor].trials]),
    [
      [251, 1000],
      [150, 251],
      [70, 150],
      [749, 1000],
      [143, 749],
      [53, 143],
    ],
  )
  assertClose(gainFromBetter(found, 'wrongRejected') ?? NaN, 0.251 * 0.1 * (70 / 150), 1e-12)
  assertClose(gainFromBetter(found, 'spoilt') ?? NaN, 0.143 * 0.1, 1e-12)
  assert.equal(gainFromBetter(found, 'wrong'), null)
})

test('the product of the factors is the gain, whatever the counts; a better factor never lowers it', () => {
  const counts = fc
    .integer({ min: 1, max: 500 })
    .chain((all) => fc.tuple(fc.constant(all), fc.integer({ min: 0, max: all })))
    .chain(([all, correct]) =>
      fc.tuple(
        fc.constant({ all, correct }),
        fc.integer({ min: 0, max: correct }),
        fc.integer({ min: 0, max: all - correct }),
      ),
    )
    .chain(([base, rejectedCorrect, rejectedWrong]) =>
      fc.record({
        all: fc.constant(base.all),
        correct: fc.constant(base.correct),
        rejectedCorrect: fc.constant(rejectedCorrect),
        rejectedWrong: fc.constant(rejectedWrong),
        spoilt: fc.integer({ min: 0, max: rejectedCorrect }),
        corrected: fc.integer({ min: 0, max: rejectedWrong }),
      }),
    )
  fc.assert(
    fc.property(counts, (each) => {
      const found = revisionGain(evaluationOf(each))
      assert.ok(found !== null)
      const value = (factor: (typeof gainFactors)[number]['factor']) => found[factor].value ?? 0
      const product =
        value('wrong') * value('wrongRejected') * value('corrected') -
        value('correct') * value('correctRejected') * value('spoilt')
      assertClose(product, found.gain.value, 1e-12)
      assert.ok(found.gain.low <= found.gain.value && found.gain.value <= found.gain.high)
      for (const { factor } of gainFactors) assert.ok((gainFromBetter(found, factor) ?? 0) >= 0)
    }),
  )
})

test('no gain is said of rollouts without verdicts, or that revised other attempts than those called wrong', () => {
  assert.equal(revisionGain({ proportions: { 'accuracy/attempt': wilson(5, 10) } }), null)
  const always = evaluationOf({
    all: 10,
    correct: 5,
    rejectedCorrect: 5,
    spoilt: 1,
    rejectedWrong: 2,
    corrected: 1,
  })
  assert.equal(
    revisionGain({
      proportions: { ...always.proportions, 'revision/wrongToRightOfRevised': wilson(1, 5) },
    }),
    null,
  )
})

test('matched pairs: half a pair in each cell, so that no change has a width; impossible counts are refused', () => {
  const none = pairedDifference({ gained: 0, lost: 0, pairs: 98 })
  assertClose(none.high, 1.959963984540054 / 100, 1e-12)
  assertClose(none.low, -none.high, 1e-12)
  assert.equal(none.value, 0)
  for (const counts of [
    { gained: 3, lost: 3, pairs: 5 },
    { gained: -1, lost: 0, pairs: 5 },
    { gained: 0, lost: 0, pairs: 0 },
    { gained: NaN, lost: 0, pairs: 5 },
  ])
    assert.throws(() => pairedDifference(counts), RangeError)
})
