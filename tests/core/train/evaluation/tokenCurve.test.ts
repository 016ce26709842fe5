import assert from 'node:assert/strict'
import { test } from 'node:test'
import { equalTokenTable, tokenCurve } from '../../../../src/core/train/evaluation/tokenCurve.ts'
import type {
  EvaluatedProblem,
  EvaluatedSample,
} from '../../../../src/shared/runs/evaluation/evaluationResult.ts'
import { assertClose } from '../../../assertClose.ts'

const textual = (a: string, b: string): boolean => a === b

const wrong: EvaluatedSample = {
  attemptAnswer: '1',
  attemptCorrect: false,
  verdict: 'correct',
  verdictLogProb: -0.5,
  isRevised: false,
  finalAnswer: '1',
  finalCorrect: false,
  attemptTokens: 10,
  verdictTokens: 5,
  revisionTokens: 12,
}
const right = { ...wrong, attemptAnswer: '2', attemptCorrect: true, verdictLogProb: -0.1 }

/**
 * Four problems alike, of four samples: wrong, right, right, right; no final answer is right but the last.
 */
const problems: EvaluatedProblem[] = Array.from({ length: 4 }, (_, index) => ({
  problemId: `p${index}`,
  subject: null,
  level: null,
  samples: [wrong, right, right, { ...right, finalAnswer: '2', finalCorrect: true }],
}))

test('one self-correction of 27 tokens against the votes that cost just less and just more, by hand', () => {
  const rows = equalTokenTable(problems, textual).map(
    ({ method, n, bound, tokensPerProblem, accuracy, selfCorrectionAhead }) => [
      `${method} ${n} ${bound}`,
      tokensPerProblem,
      accuracy.estimate,
      selfCorrectionAhead?.estimate ?? null,
    ],
  )
  assert.deepEqual(rows, [
    // one final answer in four is right
    ['self-correction 1 equal', 27, 0.25, null],
    // pairs: (wrong, right) → the first of equally many, wrong; (right, right)
    ['majority-vote 2 below', 20, 0.5, -0.25],
    // one set of three: wrong, right, right
    ['majority-vote 3 above', 30, 1, -0.75],
    ['self-verified-best 1 below', 15, 0.75, -0.5],
    ['self-verified-best 2 above', 30, 1, -0.75],
  ])
})

test('a vote that costs exactly as much is one row; one that needs more samples than there are is left out', () => {
  const equal = problems.map((each) => ({
    ...each,
    samples: each.samples.map((sample) => ({ ...sample, revisionTokens: 15 })),
  }))
  assert.deepEqual(
    equalTokenTable(equal, textual).map(({ method, n, bound }) => `${method} ${n} ${bound}`),
    ['self-correction 1 equal', 'majority-vote 3 equal', 'self-verified-best 2 equal'],
  )
  const two = problems.map((each) => ({ ...each, samples: each.samples.slice(0, 2) }))
  assert.deepEqual(
    equalTokenTable(two, textual).map(({ method, n, bound }) => `${method} ${n} ${bound}`),
    [
      'self-correction 1 equal',
      'majority-vote 2 below',
      'self-verified-best 1 below',
      'self-verified-best 2 above',
    ],
  )
})

test('the curve: every method with 1 to as many samples as there are; tokens are n times those of one', () => {
  const rows = tokenCurve(problems, textual)
  assert.deepEqual(
    rows.map(({ method, n }) => `${method} ${n}`),
    ['majority-vote', 'self-correction', 'self-verified-best'].flatMap((method) =>
      [1, 2, 3, 4].map((n) => `${method} ${n}`),
    ),
  )
  const votes = rows.filter(({ method }) => method === 'majority-vote')
  assert.deepEqual(
    votes.map(({ tokensPerProblem }) => tokensPerProblem),
    [10, 20, 30, 40],
  )
  // one: pass@1 over all four samples
  assert.deepEqual(
    votes.map(({ accuracy }) => accuracy.estimate),
    [0.75, 0.5, 1, 1],
  )
  for (const { accuracy } of rows) assertClose(accuracy.high - accuracy.low, 0, 1e-12) // all problems are alike
  const many = problems.map((each) => ({ ...each, samples: Array.from({ length: 20 }, () => right) }))
  assert.equal(tokenCurve(many, textual).length, 3 * 16)
})
