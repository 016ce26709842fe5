import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alarmSigns } from '../../../../src/core/train/alarms/alarms.ts'
import type { AlarmInput, AlarmSign } from '../../../../src/core/train/alarms/alarms.ts'
import { countOutcomes } from '../../../../src/core/train/evaluation/outcomeCounts.ts'
import type { OutcomeCounts } from '../../../../src/core/train/evaluation/outcomeCounts.ts'
import { addRecentCounts, type RecentCounts } from '../../../../src/core/train/recentCounts.ts'
import { parseConfig } from '../../../../src/shared/config/parseConfig.ts'

const config = parseConfig({}, 'test')
const half = { 'verdict/correct': 0.5, 'verdict/wrong': 0.5, 'revision/correct': 0.5, 'revision/wrong': 0.5 }
const none = { correct: 0, count: 0 }

/** A step in which nothing is wrong. */
const healthy: OutcomeCounts = {
  ...countOutcomes([]),
  rollouts: 200,
  attemptCorrect: 100,
  finalCorrect: 100,
  revised: 200,
  revisedWrong: 100,
  revisedCorrect: 100,
  changed: 75,
  changedWrong: 60,
  verdicts: 200,
  verdictsOnCorrect: 100,
  verdictsOnWrong: 100,
  truePositives: 70,
  trueNegatives: 70,
  unparsed: 10,
  turns: 500,
  truncated: 5,
}

function signs(counts: Partial<OutcomeCounts>, rest: Partial<AlarmInput> = {}, of = config): AlarmSign[] {
  const quiet = {
    values: {},
    firstLengths: null,
    firstAttempts: none,
    recentTurns: [],
    referenceShares: half,
  }
  return alarmSigns({ ...quiet, ...rest, counts: { ...healthy, ...counts } }, of)
}

function codes(...input: Parameters<typeof signs>): string[] {
  return signs(...input)
    .filter(({ health }) => health === 'bad')
    .map(({ code }) => code)
}

test('a healthy step raises nothing', () => {
  assert.deepEqual(codes({}), [])
})

test('change ratio, unparsed and truncated: beyond the threshold by more than noise', () => {
  // Wilson, 95 %: 39 of 100 lies below 0.4888, 41 of 100 reaches up to 0.508
  assert.deepEqual(codes({ changedWrong: 39 }), ['alarm.change-ratio'])
  assert.deepEqual(codes({ changedWrong: 41 }), [])
  // 27 % of 200 lies above 0.213, 25 % of 200 begins at 0.195
  assert.deepEqual(codes({ unparsed: 54 }), ['alarm.unparsed'])
  assert.deepEqual(codes({ unparsed: 50 }), [])
  assert.deepEqual(codes({ truncated: 125 }), ['alarm.truncated'])
})

test('a revision that keeps a correct answer is no copy: the change ratio over all may be 0.3', () => {
  // the demo at its end, steps 60 to 79: 145 of 644 correct ones changed, 403 of 538 wrong ones
  const demo = { revised: 1182, revisedCorrect: 644, revisedWrong: 538, changed: 548, changedWrong: 403 }
  assert.deepEqual(codes(demo), [])
  assert.deepEqual(codes({ ...demo, changedWrong: 200 }), ['alarm.change-ratio'])
  assert.deepEqual(codes({ ...demo, revisedWrong: 7, changedWrong: 0 }), [])
})

/** Steps with so many attempts each, and nothing to say of later turns. */
function attempted(count: number, ...correct: readonly number[]): RecentCounts {
  return correct.map((each) => ({ ...noTurns, attempts: { correct: each, count } }))
}

test('first attempts that get worse than they were: by more than a twentieth, and more than noise', () => {
  const worse = (recentTurns: RecentCounts, firstAttempts = { correct: 500, count: 1000 }) =>
    codes({}, { firstAttempts, recentTurns })
  // Wilson, 95 %: 500 of 1,000 begins at 0.4691; 70 of 200 ends at 0.4184, 71 of 200 at 0.4235
  assert.deepEqual(worse(attempted(100, 35, 35)), ['alarm.attempts'])
  assert.deepEqual(worse(attempted(100, 36, 35)), [])
  // the newest 200: what was before does not hide a fall, and a fall before does not stay
  assert.deepEqual(worse(attempted(100, 90, 90, 35, 35)), ['alarm.attempts'])
  assert.deepEqual(worse(attempted(100, 0, 0, 50, 50)), [])
  // few at first say little: 16 of 32 begins at 0.336, 20 of 200 ends at 0.15; 2 of 4 begins at 0.15
  assert.deepEqual(worse(attempted(100, 10, 10), { correct: 16, count: 32 }), ['alarm.attempts'])
  assert.deepEqual(worse(attempted(100, 10, 10), { correct: 2, count: 4 }), [])
  // 64 are the fewest; steps that were stored before attempts were counted say nothing
  assert.deepEqual(worse(attempted(32, 5, 5)), ['alarm.attempts'])
  assert.deepEqual(worse(attempted(32, 0)), [])
  assert.deepEqual(worse([...recent(15, 30), ...attempted(32, 0)]), [])
  assert.deepEqual(worse(attempted(100, 0, 0), none), [])
  const [sign] = signs(
    {},
    { firstAttempts: { correct: 45, count: 100 }, recentTurns: attempted(100, 10, 11) },
  )
  assert.equal(
    sign?.message,
    'first attempts get worse: 11 % of those at the last 200 problems are correct, where 45 % were at first',
  )
})

