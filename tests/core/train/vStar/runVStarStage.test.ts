import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runVStarStage } from '../../../../src/core/train/vStar/runVStarStage.ts'
import { learningSignalEvent } from '../../../../src/core/train/vStar/vStarSignal.ts'
import type { VStarSetup } from '../../../../src/core/train/vStar/runVStarStage.ts'
import type { VStarEvent } from '../../../../src/core/train/trainEvent.ts'
import {
  checkResumedVStarInputs,
  checkVStarInputs,
  isPooledEstimate,
  vStarInputs,
} from '../../../../src/core/train/vStar/vStarInputs.ts'
import { parseConfig } from '../../../../src/shared/config/parseConfig.ts'
import type { VStarEstimate } from '../../../../src/shared/runs/records.ts'
import { assertClose } from '../../../assertClose.ts'
import { conversationWith, fakeSampler, grading, sums } from '../fakeEngine.ts'
import { estimateFor } from '../trainingSetup.ts'

const problems = sums(12)

function makeSetup(extra: Partial<VStarSetup> = {}): VStarSetup {
  return {
    config: parseConfig({ vStar: { samples: 5 } }, 'test'),
    conversation: conversationWith(fakeSampler({ unparsed: 0.2, truncated: 0.05 }), 0),
    grading,
    problems,
    done: [],
    tokens: 0,
    stop: { aborted: false },
    ...extra,
  }
}

async function run(setup: VStarSetup) {
  const stage = runVStarStage(setup)
  const events: VStarEvent[] = []
  for (;;) {
    const next = await stage.next()
    if (next.done) return { events, estimates: next.value }
    if (next.value.type !== 'progress' && next.value.type !== 'chunkEnds') events.push(next.value)
  }
}

test('with each estimate comes what was written, graded as it was counted', async () => {
  const { events } = await run(makeSetup())
  const told = events.flatMap((event) => (event.type === 'vStar' ? [event] : []))
  const estimates = told.flatMap((event) => event.estimates)
  const samples = told.flatMap((event) => event.samples)
  assert.equal(samples.length, problems.length)
  for (const [index, each] of samples.entries()) {
    assert.equal(each.problemId, estimates[index]?.problemId)
    assert.equal(each.question.text, problems[index]?.question)
    const correct = each.samples.filter(({ turns }) => turns[0]?.isCorrect === true).length
    assert.equal(correct, estimates[index]?.correctAttempts)
    assert.ok(each.samples.every(({ turns }) => turns.length === 3 && turns.every(({ text }) => text !== '')))
  }
})

test('counts per problem: N attempts, each with a verdict and a forced revision, split by class', async () => {
  const { estimates } = await run(makeSetup())
  assert.deepEqual(
    estimates.map((estimate) => estimate.problemId),
    problems.map((problem) => problem.id),
  )
  for (const each of estimates) {
    assert.equal(each.samples, 5)
    assert.equal(each.verdictsAfterCorrect, each.correctAttempts)
    assert.equal(each.verdictsAfterCorrect + each.verdictsAfterWrong, 5)
    assert.equal(each.revisionsAfterCorrect + each.revisionsAfterWrong, 5)
    assert.ok(each.correctVerdictsAfterWrong <= each.verdictsAfterWrong)
    // a wrong attempt is rejected exactly where its verdict is correct; a correct one where it is not, or it
    // was unparsed
    assert.equal(each.revisionsAfterRejectedWrong, each.correctVerdictsAfterWrong)
    const notAccepted = each.verdictsAfterCorrect - each.correctVerdictsAfterCorrect
    assert.ok((each.revisionsAfterRejectedCorrect ?? NaN) <= notAccepted)
    assert.ok((each.correctRevisionsAfterRejectedWrong ?? NaN) <= each.correctRevisionsAfterWrong)
    assert.ok((each.correctRevisionsAfterRejectedCorrect ?? NaN) <= each.correctRevisionsAfterCorrect)
  }
  assert.ok(estimates.some((each) => each.correctAttempts > 0 && each.correctAttempts < 5))
  assert.ok(estimates.some((each) => (each.revisionsAfterRejectedWrong ?? 0) > 0))
})

test('the stage counts its problems from its first word on, also where it goes on with some that are there', async () => {
  const { estimates } = await run(makeSetup())
  const counts: string[] = []
  for await (const event of runVStarStage(makeSetup({ done: estimates.slice(0, 5), problemsPerChunk: 4 }))) {
    if (event.type === 'progress' && event.stage !== undefined)
      counts.push(`${event.stage} ${event.done}/${event.total} ${event.unit}`)
  }
  assert.deepEqual(
    counts,
    [5, 9, 12].map((done) => `estimate-v-star ${done}/12 problems`),
  )
})

