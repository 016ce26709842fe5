import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  alarmEvents,
  quietStepsToPass,
  readActiveAlarms,
  type ActiveAlarms,
} from '../../../../src/core/train/alarms/alarmEvents.ts'
import { alarmSigns, type AlarmInput, type AlarmSign } from '../../../../src/core/train/alarms/alarms.ts'
import { countOutcomes, type OutcomeCounts } from '../../../../src/core/train/evaluation/outcomeCounts.ts'
import { forkRandom } from '../../../../src/core/random.ts'
import { parseConfig } from '../../../../src/shared/config/parseConfig.ts'

const config = parseConfig({}, 'test')
const half = { 'verdict/correct': 0.5, 'verdict/wrong': 0.5, 'revision/correct': 0.5, 'revision/wrong': 0.5 }
const none = { correct: 0, count: 0 }

function signs(counts: Partial<OutcomeCounts>, values: AlarmInput['values'] = {}, of = config): AlarmSign[] {
  const quiet = { firstLengths: null, firstAttempts: none, recentTurns: [], referenceShares: half }
  return alarmSigns({ ...quiet, values, counts: { ...countOutcomes([]), ...counts } }, of)
}

/** A step whose revisions of wrong attempts copy. */
const collapse = { revised: 100, revisedWrong: 100, changed: 20, changedWrong: 20 }

test('an alarm is raised with its step, in plain words, with advice for the run’s own config, and once', () => {
  const first = alarmEvents({ signs: signs(collapse), active: {}, step: 7 }, config)
  const [event] = first.events
  assert.ok(event?.type === 'log')
  assert.match(
    event.message,
    /low answer change ratio \(model collapse\): 20 of 100 revisions of wrong attempts/,
  )
  assert.match(event.remedy ?? '', /^Raise revisionBonus/)
  assert.deepEqual([event.step, event.key, event.level], [7, 'alarm.change-ratio@7', 'warning'])
  assert.deepEqual(first.active, { 'alarm.change-ratio': { since: 7, quietSteps: 0 } })
  assert.deepEqual(alarmEvents({ signs: signs(collapse), active: first.active, step: 8 }, config).events, [])
})

/** Entries of the log by a series of steps, as `step code`. */
function logOf(series: readonly AlarmSign[][], active: ActiveAlarms = {}): string[] {
  return series.flatMap((step, index) => {
    const made = alarmEvents({ signs: step, active, step: index }, config)
    active = made.active
    return made.events.map(({ code, level }) => `${index} ${level} ${code}`)
  })
}

test('what has passed is said with its step, once', () => {
  const good = Array.from({ length: 30 }, () => klOf(0.45))
  assert.deepEqual(logOf([klOf(0.6), ...good, klOf(0.6)]), [
    '0 warning alarm.kl',
    '20 info alarm-passed.kl',
    '31 warning alarm.kl',
  ])
  const passed = alarmEvents(
    { signs: klOf(0.1), active: { 'alarm.kl': { since: 3, quietSteps: 19 } }, step: 44 },
    config,
  )
  const [event] = passed.events
  assert.ok(event)
  assert.equal(
    event.message,
    'the alarm “far from the reference” has passed: clear of its threshold for 20 steps',
  )
  assert.deepEqual([event.step, event.key, event.remedy], [44, 'alarm-passed.kl@44', null])
  assert.deepEqual(passed.active, {})
})

test('an alarm whose sign is no longer looked at ends: alarms or the baseline were switched on the way', () => {
  const active = { 'alarm.kl': { since: 3, quietSteps: 0 } }
  const off = parseConfig({ alarms: { enabled: false } }, 'test')
  const ended = alarmEvents({ signs: signs({}, {}, off), active, step: 9 }, off)
  assert.deepEqual(
    ended.events.map(({ code, step }) => [code, step]),
    [['alarm-passed.kl', 9]],
  )
  assert.match(ended.events[0]?.message ?? '', /no longer watched/)
  assert.deepEqual(ended.active, {})
})

test('alarms of every version’s checkpoints are read, and pass', () => {
  const kl = { since: null, quietSteps: 0 }
  assert.deepEqual(readActiveAlarms(['alarm.kl']), { 'alarm.kl': kl })
  assert.deepEqual(readActiveAlarms({ 'alarm.kl': 7 }), { 'alarm.kl': { since: null, quietSteps: 7 } })
  const now = { 'alarm.kl': { since: 4, quietSteps: 7 } }
  assert.deepEqual(readActiveAlarms(now), now)
  const good = Array.from({ length: 20 }, () => klOf(0.1))
  assert.deepEqual(logOf(good, readActiveAlarms(['alarm.kl'])), ['19 info alarm-passed.kl'])
  // one that this version does not know any more is dropped without a word
  assert.deepEqual(logOf(good, readActiveAlarms(['alarm.gone'])), [])
})

/** Steps at which an alarm is raised by a series of inputs. */
function raisedAt(series: readonly AlarmSign[][]): number[] {
  let active: ActiveAlarms = {}
  return series.flatMap((step, index) => {
    const { events, active: next } = alarmEvents({ signs: step, active, step: index }, config)
    active = next
    return events.filter(({ level }) => level === 'warning').map(() => index)
  })
}

const klOf = (kl: number): AlarmSign[] => signs({}, { 'policy/klK3': kl })

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
    return signs({ revisedWrong: revised, changedWrong: draws.filter(Boolean).length })
  })
}

test('a collapse seen through the noise of eight revisions a step is one alarm in 2,000 steps', () => {
  // bad: 0 or 1 of 8 (Wilson up to 0.471; 2 of 8 reach 0.591); good: 5 or more, a chance of 1 % beside 50 %
  // at 0.2
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
