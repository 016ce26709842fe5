import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alarmEvents, findAlarms } from '../../../src/core/train/alarms.ts'
import type { AlarmInput } from '../../../src/core/train/alarms.ts'
import { countOutcomes } from '../../../src/core/train/outcomeCounts.ts'
import type { OutcomeCounts } from '../../../src/core/train/outcomeCounts.ts'
import { parseConfig } from '../../../src/shared/config.ts'

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

function codes(counts: Partial<OutcomeCounts>, rest: Partial<AlarmInput> = {}, of = config): string[] {
  const quiet = { values: {}, firstLengths: null, runningShares: half, referenceShares: half }
  return findAlarms({ ...quiet, ...rest, counts: { ...healthy, ...counts } }, of).map((alarm) => alarm.code)
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

test('a stale V*: the policy’s share in a class against stage 1’s', () => {
  const runningShares = { ...half, 'verdict/wrong': 0.81, 'revision/correct': 0.79 }
  assert.deepEqual(codes({}, { runningShares }), ['alarm.stale.verdict-wrong'])
  assert.deepEqual(
    codes({}, { runningShares }, parseConfig({ vStar: { baseline: 'running-mean' } }, 'test')),
    [],
  )
  assert.deepEqual(codes({}, { runningShares }, parseConfig({ method: 'grpo' }, 'test')), [])
})

test('switched off, nothing is said', () => {
  assert.deepEqual(codes({ changed: 0 }, {}, parseConfig({ alarms: { enabled: false } }, 'test')), [])
})

test('an alarm is raised once until it has passed, in plain words with a remedy', () => {
  const quiet = { values: {}, firstLengths: null, runningShares: half, referenceShares: half }
  const found = findAlarms({ ...quiet, counts: { ...healthy, changed: 20 } }, config)
  const first = alarmEvents(found, [])
  const [event] = first.events
  assert.ok(event?.type === 'log')
  assert.match(event.message, /low answer change ratio \(model collapse\): 20 of 100 revisions/)
  assert.match(event.remedy ?? '', /Raise revisionBonus/)
  assert.deepEqual(alarmEvents(found, first.active).events, [])
  assert.deepEqual(alarmEvents([], first.active).active, [])
})