test('chunks change nothing, and a resume at any problem gives the same estimates', async () => {
  const { estimates: whole } = await run(makeSetup())
  assert.deepEqual((await run(makeSetup({ problemsPerChunk: 1 }))).estimates, whole)
  for (const cut of [1, 5, 11]) {
    assert.deepEqual(
      (await run(makeSetup({ done: whole.slice(0, cut), problemsPerChunk: 2 }))).estimates,
      whole,
    )
  }
  // whatever was done before, in whatever order
  assert.deepEqual(
    (await run(makeSetup({ done: [...whole.slice(7), ...whole.slice(2, 4)] }))).estimates,
    whole,
  )
})

test('stopped after the chunk in hand; what is there is returned', async () => {
  const stop = { aborted: false }
  const stage = runVStarStage(makeSetup({ stop, problemsPerChunk: 4 }))
  const found: VStarEstimate[] = []
  for (;;) {
    const next = await stage.next()
    if (next.done) {
      assert.equal(next.value.length, 4)
      break
    }
    if (next.value.type === 'vStar') {
      found.push(...next.value.estimates)
      stop.aborted = true
    }
  }
  assert.equal(found.length, 4)
})

test('metrics: mean V*, accuracy of the reference, share without signal; a word at the end', async () => {
  const { events, estimates } = await run(makeSetup())
  const metrics = events.findLast((event) => event.type === 'metrics')
  assert.ok(metrics?.type === 'metrics')
  const right = estimates.reduce((sum, each) => sum + each.correctAttempts, 0)
  assertClose(metrics.values['vStar/accuracy'] ?? NaN, right / 60, 1e-12)
  const value = (each: VStarEstimate) => 0.5 * Math.log(1 + (each.correctAttempts / 5) * (Math.exp(2) - 1))
  assertClose(
    metrics.values['vStar/mean'] ?? NaN,
    estimates.reduce((sum, each) => sum + value(each), 0) / 12,
    1e-9,
  )
  const last = events.at(-1)
  assert.ok(last?.type === 'log' && last.code === 'vstar.signal')
  assert.match(last.message, /of 12 problems carry no signal/)
})

test('nothing but problems without signal: the way out fits the cause', () => {
  const remedyOf = (...right: readonly number[]) =>
    learningSignalEvent(
      right.map((correct, index) => estimateFor(String(index), correct)),
      parseConfig({}, 'test'),
    ).remedy
  assert.match(remedyOf(0, 0, 0, 0) ?? '', /cannot do this task/)
  assert.match(remedyOf(4, 4, 4, 4) ?? '', /already does this task: choose a harder source/)
  // one attempt a problem: every V* is 0 or 1, whatever the model can do
  assert.match(remedyOf(0, 4, 4, 4) ?? '', /vStar\.samples is too low to tell: raise it/)
  assert.match(remedyOf(0, 0, 0, 4) ?? '', /vStar\.samples is too low to tell: raise it/)
  assert.equal(remedyOf(0, 2, 4, 4), null)
})

test('an estimate made with another template is refused by name, another β₁ is not', () => {
  const parts = {
    templateVersion: 'aaaa',
    retryVersion: 'rrrr',
    referenceHash: 'bbbb',
    problemsHash: 'cccc',
    furtherEndIds: [],
  }
  const config = parseConfig({}, 'test')
  const artifact = { vStarId: 'v1', inputs: vStarInputs(config, parts) }
  checkVStarInputs(
    artifact,
    vStarInputs(parseConfig({ vStar: { beta: 2 }, revisionBonus: 3 }, 'test'), parts),
  )
  assert.throws(
    () => checkVStarInputs(artifact, vStarInputs(config, { ...parts, templateVersion: 'dddd' })),
    /V\* estimate v1 does not fit this run:\n {2}hash of the template: the estimate has aaaa, this run has dddd\nRun stage 1 again/,
  )
  assert.throws(
    () =>
      checkVStarInputs(
        artifact,
        vStarInputs(parseConfig({ sampling: { maxCompletionTokens: 32 }, grader: 'exact' }, 'test'), parts),
      ),
    /grader: .*"math".*"exact"\n {2}sampling.maxCompletionTokens: the estimate has 64, this run has 32/,
  )
  // graded by the rules of an older version: the same completion may have counted as wrong
  const older = { ...artifact.inputs, 'version of the rewards': '1' }
  assert.throws(
    () => checkVStarInputs({ vStarId: 'v1', inputs: older }, vStarInputs(config, parts)),
    /version of the rewards: the estimate has 1, this run has 2\nRun stage 1 again/,
  )
  assert.throws(
    () => checkVStarInputs(artifact, vStarInputs(config, { ...parts, furtherEndIds: [7, 9] })),
    /further end ids: the estimate has nothing, this run has 7, 9/,
  )
})

