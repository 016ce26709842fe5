import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  globalShares,
  hasSignal,
  revisedStates,
  shrunkShare,
  turnBaseline,
} from '../../../src/core/rl/turnBaseline.ts'
import type { BaselineSetup } from '../../../src/core/rl/turnBaseline.ts'
import {
  balancedVerdictWeights,
  plainRewards,
  plainVerdictWeights,
  rewardsOfTurn,
} from '../../../src/core/reward/turnReward.ts'
import type { VStarEstimate } from '../../../src/shared/runs/records.ts'
import { assertClose } from '../../assertClose.ts'

/** 8 attempts of one class with k correct verdicts and revisions. */
function estimate(correctAttempts: number, right: number): VStarEstimate {
  const wrongAttempts = 8 - correctAttempts
  return {
    problemId: 'p',
    canonical: 'p',
    samples: 8,
    correctAttempts,
    verdictsAfterCorrect: correctAttempts,
    correctVerdictsAfterCorrect: Math.min(right, correctAttempts),
    verdictsAfterWrong: wrongAttempts,
    correctVerdictsAfterWrong: Math.min(right, wrongAttempts),
    revisionsAfterCorrect: correctAttempts,
    correctRevisionsAfterCorrect: Math.min(right, correctAttempts),
    revisionsAfterWrong: wrongAttempts,
    correctRevisionsAfterWrong: Math.min(right, wrongAttempts),
    revisionsAfterRejectedCorrect: null,
    correctRevisionsAfterRejectedCorrect: null,
    revisionsAfterRejectedWrong: null,
    correctRevisionsAfterRejectedWrong: null,
    tokens: null,
  }
}

const half = { 'verdict/correct': 0.5, 'verdict/wrong': 0.5, 'revision/correct': 0.5, 'revision/wrong': 0.5 }

const setup: BaselineSetup = {
  vStarBeta: 0.5,
  attemptBaseline: 'v-star',
  correctShare: 0.5,
  attemptReward: 1,
  softLength: null,
  baseline: 'class-conditional',
  shrinkage: 0,
  revisedStates: 'all',
  revisionBonus: 1,
  verdictWeights: plainVerdictWeights,
  globalShares: half,
  runningShares: half,
}

test('shaped revisions at α = 1, β₁ = 0.5, no shrinkage: by hand (docs/method.md 3)', () => {
  const afterWrong = [0, 1.0206, 1.3336, 1.5246, 1.6625, 1.7705, 1.8592, 1.9345, 2]
  const afterCorrect = [-1, 0.0206, 0.3336, 0.5246, 0.6625, 0.7705, 0.8592, 0.9345, 1]
  for (let correct = 0; correct <= 8; correct++) {
    assertClose(
      turnBaseline('revision', false, estimate(0, correct), setup),
      afterWrong[correct] ?? NaN,
      5e-5,
    )
    assertClose(
      turnBaseline('revision', true, estimate(8, correct), setup),
      afterCorrect[correct] ?? NaN,
      5e-5,
    )
  }
})

test('a verdict is valued in its own class, an attempt by the problem’s V*', () => {
  assertClose(turnBaseline('attempt', false, estimate(2, 0), setup), 0.4772, 5e-5)
  assertClose(turnBaseline('verdict', true, estimate(8, 4), setup), 0.7169, 5e-5)
  assertClose(turnBaseline('verdict', false, estimate(0, 1), setup), 0.2935, 5e-5)
})

test('shrinkage: 1 correct of 4 with 4 pseudo-samples at 0.75 is 0.5', () => {
  assert.equal(shrunkShare({ correct: 1, count: 4 }, 0.75, 4), 0.5)
  assert.equal(shrunkShare({ correct: 0, count: 0 }, 0.3, 4), 0.3)
  assert.equal(shrunkShare({ correct: 0, count: 0 }, 0.3, 0), 0.3)
})

test('global shares add up over problems; a class that never occurred is 0.5', () => {
  const shares = globalShares([estimate(8, 2), estimate(8, 6)], 'all')
  assert.equal(shares['verdict/correct'], 0.5)
  assert.equal(shares['revision/correct'], 8 / 16)
  assert.equal(shares['verdict/wrong'], 0.5)
  assert.equal(globalShares([estimate(0, 2)], 'all')['revision/wrong'], 0.25)
})

/**
 * 5 of 8 attempts correct; 2 of those called wrong, both revised well, against 1 of the 3 others; no wrong
 * attempt was rejected.
 */
const rejectedTwice: VStarEstimate = {
  problemId: 'r',
  canonical: 'r',
  samples: 8,
  correctAttempts: 5,
  verdictsAfterCorrect: 5,
  correctVerdictsAfterCorrect: 3,
  verdictsAfterWrong: 3,
  correctVerdictsAfterWrong: 0,
  revisionsAfterCorrect: 5,
  correctRevisionsAfterCorrect: 3,
  revisionsAfterWrong: 3,
  correctRevisionsAfterWrong: 1,
  revisionsAfterRejectedCorrect: 2,
  correctRevisionsAfterRejectedCorrect: 2,
  revisionsAfterRejectedWrong: 0,
  correctRevisionsAfterRejectedWrong: 0,
  tokens: 100,
}

