import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addRecentTurns, alarmEvents, alarmSigns, quietStepsToPass } from '../../../src/core/train/alarms.ts'
import type { ActiveAlarms, AlarmInput, AlarmSign, RecentTurns } from '../../../src/core/train/alarms.ts'
import { countOutcomes } from '../../../src/core/train/evaluation/outcomeCounts.ts'
import type { OutcomeCounts } from '../../../src/core/train/evaluation/outcomeCounts.ts'
import { forkRandom } from '../../../src/core/random.ts'
import { isChangeable } from '../../../src/shared/config/changeableFields.ts'
import { parseConfig } from '../../../src/shared/config/parseConfig.ts'
import { configFields } from '../../../src/shared/config/fields.ts'

const config = parseConfig({}, 'test')
const half = { 'verdict/correct': 0.5, 'verdict/wrong': 0.5, 'revision/correct': 0.5, 'revision/wrong': 0.5 }

/** A step in which nothing is wrong. */
const healthy: OutcomeCounts = {
  ...countOutcomes([]),
  rollouts: 200,
  attemptRight: 100,
  finalRight: 100,
  revised: 100,
  changed: 60,
  verdicts: 200,
  verdictsOnRight: 100,
  verdictsOnWrong: 100,
  calledRightRight: 70,
  calledWrongWrong: 70,
  unparsed: 10,
  turns: 500,
  truncated: 5,
}

function signs(counts: Partial<OutcomeCounts>, rest: Partial<AlarmInput> = {}, of = config): AlarmSign[] {
  const quiet = { values: {}, firstLengths: null, recentTurns: [], referenceShares: half }
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
  assert.deepEqual(codes({ changed: 39 }), ['alarm.change-ratio'])
  assert.deepEqual(codes({ changed: 41 }), [])
  // 27 % of 200 lies above 0.213, 25 % of 200 begins at 0.195
  assert.deepEqual(codes({ unparsed: 54 }), ['alarm.unparsed'])
  assert.deepEqual(codes({ unparsed: 50 }), [])
  assert.deepEqual(codes({ truncated: 125 }), ['alarm.truncated'])
})

test('recalls are compared as they are; seven cases say nothing', () => {
  assert.deepEqual(codes({ calledWrongWrong: 4 }), ['alarm.always-correct'])
  assert.deepEqual(codes({ calledWrongWrong: 5 }), [])
  assert.deepEqual(codes({ calledRightRight: 19 }), ['alarm.always-wrong'])
  assert.deepEqual(codes({ calledRightRight: 20 }), [])
  assert.deepEqual(codes({ calledWrongWrong: 0, verdictsOnWrong: 8 }), ['alarm.always-correct'])
  assert.deepEqual(codes({ calledWrongWrong: 0, verdictsOnWrong: 7 }), [])
})

test('KL, entropy and length', () => {
  assert.deepEqual(codes({}, { values: { 'policy/klK3': 0.51 } }), ['alarm.kl'])
  assert.deepEqual(codes({}, { values: { 'policy/klK3': 0.5, 'policy/entropy': 0.002 } }), [])
  assert.deepEqual(codes({}, { values: { 'policy/entropy': 0.001 } }), ['alarm.entropy'])
  const firstLengths = { attempt: 10, verdict: 10, revision: null }
  const values = { 'length/attempt': 20, 'length/verdict': 21, 'length/revision': 99 }
  assert.deepEqual(codes({}, { values, firstLengths }), ['alarm.length.verdict'])
})

/** One step with so many later turns in two classes, and none in the others. */
function recent(right: number, seen: number): RecentTurns {
  const none = { right: 0, seen: 0 }
  return [
    {
      'verdict/correct': none,
      'verdict/wrong': { right, seen },
      'revision/correct': none,
      'revision/wrong': { right: 5, seen: 10 },
    },
  ]
}

test('a stale V*: the policy’s share in a class against stage 1’s, beyond noise', () => {
  // of n right ones out of n, Wilson begins at n / (n + 1.96²): 16 / 19.84 = 0.806 > 0.5 + 0.3, 15 / 18.84 = 0.796 is not
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
  const after = steps.reduce<RecentTurns>(
    (before, _, step) => addRecentTurns(before, []).with(-1, steps[step] ?? assert.fail()),
    [],
  )
  assert.deepEqual(after, steps.slice(1))
})

test('switched off, nothing is said', () => {
  assert.deepEqual(codes({ changed: 0 }, {}, parseConfig({ alarms: { enabled: false } }, 'test')), [])
})

