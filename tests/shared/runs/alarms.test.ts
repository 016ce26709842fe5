import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  alarmEpisodes,
  pastText,
  splitWarnings,
  stepsText,
  warningsOf,
} from '../../../src/shared/runs/alarms.ts'
import { runStatuses, type RunLogEntry } from '../../../src/shared/runs/records.ts'
import { isOver } from '../../../src/shared/runs/runTransitions.ts'

type Level = RunLogEntry['level']

function entry(sequence: number, level: Level, code: string, step: number | null = null): RunLogEntry {
  return {
    runId: 'r',
    sequence,
    atMs: sequence * 10,
    level,
    code,
    message: `m${sequence}`,
    remedy: null,
    step,
  }
}

test('one line a kind, newest first, with how often and since when; plain messages are none', () => {
  const log = [
    entry(1, 'warning', 'a'),
    entry(2, 'info', 'b'),
    entry(3, 'error', 'c'),
    entry(4, 'warning', 'a'),
    entry(5, 'warning', 'a'),
  ]
  assert.deepEqual(
    warningsOf(log).map(({ message, count, firstAtMs }) => [message, count, firstAtMs]),
    [
      ['m5', 3, 10],
      ['m3', 1, 30],
    ],
  )
})

test('an alarm that flickers 1,000 times is one line', () => {
  const log = Array.from({ length: 1000 }, (_, index) => entry(index, 'warning', 'alarm.kl', index))
  assert.deepEqual(
    warningsOf(log).map(({ count }) => count),
    [1000],
  )
})

/** A log, and what is said of it. */
const cases: readonly (readonly [readonly RunLogEntry[], string])[] = [
  [[entry(1, 'warning', 'alarm.change-ratio', 20)], 'low answer change ratio (since step 20)'],
  [
    [entry(1, 'warning', 'alarm.kl', 3), entry(2, 'info', 'alarm-passed.kl', 31)],
    'far from the reference (steps 3 to 31)',
  ],
  [
    [
      entry(1, 'warning', 'alarm.kl', 3),
      entry(2, 'info', 'alarm-passed.kl', 31),
      entry(3, 'warning', 'alarm.kl', 1040),
    ],
    'far from the reference (2 times, last since step 1,040)',
  ],
  // one that passed belongs to its own kind
  [
    [entry(1, 'warning', 'alarm.kl', 3), entry(2, 'info', 'alarm-passed.entropy', 31)],
    'far from the reference (since step 3)',
  ],
  // stored by a version that kept no step
  [[entry(1, 'warning', 'alarm.kl')], 'far from the reference'],
  [[entry(1, 'warning', 'alarm.kl'), entry(2, 'warning', 'alarm.kl')], 'far from the reference (2 times)'],
  [[entry(1, 'warning', 'data.fallback')], 'm1'],
]

test('what is said of each kind: its name, the steps, whether it has passed', () => {
  for (const [log, text] of cases) assert.equal(warningsOf(log).map(pastText).join(' · '), text)
})

test('on a run that is over everything is history; on others what has not passed is now', () => {
  const log = [
    entry(1, 'warning', 'alarm.kl', 3),
    entry(2, 'info', 'alarm-passed.kl', 31),
    entry(3, 'warning', 'alarm.entropy', 40),
  ]
  for (const status of runStatuses) {
    const { now, past } = splitWarnings(warningsOf(log), status)
    const codes = [now, past].map((part) => part.map(({ code }) => code))
    assert.deepEqual(
      codes,
      isOver(status) ? [[], ['alarm.entropy', 'alarm.kl']] : [['alarm.entropy'], ['alarm.kl']],
    )
  }
})

test('every alarm by itself, the newest first, with the entry that says it has passed; a kind that does not pass stays', () => {
  const log = [
    entry(1, 'warning', 'alarm.kl', 3),
    entry(2, 'info', 'alarm-passed.kl', 31),
    entry(3, 'info', 'device'),
    entry(4, 'warning', 'data.fallback'),
    entry(5, 'warning', 'alarm.kl', 50),
    entry(6, 'error', 'store.disk-full'),
    entry(7, 'info', 'alarm-passed.entropy', 60),
  ]
  const told = alarmEpisodes(log).map(({ raised, title, passed }) => [
    raised.sequence,
    title,
    passed?.step ?? null,
  ])
  assert.deepEqual(told, [
    [6, null, null],
    [5, 'far from the reference', null],
    [4, null, null],
    [1, 'far from the reference', 31],
  ])
})

test('steps', () => {
  assert.equal(stepsText({ sinceStep: 0, passedStep: null }), 'since step 0')
  assert.equal(stepsText({ sinceStep: 0, passedStep: 20 }), 'steps 0 to 20')
  assert.equal(stepsText({ sinceStep: null, passedStep: null }), '')
})
