import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scoreRollout } from '../../../src/core/reward/scoreRollout.ts'
import { plainRewards } from '../../../src/core/reward/turnReward.ts'
import { packRow } from '../../../src/core/rollout/packedRow.ts'
import { rollOutSelfCorrection } from '../../../src/core/rollout/selfCorrection.ts'
import { storedRollout, storedRollouts } from '../../../src/core/train/storedRollout.ts'
import { checkpointSteps } from '../../../src/core/train/trainState.ts'
import { parseConfig } from '../../../src/shared/config/parseConfig.ts'
import { conversationWith, fakeSampler, grading, sums, tokenizer } from './fakeEngine.ts'

test('a stored rollout has the words that were put before each turn, and what was made of its own', async () => {
  const [rollout] = await rollOutSelfCorrection(sums(8).slice(7), {
    conversation: conversationWith(fakeSampler()),
    turns: 'always-revise',
    samples: 1,
    seedLabels: ['test'],
  })
  assert.ok(rollout !== undefined)
  const scored = scoreRollout(rollout, grading, plainRewards({ revisionBonus: 0 }))
  const stored = storedRollout(scored, tokenizer, { step: 4, split: 'validation' })
  assert.deepEqual(
    [stored.step, stored.split, stored.problemId, stored.knownAnswer],
    [4, 'validation', 'sum-7', '21'],
  )
  assert.deepEqual(
    stored.turns.map((turn) => turn.promptText),
    ['7+14=\n', '\n\nCheck.\n', '\n\nAgain.\n'],
  )
  for (const [index, turn] of stored.turns.entries()) {
    assert.equal(turn.completionText, rollout.turns[index]?.text)
    assert.equal(turn.tokens, rollout.turns[index]?.completionIds.length)
    assert.deepEqual([turn.turnBaseline, turn.advantage, turn.logRatio], [null, null, null])
  }
})

test('the first four rollouts of a step have the log-probs of their tokens, with ends that cut the text', async () => {
  const rollouts = await rollOutSelfCorrection(sums(6), {
    conversation: conversationWith(fakeSampler()),
    turns: 'always-revise',
    samples: 1,
    seedLabels: ['test'],
  })
  const scored = rollouts.map((rollout) => {
    const row = packRow(rollout.turns)
    const referenceLogProbs = Float32Array.from(row.ids.subarray(1), (id) => -id)
    return {
      ...scoreRollout(rollout, grading, plainRewards({ revisionBonus: 0 })),
      rows: [{ ...row, referenceLogProbs }],
    }
  })
  const stored = storedRollouts(scored, tokenizer, { step: 4, split: 'train' })
  assert.deepEqual(
    stored.map(({ turns }) => turns.every(({ perToken }) => perToken !== undefined)),
    [true, true, true, true, false, false],
  )
  for (const [place, turn] of (stored[3]?.turns ?? []).entries()) {
    const sampled = rollouts[3]?.turns[place] ?? assert.fail('no turn')
    const { ends, logProbs, referenceLogProbs } = turn.perToken ?? assert.fail('no values')
    // a character a token, then the end token, which has no text
    assert.deepEqual(
      ends,
      [...sampled.completionIds.keys()].map((index) => Math.min(index + 1, turn.completionText.length)),
    )
    assert.equal(ends.length, turn.tokens)
    assert.deepEqual(
      referenceLogProbs,
      sampled.completionIds.map((id) => -id),
    )
    logProbs.forEach((logProb, index) => {
      assert.ok(Math.abs(logProb - (sampled.samplingLogProbs[index] ?? 0)) <= 5e-5)
    })
  }
})

test('checkpoints: every 10, 50 or 100 steps by size, or as the config says', () => {
  const auto = parseConfig({}, 'test')
  assert.deepEqual(
    [10e6, 1e9, 20e9].map((bytes) => checkpointSteps(auto, bytes)),
    [10, 50, 100],
  )
  assert.equal(checkpointSteps(parseConfig({ checkpointEvery: 7 }, 'test'), 20e9), 7)
})
