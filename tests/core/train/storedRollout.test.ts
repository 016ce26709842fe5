import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scoreRollout } from '../../../src/core/reward/scoreRollout.ts'
import { plainRewards } from '../../../src/core/reward/turnReward.ts'
import { rollOutSelfCorrection } from '../../../src/core/rollout/selfCorrection.ts'
import { storedRollout } from '../../../src/core/train/storedRollout.ts'
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

test('checkpoints: every 10, 50 or 100 steps by size, or as the config says', () => {
  const auto = parseConfig({}, 'test')
  assert.deepEqual(
    [10e6, 1e9, 20e9].map((bytes) => checkpointSteps(auto, bytes)),
    [10, 50, 100],
  )
  assert.equal(checkpointSteps(parseConfig({ checkpointEvery: 7 }, 'test'), 20e9), 7)
})
