import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBatchWriter } from '../../../src/main/store/batchStore.ts'
import { beyondRetention, readCheckpoints, storeCheckpoint } from '../../../src/main/store/checkpointStore.ts'
import { readEvaluations } from '../../../src/main/store/evaluationStore.ts'
import { appendLog, readLog } from '../../../src/main/store/eventLog.ts'
import { outcomesByStep, readRollouts } from '../../../src/main/store/rollouts/rolloutQuery.ts'
import { readRun } from '../../../src/main/store/runs/runStore.ts'
import { countVStar, findVStar, readVStar, readVStarEstimates } from '../../../src/main/store/vStarStore.ts'
import type {
  CheckpointRecord,
  Evaluation,
  VStarArtifact,
  VStarEstimate,
} from '../../../src/shared/runs/records.ts'
import type { RunEvent } from '../../../src/shared/runs/runEvent.ts'
import { addRun, rollout, temporaryStore, turn } from './storeFixtures.ts'

const revised = (first: boolean, second: boolean) => [
  turn('attempt', { isCorrect: first }),
  turn('verdict'),
  turn('revision', { isCorrect: second }),
]
const rollouts = [
  rollout(0, 'p1', { turns: revised(true, false), verdict: 'wrong' }),
  rollout(0, 'p2', { turns: revised(false, true), verdict: 'wrong' }),
  rollout(0, 'p3', { verdict: 'unparsed' }),
  rollout(1, 'p1', {
    turns: [turn('attempt', { isCorrect: false, finishReason: 'length', answer: null, advantage: null })],
  }),
  rollout(1, 'p2', { split: 'validation' }),
]
const page = { offset: 0, limit: 10 }

test('rollouts come back as they were, by step, outcome, verdict, truncation, problem and page', (t) => {
  const { db } = temporaryStore(t)
  const runId = addRun(db, 'a')
  openBatchWriter(db, runId).store({ runId, sequence: 1, events: [{ type: 'rollouts', rollouts }] }, 1)
  const all = readRollouts(db, { runId }, page)
  assert.equal(all.total, 5)
  const { position, outcome, ...first } = all.rollouts[0] ?? assert.fail('no rollout')
  assert.deepEqual([position, outcome], [0, 'right-to-wrong'])
  assert.deepEqual(first, rollouts[0])
  const ids = (filter: object): string[] =>
    readRollouts(db, { runId, ...filter }, page).rollouts.map((found) => `${found.problemId}@${found.step}`)
  assert.deepEqual(ids({ step: 0, outcomes: ['right-to-wrong', 'wrong-to-right'] }), ['p1@0', 'p2@0'])
  assert.deepEqual(ids({ verdict: 'unparsed' }), ['p3@0'])
  assert.deepEqual(ids({ truncated: true }), ['p1@1'])
  assert.deepEqual(ids({ problemId: 'p1', split: 'train' }), ['p1@0', 'p1@1'])
  const second = readRollouts(db, { runId }, { offset: 1, limit: 1 })
  assert.deepEqual([second.total, second.rollouts[0]?.problemId], [5, 'p2'])
  assert.deepEqual(outcomesByStep(db, runId, 'train'), [
    { step: 0, rollouts: 3, outcomes: { right: 1, 'right-to-wrong': 1, 'wrong-to-right': 1 } },
    { step: 1, rollouts: 1, outcomes: { wrong: 1 } },
  ])
})

test('a step rolled out again must give the same rollouts, in the same order', (t) => {
  const { db } = temporaryStore(t)
  const runId = addRun(db, 'a')
  openBatchWriter(db, runId).store(
    { runId, sequence: 1, events: [{ type: 'rollouts', rollouts: rollouts.slice(0, 2) }] },
    1,
  )
  // killed after two of the three: the next process sends the step anew, in other portions
  const resumed = openBatchWriter(db, runId)
  const send = (sequence: number, from: number, to: number): boolean =>
    resumed.store({ runId, sequence, events: [{ type: 'rollouts', rollouts: rollouts.slice(from, to) }] }, 2)
  send(2, 0, 1)
  send(3, 1, 3)
  assert.equal(readRollouts(db, { runId }, page).total, 3)
  const third = openBatchWriter(db, runId)
  const other = [{ ...rollout(0, 'p1', { turns: revised(true, true), verdict: 'wrong' }) }]
  assert.throws(
    () => third.store({ runId, sequence: 4, events: [{ type: 'rollouts', rollouts: other }] }, 3),
    {
      code: 'run.differs',
      message: /step 0 was computed twice and its rollout 0 \(problem p1\) differs/,
    },
  )
})