test('a run of SmolLM2 that 5e-5 undid is called so in its fifth step', () => {
  // stage 1: 174 of 384; steps of 32, correct ones as they were on 29 November 2026
  const firstAttempts = { correct: 174, count: 384 }
  const steps = attempted(32, 15, 10, 11, 5, 2, 0, 1)
  const raised = steps.map((_, step) =>
    codes({}, { firstAttempts, recentTurns: steps.slice(0, step + 1) }).includes('alarm.attempts'),
  )
  assert.deepEqual(raised, [false, false, false, false, true, true, true])
})

test('recalls are compared as they are; seven cases say nothing', () => {
  assert.deepEqual(codes({ trueNegatives: 4 }), ['alarm.always-correct'])
  assert.deepEqual(codes({ trueNegatives: 5 }), [])
  assert.deepEqual(codes({ truePositives: 19 }), ['alarm.always-wrong'])
  assert.deepEqual(codes({ truePositives: 20 }), [])
  assert.deepEqual(codes({ trueNegatives: 0, verdictsOnWrong: 8 }), ['alarm.always-correct'])
  assert.deepEqual(codes({ trueNegatives: 0, verdictsOnWrong: 7 }), [])
})

test('KL, entropy and length', () => {
  assert.deepEqual(codes({}, { values: { 'policy/klK3': 0.51 } }), ['alarm.kl'])
  assert.deepEqual(codes({}, { values: { 'policy/klK3': 0.5, 'policy/entropy': 0.002 } }), [])
  assert.deepEqual(codes({}, { values: { 'policy/entropy': 0.001 } }), ['alarm.entropy'])
  const firstLengths = { attempt: 10, verdict: 10, revision: null }
  const values = { 'length/attempt': 20, 'length/verdict': 21, 'length/revision': 99 }
  assert.deepEqual(codes({}, { values, firstLengths }), ['alarm.length.verdict'])
})

const noTurn = { correct: 0, seen: 0 }
const noTurns = {
  'verdict/correct': noTurn,
  'verdict/wrong': noTurn,
  'revision/correct': noTurn,
  'revision/wrong': noTurn,
}

/** One step with so many later turns in two classes, and none in the others. */
function recent(correct: number, seen: number): RecentCounts {
  return [{ ...noTurns, 'verdict/wrong': { correct, seen }, 'revision/wrong': { correct: 5, seen: 10 } }]
}

test('a stale V*: the policy’s share in a class against stage 1’s, beyond noise', () => {
  // of n correct ones out of n, Wilson begins at n / (n + 1.96²): 16 / 19.84 = 0.806 > 0.5 + 0.3, 15 / 18.84
  // = 0.796 is not
  assert.deepEqual(codes({}, { recentTurns: recent(16, 16) }), ['alarm.stale.verdict-wrong'])
  assert.deepEqual(codes({}, { recentTurns: recent(15, 15) }), [])
  assert.deepEqual(codes({}, { recentTurns: recent(0, 16) }), ['alarm.stale.verdict-wrong'])
  // two steps of eight count as one of sixteen; the first of 21 steps is forgotten
  assert.deepEqual(codes({}, { recentTurns: [...recent(8, 8), ...recent(8, 8)] }), [
    'alarm.stale.verdict-wrong',
  ])
  const of = parseConfig({ vStar: { baseline: 'running-mean' } }, 'test')
  assert.deepEqual(codes({}, { recentTurns: recent(16, 16) }, of), [])
  const filtered = parseConfig({ method: 'grpo', data: { filter: 'drop-no-signal' } }, 'test')
  for (const group of [parseConfig({ method: 'grpo' }, 'test'), filtered]) {
    assert.deepEqual(codes({}, { recentTurns: recent(16, 16) }, group), [])
  }
})

test('recent turns are those of the last 20 steps', () => {
  const steps = Array.from({ length: 21 }, (_, step) => recent(step, 30)).flat()
  const after = steps.reduce<RecentCounts>(
    (before, _, step) => addRecentCounts(before, []).with(-1, steps[step] ?? assert.fail()),
    [],
  )
  assert.deepEqual(after, steps.slice(1))
})

test('switched off, nothing is said', () => {
  assert.deepEqual(codes({ changedWrong: 0 }, {}, parseConfig({ alarms: { enabled: false } }, 'test')), [])
})

/** One step with so many groups, and nothing to say of its turns. */
function grouped(withoutSpread: number, groups: number): RecentCounts {
  return recent(15, 30).map((step) => ({ ...step, groups: { groups, withoutSpread } }))
}

test('most groups without spread: of methods that compare them, over the last steps, by more than noise', () => {
  const noSpread = (recentTurns: RecentCounts, method: 'grpo' | 'rloo' | 'a-star-po' | 'reinforce') =>
    codes({}, { recentTurns }, parseConfig({ method }, 'test'))
  // Wilson, 95 %: 8 of 8 begins at 8 / 11.84 = 0.676; 60 of 100 at 0.502, 59 of 100 at 0.492
  assert.deepEqual(noSpread(grouped(8, 8), 'grpo'), ['alarm.no-spread'])
  assert.deepEqual(noSpread(grouped(7, 7), 'grpo'), [])
  assert.deepEqual(noSpread(grouped(60, 100), 'rloo'), ['alarm.no-spread'])
  assert.deepEqual(noSpread(grouped(59, 100), 'rloo'), [])
  // four a step are too few by themselves
  assert.deepEqual(noSpread([...grouped(4, 4), ...grouped(4, 4)], 'grpo'), ['alarm.no-spread'])
  assert.deepEqual(noSpread(grouped(100, 100), 'a-star-po'), [])
  assert.deepEqual(noSpread(grouped(100, 100), 'reinforce'), [])
  // steps that were stored before groups were counted
  assert.deepEqual(noSpread([...recent(15, 30), ...grouped(8, 8)], 'grpo'), ['alarm.no-spread'])
})