test('an estimate from before revisions were counted by verdict serves the run that began with it, and no other', () => {
  const parts = {
    templateVersion: 'aaaa',
    retryVersion: 'rrrr',
    referenceHash: 'bbbb',
    problemsHash: 'cccc',
    furtherEndIds: [],
  }
  const wanted = vStarInputs(parseConfig({}, 'test'), parts)
  const { 'revisions counted': _counted, ...inputs } = wanted
  const pooled = { vStarId: 'v1', inputs, complete: true }
  assert.equal(isPooledEstimate(pooled), true)
  assert.equal(isPooledEstimate({ inputs: wanted }), false)
  checkResumedVStarInputs(pooled, wanted)
  assert.throws(
    () => checkVStarInputs(pooled, wanted),
    /revisions counted: the estimate has nothing, this run has by verdict\nRun stage 1 again/,
  )
  // one that is not complete would mix the two
  assert.throws(() => checkResumedVStarInputs({ ...pooled, complete: false }, wanted), {
    code: 'vstar.mismatch',
  })
  const other = { ...wanted, 'hash of the template': 'dddd' }
  assert.throws(() => checkResumedVStarInputs(pooled, other), /hash of the template/)
})

test('the end of a chunk is an event of its own, after the chunk’s estimates and metrics', async () => {
  const kinds: string[] = []
  for await (const { type } of runVStarStage(makeSetup({ problemsPerChunk: 4 })))
    if (type !== 'progress') kinds.push(type)
  const chunks = Math.ceil(problems.length / 4)
  assert.deepEqual(kinds, [
    ...Array.from({ length: chunks }, () => ['vStar', 'metrics', 'chunkEnds']).flat(),
    'log',
  ])
})

test('stage 1 samples what the turns of the config need, the attempts drawn alike; every token is counted', async () => {
  const config = (turns: string) => parseConfig({ turns, vStar: { samples: 5 } }, 'test')
  const [all, single, direct] = await Promise.all(
    ['self-correction', 'single', 'direct-multi-turn'].map((turns) =>
      run(makeSetup({ config: config(turns) })),
    ),
  )
  const attempts = (found: typeof all) => found?.estimates.map(({ correctAttempts }) => correctAttempts)
  assert.deepEqual(attempts(single), attempts(all))
  assert.deepEqual(attempts(direct), attempts(all))
  const sum = (found: typeof all, of: (each: VStarEstimate) => number | null) =>
    (found?.estimates ?? []).reduce((total, each) => total + (of(each) ?? NaN), 0)
  for (const [found, verdicts, revisions] of [
    [all, 60, 60],
    [single, 0, 0],
    [direct, 0, 60],
  ] as const) {
    assert.equal(
      sum(found, (each) => each.verdictsAfterCorrect + each.verdictsAfterWrong),
      verdicts,
    )
    assert.equal(
      sum(found, (each) => each.revisionsAfterCorrect + each.revisionsAfterWrong),
      revisions,
    )
    const counted = found?.events.filter((event) => event.type === 'metrics').at(-1)
    assert.equal(
      sum(found, ({ tokens }) => tokens),
      counted?.tokens,
    )
  }
})

test('an estimate of attempts alone is no estimate of later turns; the other way round it is', () => {
  const parts = {
    templateVersion: 'aaaa',
    retryVersion: 'rrrr',
    referenceHash: 'bbbb',
    problemsHash: 'cccc',
    furtherEndIds: [],
  }
  const inputsOf = (turns: string, rest: object = {}) =>
    vStarInputs(parseConfig({ turns, ...rest }, 'test'), parts)
  const estimateOf = (turns: string, rest: object = {}) => ({ vStarId: 'v1', inputs: inputsOf(turns, rest) })
  checkVStarInputs(estimateOf('self-correction'), inputsOf('single'))
  checkVStarInputs(estimateOf('self-correction'), inputsOf('never-revise'))
  assert.throws(
    () => checkVStarInputs(estimateOf('single'), inputsOf('self-correction')),
    /turns sampled: the estimate has attempts, this run has nothing/,
  )
  assert.throws(() => checkVStarInputs(estimateOf('self-correction'), inputsOf('direct-multi-turn')), {
    code: 'vstar.mismatch',
  })
  const fresh = { revisionContext: 'fresh' }
  checkVStarInputs(estimateOf('self-correction', fresh), inputsOf('always-revise', fresh))
  checkVStarInputs(estimateOf('self-correction', fresh), inputsOf('single'))
  assert.throws(
    () => checkVStarInputs(estimateOf('self-correction'), inputsOf('self-correction', fresh)),
    /context of revisions: the estimate has nothing, this run has fresh/,
  )
})