const perToken = { ends: [3, 10, 10], logProbs: [-0.5, 0, -3.25], referenceLogProbs: [-0.25, -1, -9999] }

test('values of tokens come back as they were; where an earlier version kept none, the step is the same', (t) => {
  const { db } = temporaryStore(t)
  const runId = addRun(db, 'a')
  const withTokens = [rollout(0, 'p1', { turns: [turn('attempt', { perToken })], verdict: null })]
  const without = [rollout(0, 'p1', { turns: [turn('attempt')], verdict: null })]
  const send = (sequence: number, sent: typeof withTokens): boolean =>
    openBatchWriter(db, runId).store({ runId, sequence, events: [{ type: 'rollouts', rollouts: sent }] }, 1)
  send(1, without)
  send(2, withTokens)
  assert.equal(readRollouts(db, { runId }, page).rollouts[0]?.turns[0]?.perToken, undefined)
  db.exec('DELETE FROM turn; DELETE FROM rollout')
  send(3, withTokens)
  assert.deepEqual(readRollouts(db, { runId }, page).rollouts[0]?.turns[0]?.perToken, perToken)
  const other = { ...perToken, logProbs: [-0.5, 0, -3.5] }
  const differs = [rollout(0, 'p1', { turns: [turn('attempt', { perToken: other })], verdict: null })]
  assert.throws(() => send(4, differs), { code: 'run.differs' })
})

test('a rolled back batch counts no rollouts', (t) => {
  const { db } = temporaryStore(t)
  const runId = addRun(db, 'a')
  const writer = openBatchWriter(db, runId)
  const event = { type: 'rollouts', rollouts: rollouts.slice(0, 2) } as const
  const broken = { type: 'vStar', estimates: [] } as const
  assert.throws(() => writer.store({ runId, sequence: 1, events: [event, broken] }, 1), {
    code: 'v-star.undeclared',
  })
  writer.store({ runId, sequence: 1, events: [event] }, 1)
  assert.deepEqual(
    readRollouts(db, { runId }, page).rollouts.map((found) => found.position),
    [0, 1],
  )
})

const estimate = (problemId: string, correctAttempts: number): VStarEstimate => ({
  problemId,
  canonical: `c-${problemId}`,
  samples: 8,
  correctAttempts,
  verdictsAfterCorrect: correctAttempts,
  correctVerdictsAfterCorrect: 1,
  verdictsAfterWrong: 8 - correctAttempts,
  correctVerdictsAfterWrong: 2,
  revisionsAfterCorrect: correctAttempts,
  correctRevisionsAfterCorrect: 3,
  revisionsAfterWrong: 8 - correctAttempts,
  correctRevisionsAfterWrong: 4,
  revisionsAfterRejectedCorrect: 2,
  correctRevisionsAfterRejectedCorrect: 1,
  revisionsAfterRejectedWrong: 2,
  correctRevisionsAfterRejectedWrong: 1,
  tokens: 100,
})

test('a V* artifact grows problem by problem, is counted, found by its inputs, and never changed', (t) => {
  const { db } = temporaryStore(t)
  const runId = addRun(db, 'a', { stage: 'estimate-v-star' })
  const writer = openBatchWriter(db, runId)
  const artifact: VStarArtifact = {
    vStarId: 'v1',
    runId,
    createdAtMs: 5,
    inputHash: 'h1',
    inputs: { model: 'm', template: 't' },
    complete: false,
    problems: 3,
  }
  const declare: RunEvent = { type: 'vStarArtifact', artifact }
  const estimates = [estimate('p1', 0), estimate('p2', 3), estimate('p3', 3)]
  writer.store(
    { runId, sequence: 1, events: [declare, { type: 'vStar', estimates: estimates.slice(0, 2) }] },
    1,
  )
  assert.equal(readRun(db, runId).vStarId, 'v1')
  assert.equal(findVStar(db, 'h1'), null)
  writer.store({ runId, sequence: 2, events: [declare, { type: 'vStar', estimates: estimates.slice(1) }] }, 2)
  writer.store({ runId, sequence: 3, events: [{ ...declare, artifact: { ...artifact, complete: true } }] }, 3)
  assert.deepEqual(readVStarEstimates(db, 'v1'), estimates)
  // when the first batch of it was taken in, by this machine's clock, not by the trainer's
  assert.deepEqual(findVStar(db, 'h1'), { ...artifact, complete: true, createdAtMs: 1 })
  assert.deepEqual(countVStar(db, 'v1'), [
    { samples: 8, correct: 0, problems: 1 },
    { samples: 8, correct: 3, problems: 2 },
  ])
  const changed: RunEvent = { type: 'vStar', estimates: [estimate('p1', 1)] }
  assert.throws(() => writer.store({ runId, sequence: 4, events: [changed] }, 4), {
    code: 'run.differs',
    message: /problem p1 was sampled twice and its counts differ/,
  })
  const otherInputs: RunEvent = { ...declare, artifact: { ...artifact, inputHash: 'h2' } }
  assert.throws(() => writer.store({ runId, sequence: 4, events: [otherInputs] }, 4), {
    code: 'v-star.differs',
  })
  assert.equal(readVStar(db, 'v1')?.complete, true)
  assert.equal(readVStar(db, 'v2'), null)
})

