import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RolloutWithAdvantages, TurnWithAdvantage } from '../../../src/core/rl/turnAdvantages.ts'
import { packRow } from '../../../src/core/rollout/packedRow.ts'
import type { TurnKind } from '../../../src/core/rollout/rollout.ts'
import { nextState } from '../../../src/core/train/nextState.ts'
import { initialTrainState } from '../../../src/core/train/trainState.ts'
import { assertClose } from '../../assertClose.ts'
import { sums } from './fakeEngine.ts'

const problems = sums(2)
const half = { 'verdict/correct': 0.5, 'verdict/wrong': 0.5, 'revision/correct': 0.5, 'revision/wrong': 0.5 }
const before = {
  ...initialTrainState({ shares: half, correctShare: 0.5, attempts: { correct: 50, count: 100 } }),
  step: 7,
  tokens: 100,
  problems: 10,
  bestValidation: 0.25,
}

function turn(kind: TurnKind, isCorrect: boolean, rawAdvantage: number): TurnWithAdvantage {
  return {
    kind,
    isCorrect,
    rawAdvantage,
    promptIds: kind === 'attempt' ? [9] : [9, 5, 1],
    completionIds: [5, 1],
    samplingLogProbs: [-1, -1],
    finishReason: 'stop',
    text: '',
    answer: null,
    reward: isCorrect ? 1 : 0,
    turnBaseline: 0,
    advantage: rawAdvantage,
    logRatio: null,
  }
}

function rollout(problem: number, turns: readonly TurnWithAdvantage[]): RolloutWithAdvantages {
  const known = problems[problem]
  if (known === undefined) throw new RangeError(`no problem ${problem}`)
  return { problem: known, verdict: null, turns, rows: [{ referenceLogProbs: null, ...packRow(turns) }] }
}

test('the state after a step, by hand; the one before stays as it is', () => {
  const rollouts = [
    rollout(0, [turn('attempt', true, 1), turn('verdict', false, -1)]),
    rollout(0, [turn('attempt', true, 3)]),
    rollout(1, [turn('attempt', true, 2)]),
  ]
  const values = { 'length/attempt': 2, 'length/verdict': 2, 'length/revision': null }
  const frozen = Object.freeze(structuredClone(before))
  const after = nextState(frozen, {
    cursor: { epoch: 1, taken: 4 },
    rollouts,
    values,
    discarded: { problems: 0, tokens: 0 },
  })
  assert.deepEqual(frozen, before)
  assert.equal(after.step, 8)
  assert.deepEqual(after.cursor, { epoch: 1, taken: 4 })
  assert.equal(after.tokens, 108, 'four turns of two tokens')
  assert.equal(after.problems, 12, 'two problems, one of them twice')
  assert.deepEqual(after.firstLengths, { attempt: 2, verdict: 2, revision: null })
  // both problems are solved, one of them twice
  assert.deepEqual(after.firstAttempts, { correct: 52, count: 102 })
  assert.deepEqual(after.recentTurns.at(-1)?.attempts, { correct: 2, count: 2 })
  // moving averages with a tenth of the step: 0.9 · 0.5 + 0.1 · 1, and 0.9 · 0.5 + 0.1 · 0
  assertClose(after.correctShare, 0.55, 1e-12)
  assertClose(after.runningShares['verdict/correct'], 0.45, 1e-12)
  assert.equal(after.runningShares['revision/wrong'], 0.5, 'a class that did not occur keeps its share')
  // solver: 1, 3, 2 has mean 2 and variance 1; one verdict alone has no statistics
  assert.deepEqual(after.roleStatistics, { solver: { mean: 2, variance: 1 }, verifier: null })
  assert.equal(after.recentTurns.length, 1)
  assert.deepEqual([after.bestValidation, after.evaluatedStep], [0.25, -1])
})

test('attempts are counted by problem, half a problem where half of them are correct; at first until there are enough', () => {
  const rollouts = [
    rollout(0, [turn('attempt', true, 1)]),
    rollout(0, [turn('attempt', false, 1)]),
    rollout(1, [turn('attempt', false, 1)]),
  ]
  const finished = { cursor: before.cursor, rollouts, values: {}, discarded: { problems: 0, tokens: 0 } }
  const after = nextState(before, finished)
  assert.deepEqual(after.recentTurns.at(-1)?.attempts, { correct: 0.5, count: 2 })
  assert.deepEqual(after.firstAttempts, { correct: 50.5, count: 102 })
  const full = { ...before, firstAttempts: { correct: 150, count: 200 } }
  assert.deepEqual(nextState(full, finished).firstAttempts, full.firstAttempts)
})
