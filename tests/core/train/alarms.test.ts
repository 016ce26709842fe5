import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alarmEvents, findAlarms } from '../../../src/core/train/alarms.ts'
import { countOutcomes } from '../../../src/core/train/outcomeCounts.ts'
import { parseConfig } from '../../../src/shared/config.ts'

const config = parseConfig({}, 'test')
const counts = {
  ...countOutcomes([]),
  rollouts: 40,
  revised: 20,
  revisedWrong: 10,
  revisedRight: 10,
  verdicts: 40,
  verdictsOnRight: 20,
  verdictsOnWrong: 20,
  turns: 100,
}
const codes = (
  values: Readonly<Record<string, number | null>>,
  firstLengths = null as null | { attempt: number; verdict: number; revision: null },
) => findAlarms({ values, counts, firstLengths }, config).map((alarm) => alarm.code)

test('each alarm at its threshold, and none beyond it', () => {
  const cases: [string, number, number, string][] = [
    ['revision/changeRatio', 0.49, 0.5, 'alarm.change-ratio'],
    ['verifier/wrongRecall', 0.04, 0.05, 'alarm.always-correct'],
    ['verifier/correctRecall', 0.19, 0.2, 'alarm.always-wrong'],
    ['verifier/unparsed', 0.21, 0.2, 'alarm.unparsed'],
    ['turns/truncated', 0.21, 0.2, 'alarm.truncated'],
    ['policy/klK3', 0.51, 0.5, 'alarm.kl'],
    ['policy/entropy', 0.01, 0.02, 'alarm.entropy'],
    ['advantage/verdictAfterWrong', -0.31, -0.3, 'alarm.stale.verdictAfterWrong'],
    ['advantage/revisionAfterCorrect', 0.31, 0.3, 'alarm.stale.revisionAfterCorrect'],
  ]
  for (const [name, bad, good, code] of cases) {
    assert.deepEqual(codes({ [name]: bad }), [code])
    assert.deepEqual(codes({ [name]: good }), [])
    assert.deepEqual(codes({ [name]: null }), [])
  }
  assert.deepEqual(codes({ 'length/verdict': 21 }, { attempt: 10, verdict: 10, revision: null }), [
    'alarm.length.verdict',
  ])
})

test('seven cases say nothing; switched off, nothing is said', () => {
  const few = { ...counts, revised: 7 }
  const values = { 'revision/changeRatio': 0.1 }
  assert.deepEqual(findAlarms({ values, counts: few, firstLengths: null }, config), [])
  const off = parseConfig({ alarms: { enabled: false } }, 'test')
  assert.deepEqual(findAlarms({ values, counts, firstLengths: null }, off), [])
})

test('an alarm is raised once until it has passed, in plain words with a remedy', () => {
  const found = findAlarms({ values: { 'revision/changeRatio': 0.1 }, counts, firstLengths: null }, config)
  const first = alarmEvents(found, [])
  const [event] = first.events
  assert.ok(event?.type === 'log')
  assert.match(event.message, /low answer change ratio \(model collapse\): 0.100 of 20 revisions/)
  assert.match(event.remedy ?? '', /Raise revisionBonus/)
  assert.deepEqual(alarmEvents(found, first.active).events, [])
  assert.deepEqual(alarmEvents([], first.active).active, [])
})
