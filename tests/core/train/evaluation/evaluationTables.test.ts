import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  selfVerifiedBest,
  majorityVote,
  verdictLogProb,
} from '../../../../src/core/train/evaluation/testTimeSelection.ts'
import { compareEvaluations } from '../../../../src/core/train/evaluation/compareEvaluations.ts'
import { groupTable } from '../../../../src/core/train/evaluation/evaluationTables.ts'
import type { Turn } from '../../../../src/core/rollout/rollout.ts'
import type {
  EvaluatedProblem,
  EvaluatedSample,
} from '../../../../src/shared/runs/evaluation/evaluationResult.ts'
import { evaluationDocumentSchema } from '../../../../src/shared/runs/evaluation/evaluationResult.ts'
import { assertClose } from '../../../assertClose.ts'

const textual = (a: string, b: string): boolean => a === b

function sample(changes: Partial<EvaluatedSample>): EvaluatedSample {
  return {
    attemptAnswer: '1',
    attemptCorrect: false,
    verdict: 'correct',
    verdictLogProb: -0.5,
    isRevised: false,
    finalAnswer: '1',
    finalCorrect: false,
    attemptTokens: 10,
    verdictTokens: 5,
    revisionTokens: 0,
    ...changes,
  }
}

function problem(
  problemId: string,
  samples: readonly Partial<EvaluatedSample>[],
  subject: string | null = null,
): EvaluatedProblem {
  return { problemId, subject, level: null, samples: samples.map(sample) }
}

test('majority vote: most votes, then first; no answer votes for nothing; equal answers are one', () => {
  const votes = (...answers: readonly (string | null)[]) =>
    answers.map((answer) => ({ answer, isCorrect: answer === '2' }))
  assert.equal(majorityVote(votes('1', '2', '2'), textual), true)
  assert.equal(majorityVote(votes('1', '2'), textual), false)
  assert.equal(majorityVote(votes('2', '1'), textual), true)
  assert.equal(majorityVote(votes(null, null, '2'), textual), true)
  assert.equal(majorityVote(votes(null, null), textual), false)
  const numeric = (a: string, b: string): boolean => Number(a) === Number(b)
  assert.equal(majorityVote(votes('1', '2', '1', '2.0', '2'), numeric), true)
})

test('self-verified best: the surest "correct", else the least sure "wrong", else the mean', () => {
  const right = { attemptCorrect: true }
  assert.equal(selfVerifiedBest([{ verdictLogProb: -1 }, { ...right, verdictLogProb: -0.1 }].map(sample)), 1)
  assert.equal(selfVerifiedBest([{ ...right, verdictLogProb: -1 }, { verdictLogProb: -0.1 }].map(sample)), 0)
  // a "wrong" however sure is passed over where there is a "correct"
  assert.equal(
    selfVerifiedBest(
      [
        { verdict: 'wrong' as const, verdictLogProb: 0 },
        { ...right, verdictLogProb: -9 },
      ].map(sample),
    ),
    1,
  )
  const wrong = { verdict: 'wrong' as const }
  assert.equal(
    selfVerifiedBest(
      [
        { ...wrong, verdictLogProb: -0.1 },
        { ...wrong, ...right, verdictLogProb: -2 },
      ].map(sample),
    ),
    1,
  )
  const unparsed = { verdict: 'unparsed' as const, verdictLogProb: null }
  assertClose(selfVerifiedBest([{ ...unparsed, ...right }, unparsed, unparsed].map(sample)), 1 / 3, 1e-15)
})

test('the verdict’s probability is that of its own word, in one token or in letters', () => {
  const pieces = ['85', '-38', ' The', ' answer is', ' cor', 'rect', '.', '<eos>']
  const decode = (ids: readonly number[]): string => ids.map((id) => (id === 7 ? '' : pieces[id])).join('')
  const turn: Turn = {
    kind: 'verdict',
    promptIds: [],
    completionIds: [0, 1, 2, 3, 4, 5, 6, 7],
    samplingLogProbs: [-1, -2, -4, -8, -0.25, -0.5, -16, -32],
    finishReason: 'stop',
    text: '',
  }
  assert.equal(verdictLogProb(turn, { decode }), -0.75)
  assert.equal(verdictLogProb({ ...turn, completionIds: [0, 1] }, { decode }), null)
})

