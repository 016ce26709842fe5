import assert from 'node:assert/strict'
import { test } from 'node:test'
import { packRow } from '../../../src/core/rollout/packedRow.ts'
import { rollOutSelfCorrection, type TurnMode } from '../../../src/core/rollout/selfCorrection.ts'
import { conversationLength } from '../../../src/core/tokens/conversationLength.ts'
import { checkRowLengths } from '../../../src/core/train/trainingProblems.ts'
import { parseConfig } from '../../../src/shared/config/parseConfig.ts'
import { conversationWith, fakeSampler, prompts, sums } from '../train/fakeEngine.ts'

// the fake sampler cuts a turn at 3 tokens; ids are characters
const sampling = { maxCompletionTokens: 3 }

test('by hand: "0+0=" and a line end are 5 tokens, a later turn adds an end token and its prompt with three line ends', () => {
  const lengthOf = (turns: TurnMode) => conversationLength(5, prompts, { turns, sampling })
  const verdict = 1 + 'Check.'.length + 3 + 3
  const revision = 1 + 'Again.'.length + 3 + 3
  assert.equal(lengthOf('single'), 5 + 3)
  assert.equal(lengthOf('never-revise'), 5 + 3 + verdict)
  assert.equal(lengthOf('always-revise'), 5 + 3 + verdict + revision)
  assert.equal(lengthOf('self-correction'), 5 + 3 + verdict + revision)
})

test('a rollout whose turns are all cut off has that length, token for token', async () => {
  const conversation = conversationWith(fakeSampler({ truncated: 1 }))
  for (const turns of ['single', 'never-revise', 'always-revise'] as const) {
    const rollouts = await rollOutSelfCorrection(sums(12), {
      conversation,
      turns,
      samples: 1,
      seedLabels: [],
    })
    for (const { problem, turns: made } of rollouts) {
      const firstPrompt = prompts.firstPromptIds(problem).length
      assert.equal(packRow(made).ids.length, conversationLength(firstPrompt, prompts, { turns, sampling }))
    }
  }
})

test('a problem is refused from the first token that its row would have too many', () => {
  const config = parseConfig({ sampling }, 'test')
  const check = (maxRowLength: number) => checkRowLengths(sums(1), prompts, { config, maxRowLength })
  const longest = conversationLength(5, prompts, config)
  check(longest)
  assert.throws(() => check(longest - 1), {
    code: 'train.too-long',
    message: `a rollout of problem sum-0 may have ${longest} tokens, the trainer takes ${longest - 1}. Lower sampling.maxCompletionTokens (now 3) or drop the problem.`,
  })
})
