import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rollOutSelfCorrection } from '../../../src/core/rollout/selfCorrection.ts'
import type { RolloutSetup } from '../../../src/core/rollout/selfCorrection.ts'
import { packRow } from '../../../src/core/rollout/packedRow.ts'
import { conversationWith, fakeSampler, sums, tokenizer } from '../train/fakeEngine.ts'

function setup(extra: Partial<RolloutSetup> = {}): RolloutSetup {
  return {
    conversation: conversationWith(fakeSampler(), 5),
    turns: 'self-correction',
    samples: 1,
    seedLabels: ['train', 0],
    ...extra,
  }
}

const kinds = (rollouts: Awaited<ReturnType<typeof rollOutSelfCorrection>>) =>
  rollouts.map((rollout) => rollout.turns.map((turn) => turn.kind).join(' '))

test('a revision follows where the verdict is wrong, and only there', async () => {
  const rollouts = await rollOutSelfCorrection(sums(40), setup())
  const verdicts = new Set(rollouts.map((rollout) => rollout.verdict))
  assert.deepEqual(verdicts, new Set(['correct', 'wrong']))
  for (const { verdict, turns } of rollouts) assert.equal(turns.length, verdict === 'wrong' ? 3 : 2)
})

test('the four turn modes', async () => {
  const three = 'attempt verdict revision'
  assert.deepEqual(
    new Set(kinds(await rollOutSelfCorrection(sums(20), setup({ turns: 'single' })))),
    new Set(['attempt']),
  )
  assert.deepEqual(
    new Set(kinds(await rollOutSelfCorrection(sums(20), setup({ turns: 'always-revise' })))),
    new Set([three]),
  )
  assert.deepEqual(
    new Set(kinds(await rollOutSelfCorrection(sums(20), setup({ turns: 'never-revise' })))),
    new Set(['attempt verdict']),
  )
  assert.deepEqual(
    (await rollOutSelfCorrection(sums(2), setup({ turns: 'single' }))).map((each) => each.verdict),
    [null, null],
  )
})

test('direct multi-turn: a second attempt after every first one, asked for without a verdict and in the same words', async () => {
  const sampler = fakeSampler()
  const rollouts = await rollOutSelfCorrection(
    sums(20),
    setup({ turns: 'direct-multi-turn', conversation: conversationWith(sampler, 5) }),
  )
  assert.deepEqual(new Set(kinds(rollouts)), new Set(['attempt revision']))
  for (const { turns, verdict } of rollouts) {
    assert.equal(verdict, null)
    const [attempt, second] = turns
    const asked = tokenizer.decode((second?.promptIds ?? []).slice(attempt?.promptIds.length ?? 0))
    assert.equal(asked, `${attempt?.text}\n\nOnce more.\n`)
    assert.equal(packRow(turns).spans.length, 2)
  }
  // the first attempts are those of every other mode
  const single = await rollOutSelfCorrection(sums(20), setup({ turns: 'single' }))
  assert.deepEqual(
    rollouts.map(({ turns }) => turns[0]?.text),
    single.map(({ turns }) => turns[0]?.text),
  )
})

test('an unparsed or truncated verdict ends the rollout', async () => {
  const unparsed = fakeSampler({ unparsed: 1 })
  const rollouts = await rollOutSelfCorrection(sums(10), setup({ conversation: conversationWith(unparsed) }))
  for (const { verdict, turns } of rollouts) assert.deepEqual([verdict, turns.length], ['unparsed', 2])
  const cut = await rollOutSelfCorrection(
    sums(10),
    setup({ conversation: conversationWith(fakeSampler({ truncated: 1 })) }),
  )
  for (const { verdict, turns } of cut) assert.deepEqual([verdict, turns.length], ['unparsed', 2])
})

test('a verdict inside the thinking, which never closes, is unparsed', async () => {
  const conversation = conversationWith(fakeSampler(), 5)
  const prompts = { ...conversation.prompts, startsInThinking: true }
  const rollouts = await rollOutSelfCorrection(
    sums(10),
    setup({ conversation: { ...conversation, prompts } }),
  )
  for (const { verdict, turns } of rollouts) assert.deepEqual([verdict, turns.length], ['unparsed', 2])
})

test('a truncated turn is closed with an end token that belongs to no turn', async () => {
  const conversation = conversationWith(fakeSampler({ truncated: 1 }))
  const [rollout] = await rollOutSelfCorrection(sums(1), setup({ conversation, turns: 'always-revise' }))
  const turns = rollout?.turns ?? []
  const { ids, spans } = packRow(turns)
  assert.equal(spans.length, 3)
  for (const [index, span] of spans.entries()) {
    assert.deepEqual([...ids.slice(span.start, span.end)], turns[index]?.completionIds)
    assert.ok(!ids.slice(span.start, span.end).includes(1))
    if (index < 2) assert.equal(ids[span.end], 1) // the injected end token
  }
})

test('every prompt is the sampled ids so far and the injected words', async () => {
  const [rollout] = await rollOutSelfCorrection(sums(1), setup({ turns: 'always-revise' }))
  const [attempt, verdict, revision] = rollout?.turns ?? []
  const history = [...(attempt?.promptIds ?? []), ...(attempt?.completionIds ?? [])]
  assert.deepEqual(verdict?.promptIds, [...history, ...tokenizer.encode('\n\nCheck.\n')])
  const further = [...(verdict?.promptIds ?? []), ...(verdict?.completionIds ?? [])]
  assert.deepEqual(revision?.promptIds, [...further, ...tokenizer.encode('\n\nAgain.\n')])
})

test('in a fresh context a revision sees the first prompt alone, and nothing else changes', async () => {
  const within = await rollOutSelfCorrection(sums(20), setup())
  const { conversation } = setup()
  const fresh = await rollOutSelfCorrection(
    sums(20),
    setup({
      conversation: { ...conversation, prompts: { ...conversation.prompts, revisionContext: 'fresh' } },
    }),
  )
  const revised = fresh.filter(({ turns }) => turns.length === 3)
  assert.ok(revised.length > 0 && revised.length < fresh.length)
  for (const { turns } of revised) assert.deepEqual(turns[2]?.promptIds, turns[0]?.promptIds)
  assert.deepEqual(
    fresh.map(({ turns }) => turns.slice(0, 2)),
    within.map(({ turns }) => turns.slice(0, 2)),
  )
})

test('what is drawn for a problem does not depend on what else is sampled', async () => {
  const together = await rollOutSelfCorrection(sums(12), setup({ samples: 3 }))
  const alone = await rollOutSelfCorrection(sums(12).slice(7, 8), setup({ samples: 3 }))
  const ofSeven = together.filter((rollout) => rollout.problem.id === 'sum-7')
  assert.equal(ofSeven.length, 3)
  assert.deepEqual(ofSeven, alone)
  const otherLabels = await rollOutSelfCorrection(sums(12), setup({ samples: 3, seedLabels: ['train', 1] }))
  assert.notDeepEqual(otherLabels, together)
})

test('a raised signal stops before anything is drawn, with the sampler’s own code', async () => {
  await assert.rejects(rollOutSelfCorrection(sums(2), setup({ signal: { aborted: true } })), {
    code: 'sampler.stopped',
  })
})