const evaluation: Evaluation = {
  evaluationId: 'e1',
  runId: 'a',
  step: 20,
  split: 'test',
  samples: 1,
  problems: 1000,
  proportions: { 'accuracy/final': { successes: 700, trials: 1000, value: 0.7, low: 0.671, high: 0.728 } },
  createdAtMs: 9,
}

test('an evaluation is stored once; made again it must be equal', (t) => {
  const { db } = temporaryStore(t)
  const runId = addRun(db, 'a')
  const writer = openBatchWriter(db, runId)
  writer.store({ runId, sequence: 1, events: [{ type: 'evaluation', evaluation }] }, 1)
  const again = { ...evaluation, evaluationId: 'e2', createdAtMs: 99 }
  writer.store({ runId, sequence: 2, events: [{ type: 'evaluation', evaluation: again }] }, 2)
  assert.deepEqual(readEvaluations(db, runId), [{ ...evaluation, createdAtMs: 1 }])
  const other = { ...again, proportions: {} }
  assert.throws(
    () => writer.store({ runId, sequence: 3, events: [{ type: 'evaluation', evaluation: other }] }, 3),
    {
      code: 'run.differs',
      message: /evaluation on the test split at step 20 was made twice and differs/,
    },
  )
})

const checkpoint = (step: number, validation: number | null): CheckpointRecord => ({
  checkpointId: `c${step}`,
  runId: 'a',
  step,
  folder: `runs/a/checkpoints/step-${step}`,
  bytes: 10,
  sha256: 's',
  validation,
  createdAtMs: step,
})

test('checkpoints come newest first; a step written again replaces its row', (t) => {
  const { db } = temporaryStore(t)
  for (const record of [
    checkpoint(10, 0.5),
    checkpoint(30, null),
    { ...checkpoint(10, 0.6), checkpointId: 'again' },
  ]) {
    storeCheckpoint(db, record)
  }
  assert.deepEqual(
    readCheckpoints(db, 'a').map((record) => [record.step, record.checkpointId, record.validation]),
    [
      [30, 'c30', null],
      [10, 'again', 0.6],
    ],
  )
})

test('kept are the best by validation and the last k', () => {
  const all = [
    checkpoint(10, 0.5),
    checkpoint(20, 0.9),
    checkpoint(30, 0.7),
    checkpoint(40, null),
    checkpoint(50, 0.9),
  ]
  const dropped = (keepLast: number, records = all): number[] =>
    beyondRetention(records, keepLast).map((c) => c.step)
  assert.deepEqual(dropped(2), [30, 20, 10])
  assert.deepEqual(dropped(1, all.slice(0, 4)), [30, 10])
  assert.deepEqual(dropped(0, all.slice(0, 1)), [])
  assert.deepEqual(dropped(2, [checkpoint(1, null), checkpoint(2, null), checkpoint(3, null)]), [1])
})

test('log entries are numbered as they come and paged from the end', (t) => {
  const { db } = temporaryStore(t)
  const runId = addRun(db, 'a')
  // the clock was set back an hour between the second and the third
  for (const [index, atMs] of [9_000_000, 9_000_001, 5_400_000].entries()) {
    appendLog(db, { runId, atMs, level: 'warning', code: `c${index}`, message: 'm', remedy: 'r' })
  }
  const codes = (after: number, limit: number): string[] =>
    readLog(db, runId, { after, limit }).map((entry) => entry.code)
  assert.deepEqual(codes(0, 10), ['c0', 'c1', 'c2'])
  assert.deepEqual(codes(0, 2), ['c1', 'c2'])
  assert.deepEqual(codes(2, 10), ['c2'])
  assert.equal(readLog(db, runId, { after: 2, limit: 1 })[0]?.remedy, 'r')
})
