import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { openBatchWriter } from '../../../src/main/store/batchStore.ts'
import { testTable } from '../../../src/main/commands/endOfRun.ts'
import { readEvaluations } from '../../../src/main/store/evaluationStore.ts'
import { listedPairedTest, pairedTest } from '../../../src/main/tools/pairedTest.ts'
import type { StoredRollout } from '../../../src/shared/runs/records.ts'
import type { RunEvent } from '../../../src/shared/runs/runEvent.ts'
import { wilson } from '../../../src/shared/statistics.ts'
import { assertClose } from '../../assertClose.ts'
import { addRun, rollout, temporaryStore, turn } from '../store/storeFixtures.ts'

type Case = readonly [attempt: boolean, isRejected: boolean, revision: boolean | null]

function tried(step: number, problemId: string, [attempt, isRejected, revision]: Case): StoredRollout {
  const turns = [
    turn('attempt', { isCorrect: attempt }),
    turn('verdict', { isCorrect: attempt !== isRejected }),
  ]
  return rollout(step, problemId, {
    split: 'test',
    verdict: isRejected ? 'wrong' : 'correct',
    turns: revision === null ? turns : turns.concat(turn('revision', { isCorrect: revision })),
  })
}

/** An evaluation of four problems, two samples each. */
function evaluated(step: number, cases: readonly Case[]): RunEvent[] {
  const rollouts = cases.map((each, index) => tried(step, `p${Math.floor(index / 2)}`, each))
  const finals = cases.filter(([attempt, , revision]) => revision ?? attempt).length
  return [
    { type: 'rollouts', rollouts },
    {
      type: 'evaluation',
      evaluation: {
        evaluationId: `e${step}`,
        runId: 'a',
        step,
        split: 'test',
        samples: 2,
        problems: 4,
        createdAtMs: 1,
        proportions: { 'accuracy/final': wilson(finals, 8) },
      },
    },
  ]
}

const kept: Case = [true, false, null]
const lost: Case = [false, false, null]
const corrected: Case = [false, true, true]
const spoilt: Case = [true, true, false]

function storeOf(t: TestContext, ...evaluations: readonly RunEvent[][]) {
  const { db } = temporaryStore(t)
  addRun(db, 'a')
  openBatchWriter(db, 'a').store({ runId: 'a', sequence: 1, events: evaluations.flat() }, 1)
  return db
}

const before = evaluated(0, [kept, kept, lost, lost, lost, kept, spoilt, spoilt])
const after = evaluated(8, [kept, kept, corrected, lost, corrected, kept, kept, spoilt])

test('after − before by problem, worked by hand; problems are resampled with their samples', (t) => {
  const db = storeOf(t, before, after)
  const paired = pairedTest(db, 'a')
  assert.deepEqual([paired?.before, paired?.after, paired?.problems], [0, 8, 4])
  // final by problem: 1, 0, ½, 0 → 1, ½, 1, ½; attempts 1, 0, ½, 1 → the same; verdicts 1, 0, ½, 0 → 1, ½, 1,
  // ½
  const {
    'accuracy/attempt': attempt,
    'accuracy/final': final,
    'verifier/accuracy': verdict,
  } = paired?.differences ?? {}
  assert.deepEqual(attempt, { estimate: 0, low: 0, high: 0 })
  assertClose(final?.estimate ?? NaN, 1.5 / 4, 1e-12)
  assertClose(verdict?.estimate ?? NaN, 1.5 / 4, 1e-12)
  // differences 0, ½, ½, ½: a draw of four is between 0 and ½
  assert.ok((final?.low ?? NaN) >= 0 && (final?.high ?? NaN) <= 0.5)
  assert.match(testTable(readEvaluations(db, 'a'), paired), /Acc@final .*\+0\.375 \[/)
})

test('lists take the normal interval of the same differences: 0.375 ± 1.96 · 0.25 ÷ √4', (t) => {
  const listed = listedPairedTest(storeOf(t, before, after), 'a')
  const { estimate, low, high } = listed?.differences['accuracy/final'] ?? assert.fail('none')
  assertClose(estimate, 0.375, 1e-12)
  assertClose(low, 0.375 - 0.245, 1e-4)
  assertClose(high, 0.375 + 0.245, 1e-4)
  assert.deepEqual(listed?.differences['accuracy/attempt'], { estimate: 0, low: 0, high: 0 })
})

test('none with one evaluation, and none where rollouts of one are not all kept', (t) => {
  assert.equal(pairedTest(storeOf(t, before), 'a'), null)
  const [rollouts, evaluation] = after
  assert.ok(rollouts?.type === 'rollouts' && evaluation !== undefined)
  const fewer = [{ ...rollouts, rollouts: rollouts.rollouts.slice(0, 4) }, evaluation]
  const db = storeOf(t, before, fewer)
  assert.equal(pairedTest(db, 'a'), null)
  assert.doesNotMatch(testTable(readEvaluations(db, 'a'), null), /difference/)
})
