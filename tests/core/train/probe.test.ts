import assert from 'node:assert/strict'
import { test } from 'node:test'
import { probeEvent, probeReference, type ProbeResult } from '../../../src/core/train/probe.ts'
import { parseConfig } from '../../../src/shared/config/parseConfig.ts'
import { conversationWith, fakeSampler, grading, sums } from './fakeEngine.ts'

const config = parseConfig({}, 'test')

async function probe(
  problems: number,
  settings: Parameters<typeof fakeSampler>[0] = {},
  turns = 'self-correction',
) {
  const sampler = fakeSampler(settings)
  const events = probeReference({
    config: parseConfig({ turns }, 'test'),
    conversation: conversationWith(sampler),
    grading,
    problems: sums(problems),
  })
  for (;;) {
    const next = await events.next()
    if (next.done) return { result: next.value, calls: sampler.calls }
  }
}

const hopeless: ProbeResult = {
  problems: 32,
  correct: 0,
  withoutAnswer: 31,
  verdicts: 32,
  unparsed: 30,
  turns: 64,
  truncated: 12,
}

test('32 problems spread over all, one attempt and one verdict each, by draws of their own', async () => {
  const { result, calls } = await probe(320)
  assert.equal(result?.problems, 32)
  assert.equal(result.turns, 64)
  assert.equal(result.verdicts, 32)
  assert.ok(result.correct > 0 && result.correct < 32)
  assert.ok(calls.every(({ requests }) => requests.every(({ seedLabels }) => seedLabels[0] === 'probe')))
  assert.equal(calls[0]?.requests.length, 32)
})

test('without verdicts none are asked for; with few problems stage 1 is as short as a probe', async () => {
  assert.equal((await probe(64, {}, 'single')).result?.verdicts, 0)
  assert.equal((await probe(15)).result, null)
  assert.equal((await probe(16)).result?.problems, 16)
})

test('what cannot be read or is cut is counted', async () => {
  const unread = (await probe(64, { unparsed: 1 })).result
  assert.equal(unread?.unparsed, 32)
  const cut = (await probe(64, { truncated: 1 })).result
  assert.equal(cut?.truncated, 64)
})

test('no reward at all: an error with the numbers and the remedy, a warning where the config says so', () => {
  const event = probeEvent(hopeless, config)
  assert.equal(event.code, 'probe.no-reward')
  assert.equal(event.level, 'error')
  assert.match(
    event.message,
    /0 correct, 31 without a readable answer, 30 of 32 verdicts unparsed, 12 of 64 turns cut/,
  )
  assert.match(event.remedy ?? '', /warmUp\.steps=80/)
  assert.equal(probeEvent(hopeless, parseConfig({ onNoSignal: 'warn' }, 'test')).level, 'warning')
  const longer = probeEvent(hopeless, parseConfig({ warmUp: { steps: 7 } }, 'test'))
  assert.match(longer.remedy ?? '', /raise warmUp\.steps \(now 7\)/)
})

test('one correct answer, or answers that can be read, are never refused', () => {
  assert.equal(probeEvent({ ...hopeless, correct: 1 }, config).level, 'warning')
  const readable = probeEvent({ ...hopeless, withoutAnswer: 0, unparsed: 0 }, config)
  assert.equal(readable.level, 'warning')
  assert.match(readable.remedy ?? '', /easier source/)
  const good = probeEvent({ ...hopeless, correct: 9, withoutAnswer: 1, unparsed: 0 }, config)
  assert.equal(good.level, 'info')
  assert.equal(good.remedy, null)
})
