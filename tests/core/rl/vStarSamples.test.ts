import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keptSamples } from '../../../src/core/rl/vStarSamples.ts'
import type { ScoredRollout, ScoredTurn } from '../../../src/core/rollout/rollout.ts'
import type { Problem } from '../../../src/core/data/problem.ts'
import { mostProblemChars, mostTextChars } from '../../../src/shared/runs/vStarSamples.ts'

const problem: Problem = {
  id: 'p1',
  question: 'What is 3 + 4?',
  answer: '7',
  canonical: '3+4',
  subject: null,
  level: null,
}

function turn(kind: ScoredTurn['kind'], text: string): ScoredTurn {
  const ids = { promptIds: [1], completionIds: [2], samplingLogProbs: [-1] }
  return { ...ids, kind, text, finishReason: 'stop', reward: 1, answer: '7', isCorrect: true }
}

function rollout(text: string): ScoredRollout {
  return { problem, verdict: 'correct', turns: [turn('attempt', text), turn('verdict', text)] }
}

test('short texts are kept whole, with how they were graded', () => {
  const kept = keptSamples(problem, [rollout('It is 7.')])
  assert.deepEqual(kept.question, { text: 'What is 3 + 4?', cut: 0 })
  assert.deepEqual([kept.drawn, kept.samples.length], [1, 1])
  const [attempt] = kept.samples[0]?.turns ?? []
  assert.deepEqual(attempt, {
    kind: 'attempt',
    text: 'It is 7.',
    cut: 0,
    answer: '7',
    isCorrect: true,
    finishReason: 'stop',
  })
})

test('what is too long is cut and counted; of many samples the first sixteen are kept', () => {
  const text = 'x'.repeat(100_000)
  const [one] = keptSamples(problem, [rollout(text)]).samples
  assert.deepEqual(
    one?.turns.map((each) => [each.text.length, each.cut]),
    [
      [mostTextChars, 100_000 - mostTextChars],
      [mostTextChars, 100_000 - mostTextChars],
    ],
  )
  const many = keptSamples(
    problem,
    Array.from({ length: 64 }, () => rollout(text)),
  )
  assert.deepEqual([many.drawn, many.samples.length], [64, 16])
  const chars = many.samples.flatMap(({ turns }) => turns).reduce((sum, each) => sum + each.text.length, 0)
  assert.ok(chars <= mostProblemChars && chars > mostProblemChars - 64, String(chars))
})

test('a character of two halves is left out whole', () => {
  const text = 'x'.repeat(mostTextChars - 1) + '😀😀'
  const kept = keptSamples({ ...problem, question: text }, [])
  assert.deepEqual([kept.question.text.length, kept.question.cut], [mostTextChars - 1, 4])
})