test('selective revision is valued on the states it visits: those with the verdict "wrong"', () => {
  const visited: BaselineSetup = { ...setup, revisedStates: 'rejected', vStarBeta: 'mean' }
  const of = (isAttemptCorrect: boolean, own: VStarEstimate, states: BaselineSetup['revisedStates']) =>
    turnBaseline('revision', isAttemptCorrect, own, { ...visited, revisedStates: states })
  // rewards after a correct attempt 1 and −1: 2 of 2 give 1, 3 of 5 give 0.2
  assertClose(of(true, rejectedTwice, 'rejected'), 1, 1e-12)
  assertClose(of(true, rejectedTwice, 'all'), 0.2, 1e-12)
  // none rejected among the wrong ones: the class alone (0.5) at a reward of 2, whatever κ
  assertClose(of(false, rejectedTwice, 'rejected'), 1, 1e-12)
  // an estimate that did not count by verdict
  assertClose(of(true, estimate(8, 2), 'rejected'), -0.5, 1e-12)
  // verdicts are the same in both
  assert.equal(
    turnBaseline('verdict', true, rejectedTwice, visited),
    turnBaseline('verdict', true, rejectedTwice, { ...visited, revisedStates: 'all' }),
  )
})

test('class shares: of the visited states, of all where these never occurred or one estimate did not count them', () => {
  const share = (estimates: VStarEstimate[]) => globalShares(estimates, 'rejected')
  assert.equal(share([rejectedTwice])['revision/correct'], 1)
  assert.equal(share([rejectedTwice])['revision/wrong'], 1 / 3)
  assert.equal(share([rejectedTwice, estimate(8, 2)])['revision/correct'], 5 / 13)
  assert.equal(globalShares([rejectedTwice], 'all')['revision/correct'], 3 / 5)
  assert.equal(revisedStates('self-correction'), 'rejected')
  assert.equal(revisedStates('always-revise'), 'all')
})

test('the other baselines: class alone, running mean, none', () => {
  const shares = { ...half, 'verdict/wrong': 1 / 8, 'revision/wrong': 0.25 }
  const of = (baseline: BaselineSetup['baseline'], kind: 'verdict' | 'revision') =>
    turnBaseline(kind, false, estimate(0, 8), {
      ...setup,
      baseline,
      globalShares: shares,
      runningShares: shares,
    })
  assertClose(of('global', 'verdict'), 0.2935, 5e-5)
  assert.equal(of('running-mean', 'verdict'), 1 / 8)
  assert.equal(of('running-mean', 'revision'), 0.25 * 2)
  assert.equal(of('none', 'revision'), 0)
  // attempts keep V*: only later turns have the option
  assert.equal(turnBaseline('attempt', true, estimate(8, 8), { ...setup, baseline: 'none' }), 1)
})

test('attempts by another baseline: the policy’s moving share, or 0; neither asks for an estimate', () => {
  const of = (attemptBaseline: BaselineSetup['attemptBaseline']) =>
    turnBaseline('attempt', true, null, { ...setup, attemptBaseline, correctShare: 0.7 })
  assertClose(of('running-mean'), 0.7, 1e-12)
  assert.equal(of('none'), 0)
  assert.throws(() => of('v-star'), RangeError)
  // SCoRe's first stage: an attempt earns nothing, so nothing is expected of it
  assert.equal(turnBaseline('attempt', true, estimate(4, 8), { ...setup, attemptReward: 0 }), 0)
})

test('balanced verdict rewards: both majority verdicts earn one half on average', () => {
  const share = 0.75
  const weights = balancedVerdictWeights(share)
  assertClose(share * weights.afterCorrect, 0.5, 1e-12)
  assertClose((1 - share) * weights.afterWrong, 0.5, 1e-12)
  assertClose(balancedVerdictWeights(0.999).afterWrong, 5, 1e-12)
  const settings = { ...plainRewards({ revisionBonus: 1 }), verdictWeights: weights }
  assert.equal(rewardsOfTurn('verdict', false, settings).high, 2)
  // the plain V of a 1-in-2 verdict, 0.7169, times the weight 2; so is the mean
  const value = (vStarBeta: BaselineSetup['vStarBeta']) =>
    turnBaseline('verdict', false, estimate(0, 4), { ...setup, vStarBeta, verdictWeights: weights })
  assertClose(value(0.5), 2 * 0.7169, 1e-4)
  assert.equal(value('mean'), 1)
})

test('signal: solved now and then', () => {
  assert.deepEqual(
    [0, 1, 7, 8].map((right) => hasSignal(estimate(right, 0))),
    [false, true, true, false],
  )
})