test('by subject: counts by hand', () => {
  const problems = [
    problem('a', [{ attemptCorrect: true, finalCorrect: true }], 'Algebra'),
    problem('b', [{ verdict: 'wrong', isRevised: true, finalCorrect: true }], 'Algebra'),
    problem('c', [{}], 'Algebra'),
    problem('d', [{ attemptCorrect: true, finalCorrect: true, verdict: 'unparsed' }], null),
  ]
  const rows = groupTable(problems, 'subject')
  assert.deepEqual(
    rows.map(({ group, problems: count }) => [group, count]),
    [
      ['Algebra', 3],
      [null, 1],
    ],
  )
  const [algebra, none] = rows
  assert.deepEqual([algebra?.attempt.successes, algebra?.final.successes, algebra?.final.trials], [1, 2, 3])
  assert.deepEqual([algebra?.correctRecall.successes, algebra?.correctRecall.trials], [1, 1])
  assert.deepEqual([algebra?.wrongRecall.successes, algebra?.wrongRecall.trials], [1, 2])
  assert.deepEqual([none?.verifier.value, none?.wrongRecall.value], [0, null])
})

test('two evaluations, problem by problem: difference, McNemar by hand, problems of one alone left out', () => {
  const one = (id: string, attemptCorrect: boolean): EvaluatedProblem =>
    problem(id, [
      { attemptCorrect, finalCorrect: attemptCorrect, verdict: attemptCorrect ? 'correct' : 'wrong' },
    ])
  const before = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((id) => one(id, id === 'h'))
  const after = ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map((id) => one(id, id < 'g'))
  const compared = compareEvaluations(before, after)
  assert.deepEqual([compared.problems, compared.onlyA, compared.onlyB], [7, 1, 1])
  const attempt = compared.metrics.find(({ name }) => name === 'accuracy/attempt')
  assertClose(attempt?.a ?? NaN, 1 / 7, 1e-15)
  assertClose(attempt?.b ?? NaN, 5 / 7, 1e-15)
  assertClose(attempt?.difference.estimate ?? NaN, 4 / 7, 1e-15)
  // 1 against 5: 2 · (1 + 6) / 2⁶
  assert.deepEqual([attempt?.mcNemar?.onlyA, attempt?.mcNemar?.onlyB], [1, 5])
  assertClose(attempt?.mcNemar?.p ?? NaN, 0.21875, 1e-12)
  assert.equal(compared.metrics.find(({ name }) => name === 'verifier/accuracy')?.difference.estimate, 0)
  assert.deepEqual(compareEvaluations(before, after), compared)
  assert.throws(
    () => compareEvaluations([one('a', true)], [one('b', true)]),
    /share none of their 1 and 1 problems/,
  )
})

test('with several samples a problem there is no McNemar, and without verdicts no verifier', () => {
  const problems = [problem('a', [{ verdict: null }, { verdict: null, attemptCorrect: true }])]
  const { metrics } = compareEvaluations(problems, problems)
  assert.deepEqual(
    metrics.map(({ name, a, mcNemar }) => [name, a, mcNemar]),
    [
      ['accuracy/attempt', 0.5, null],
      ['accuracy/final', 0, null],
    ],
  )
})

test('the document that compare-evals reads', () => {
  const evaluated = problem('a', [
    { verdict: 'wrong' },
    { attemptCorrect: true, finalCorrect: true },
    { verdict: 'unparsed' },
  ])
  const document = { model: 'x', problems: [evaluated] }
  assert.deepEqual(evaluationDocumentSchema.parse(JSON.parse(JSON.stringify(document))).problems, [evaluated])
  assert.equal(evaluationDocumentSchema.safeParse({ problems: [] }).success, false)
})