test('an alarm is raised in plain words with a remedy, and once', () => {
  const first = alarmEvents(signs({ changed: 20 }), {}, 7)
  const [event] = first.events
  assert.ok(event?.type === 'log')
  assert.match(event.message, /low answer change ratio \(model collapse\): 20 of 100 revisions/)
  assert.match(event.remedy ?? '', /Raise revisionBonus/)
  assert.deepEqual([event.step, event.key], [7, 'alarm.change-ratio@7'])
  assert.deepEqual(first.active, { 'alarm.change-ratio': 0 })
  assert.deepEqual(alarmEvents(signs({ changed: 20 }), first.active, 8).events, [])
})

test('a remedy names fields that there are, and asks for a new run where they cannot change on the way', () => {
  const named = signs({}).flatMap(({ code, remedy }) =>
    [...remedy.matchAll(/\b[a-z]+(?:[A-Z][a-z]+|\.[a-zA-Z]+)+/g)].map(([path]) => ({ code, remedy, path })),
  )
  assert.ok(named.length >= 8)
  for (const { code, remedy, path } of named) {
    assert.ok(
      configFields.some((field) => field.path === path),
      `${code}: ${path}`,
    )
    if (!isChangeable(path)) assert.match(remedy, /new run/, code)
  }
})

/** Steps at which an alarm is raised by a series of inputs. */
function raisedAt(series: readonly AlarmSign[][]): number[] {
  let active: ActiveAlarms = {}
  return series.flatMap((step, index) => {
    const { events, active: next } = alarmEvents(step, active, index)
    active = next
    return events.map(() => index)
  })
}

const klOf = (kl: number): AlarmSign[] => signs({}, { values: { 'policy/klK3': kl } })

test('one condition is one alarm while it lasts: it passes after 20 good steps without a bad one, clear by a tenth', () => {
  assert.equal(quietStepsToPass, 20)
  const hovering = Array.from({ length: 200 }, (_, step) => klOf(step % 2 === 0 ? 0.51 : 0.49))
  assert.deepEqual(raisedAt(hovering), [0])
  const times = (count: number, kl: number): AlarmSign[][] => Array.from({ length: count }, () => klOf(kl))
  // 0.45 is a tenth below 0.5, 0.46 is not
  assert.deepEqual(raisedAt([klOf(0.6), ...times(500, 0.46), klOf(0.6)]), [0])
  assert.deepEqual(raisedAt([klOf(0.6), ...times(19, 0.45), klOf(0.6), ...times(19, 0.45), klOf(0.6)]), [0])
  assert.deepEqual(raisedAt([klOf(0.6), ...times(20, 0.45), klOf(0.6)]), [0, 21])
  // steps that say nothing neither add to the quiet time nor end it
  assert.deepEqual(
    raisedAt([klOf(0.6), ...times(10, 0.45), signs({}), ...times(10, 0.45), klOf(0.6)]),
    [0, 22],
  )
})

/** Changed answers of `revised` revisions a step, each with this chance: a noisy series fixed by its seed. */
function noisyCollapse(steps: number, revised: number, chanceAt: (step: number) => number): AlarmSign[][] {
  const random = forkRandom(5, 'alarms')
  return Array.from({ length: steps }, (_, step) => {
    const draws = Array.from({ length: revised }, () => random.next() < chanceAt(step))
    return signs({ revised, changed: draws.filter(Boolean).length })
  })
}

test('a collapse seen through the noise of eight revisions a step is one alarm in 2,000 steps', () => {
  // bad: 0 or 1 of 8 (Wilson up to 0.471; 2 of 8 reach 0.591); good: 5 or more, a chance of 1 % beside 50 % at 0.2
  const series = noisyCollapse(2000, 8, () => 0.2)
  const flickers = series.filter((step, index) => isBad(step) && !isBad(series[index - 1] ?? [])).length
  assert.ok(flickers > 400, `without a quiet time there would be ${flickers} alarms`)
  assert.ok((raisedAt(series)[0] ?? 99) < 10)
  assert.equal(raisedAt(series).length, 1)
})

test('a real collapse is raised within three steps, and again when it comes back', () => {
  // of 32 revisions, bad is 10 or fewer: 1 in 2,000 at 0.6, all but 1 in 10,000 at 0.1
  const series = noisyCollapse(200, 32, (step) => ((step >= 60 && step < 90) || step >= 150 ? 0.1 : 0.65))
  const [first = 0, second = 0, ...more] = raisedAt(series)
  assert.ok(first >= 60 && first < 63, `raised at ${first}`)
  assert.ok(second >= 150 && second < 153, `raised again at ${second}`)
  assert.deepEqual(more, [])
})

function isBad(step: readonly AlarmSign[]): boolean {
  return step.some(({ health }) => health === 'bad')
}
