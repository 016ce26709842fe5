import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scoreRollout } from '../../../src/core/reward/scoreRollout.ts'
import { plainRewards } from '../../../src/core/reward/turnReward.ts'
import type { Rollout, Turn, TurnKind, Verdict } from '../../../src/core/rollout/rollout.ts'
import { grading, sums } from '../train/fakeEngine.ts'

function turn(kind: TurnKind, text: string, finishReason: Turn['finishReason'] = 'stop'): Turn {
  return { kind, promptIds: [2], completionIds: [3], samplingLogProbs: [-1], finishReason, text }
}

const [problem] = sums(5).slice(4)

function score(turns: readonly Turn[], verdict: Verdict | null, revisionBonus = 1) {
  if (problem === undefined) throw new RangeError('no problem')
  const rollout: Rollout = { problem, turns, verdict }
  const scored = scoreRollout(rollout, grading, plainRewards({ revisionBonus }))
  return scored.turns.map(({ reward, isCorrect }) => [reward, isCorrect])
}

const correct = '#### 12'
const wrong = '#### 13'

test('the four revisions at α = 1: wrong→correct 2, wrong→wrong 0, correct→correct 1, correct→wrong −1', () => {
  const revise = (first: string, second: string) =>
    score([turn('attempt', first), turn('verdict', ''), turn('revision', second)], 'wrong').at(-1)?.[0]
  assert.deepEqual(
    [revise(wrong, correct), revise(wrong, wrong), revise(correct, correct), revise(correct, wrong)],
    [2, 0, 1, -1],
  )
})

test('another α: 0.5 gives 1.5 and −0.5; 0 gives the plain reward', () => {
  const revise = (first: string, second: string, alpha: number) =>
    score([turn('attempt', first), turn('verdict', ''), turn('revision', second)], 'wrong', alpha).at(-1)?.[0]
  assert.deepEqual([revise(wrong, correct, 0.5), revise(correct, wrong, 0.5)], [1.5, -0.5])
  assert.deepEqual([revise(wrong, correct, 0), revise(correct, wrong, 0)], [1, 0])
})

test('a verdict earns 1 where it agrees with the truth; unparsed agrees with nothing', () => {
  const judge = (first: string, verdict: Verdict) =>
    score([turn('attempt', first), turn('verdict', '')], verdict)[1]
  assert.deepEqual(judge(correct, 'correct'), [1, true])
  assert.deepEqual(judge(correct, 'wrong'), [0, false])
  assert.deepEqual(judge(wrong, 'wrong'), [1, true])
  assert.deepEqual(judge(wrong, 'unparsed'), [0, false])
  assert.deepEqual(judge(correct, 'unparsed'), [0, false])
})

test('a truncated turn has no answer, whatever it already says', () => {
  assert.deepEqual(score([turn('attempt', correct, 'length')], null), [[0, false]])
  const revision = score(
    [turn('attempt', correct), turn('verdict', ''), turn('revision', correct, 'length')],
    'wrong',
  )
  assert.deepEqual(revision[2], [-1, false])
})

test('a rollout that does not begin with an attempt is refused', () => {
  assert.throws(
    () => score([turn('verdict', '')], 'correct'),
    /expected the first turn to be an attempt, got verdict/,
  )
})
