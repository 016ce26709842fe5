import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ScoredRollout, ScoredTurn, TurnKind, Verdict } from '../../../../src/core/rollout/rollout.ts'
import {
  countOutcomes,
  outcomeMetrics,
  outcomeShares,
} from '../../../../src/core/train/evaluation/outcomeCounts.ts'
import { findMetric } from '../../../../src/shared/metrics/metrics.ts'
import { sums } from '../fakeEngine.ts'

const [problem] = sums(1)

function turn(kind: TurnKind, isCorrect: boolean, answer: string | null): ScoredTurn {
  const empty = {
    promptIds: [2],
    completionIds: [3],
    samplingLogProbs: [-1],
    finishReason: 'stop',
    text: '',
  } as const
  return { ...empty, kind, isCorrect, answer, reward: 0 }
}

type Row = readonly [c1: 0 | 1, verdict: Verdict, c2: 0 | 1 | null, answer?: string]

/** Right answers are "a", wrong ones "b", unless a row says otherwise. */
function rollout([c1, verdict, c2, answer]: Row): ScoredRollout {
  if (problem === undefined) throw new RangeError('no problem')
  const first = turn('attempt', c1 === 1, c1 === 1 ? 'a' : 'b')
  const check = turn('verdict', verdict === (c1 === 1 ? 'correct' : 'wrong'), null)
  const revision = c2 === null ? [] : [turn('revision', c2 === 1, answer ?? (c2 === 1 ? 'a' : 'b'))]
  return { problem, verdict, turns: [first, check, ...revision] }
}

/** Algorithms 2.4. */
const worked: readonly Row[] = [
  [1, 'correct', null],
  [1, 'wrong', 1],
  [1, 'wrong', 0],
  [0, 'wrong', 1],
  [0, 'wrong', 0],
  [0, 'wrong', 0, 'c'],
  [0, 'correct', null],
  [1, 'unparsed', null],
]

test('a worked example, metric by metric (docs/method.md 5)', () => {
  const values = outcomeMetrics(countOutcomes(worked.map(rollout)))
  assert.deepEqual(values, {
    'accuracy/attempt': 4 / 8,
    'accuracy/final': 4 / 8,
    'accuracy/gain': 0,
    'verifier/accuracy': 4 / 8,
    'verifier/baseRate': 4 / 8,
    'verifier/correctRecall': 1 / 4,
    'verifier/wrongRecall': 3 / 4,
    'verifier/balanced': 1 / 2,
    'verifier/unparsed': 1 / 8,
    'revision/rate': 5 / 8,
    'revision/changeRatio': 3 / 5,
    'revision/changeRatioAll': 3 / 8,
    'revision/changeRatioWrong': 2 / 3,
    'revision/wrongToRight': 1 / 8,
    'revision/rightToWrong': 1 / 8,
    'revision/wrongToRightOfRevised': 1 / 3,
    'revision/rightToWrongOfRevised': 1 / 2,
    'turns/truncated': 0,
    'turns/noAnswer': 0,
  })
  for (const name of Object.keys(values)) assert.ok(findMetric(name) !== null, name)
})

test('no revision: the change ratio is undefined, not 0', () => {
  const values = outcomeMetrics(countOutcomes(worked.filter(([, , c2]) => c2 === null).map(rollout)))
  assert.equal(values['revision/rate'], 0)
  assert.equal(values['revision/changeRatio'], null)
  assert.equal(values['revision/changeRatioAll'], null)
  assert.equal(values['revision/wrongToRightOfRevised'], null)
})

test('single-turn rollouts have no verifier at all', () => {
  const singles = worked
    .map(rollout)
    .map((each) => ({ ...each, verdict: null, turns: each.turns.slice(0, 1) }))
  const values = outcomeMetrics(countOutcomes(singles))
  assert.equal(values['accuracy/final'], 0.5)
  assert.equal(values['verifier/accuracy'], null)
  assert.equal(values['verifier/balanced'], null)
  assert.equal(values['verifier/unparsed'], null)
})

test('an answer that is missing differs from one that is there, and equals another missing one', () => {
  const without = (isAttempt: boolean, isRevision: boolean): ScoredRollout => {
    const base = rollout([0, 'wrong', 0])
    const turns = base.turns.map((each) =>
      (each.kind === 'attempt' && isAttempt) || (each.kind === 'revision' && isRevision)
        ? { ...each, answer: null }
        : each,
    )
    return { ...base, turns }
  }
  assert.equal(countOutcomes([without(true, false)]).changed, 1)
  assert.equal(countOutcomes([without(true, true)]).changed, 0)
  assert.equal(countOutcomes([without(true, true)]).withoutAnswer, 2)
})

test('numerators and denominators are whole and fit one another', () => {
  for (const [part, whole] of Object.values(outcomeShares(countOutcomes(worked.map(rollout))))) {
    assert.ok(Number.isInteger(part) && Number.isInteger(whole) && part >= 0 && part <= whole)
  }
})

test('turns that contradict the verdict are reported as a fault of the program', () => {
  const base = rollout([1, 'correct', null])
  const turns = base.turns.map((each) => (each.kind === 'verdict' ? { ...each, isCorrect: false } : each))
  assert.throws(() => countOutcomes([{ ...base, turns }]), /expected correct verdicts = .* got 0 and 1/)
})
