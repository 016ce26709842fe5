import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forkRandom } from '../../../src/core/random.ts'
import { openBatchWriter } from '../../../src/main/store/batchStore.ts'
import { readEvaluations } from '../../../src/main/store/evaluationStore.ts'
import { forgetStepsFrom } from '../../../src/main/store/forgetSteps.ts'
import { listRunLines } from '../../../src/main/store/runs/runList.ts'
import { readRun } from '../../../src/main/store/runs/runStore.ts'
import type { Evaluation, Proportion, TestScore } from '../../../src/shared/runs/records.ts'
import type { RunEvent } from '../../../src/shared/runs/runEvent.ts'
import { wilson } from '../../../src/shared/statistics.ts'
import { addRun, metricsAt, temporaryStore } from './storeFixtures.ts'

interface Scored {
  readonly step: number
  readonly split: Evaluation['split']
  /** Successes of 100 problems; null = the evaluation has no Acc@final. */
  readonly successes: number | null
}

function evaluated({ step, split, successes }: Scored): RunEvent {
  const proportions: Record<string, Proportion> = {}
  if (successes !== null) proportions['accuracy/final'] = wilson(successes, 100)
  const of = { evaluationId: `${split}-${step}`, runId: 'a', samples: 1, problems: 100, createdAtMs: 1 }
  return { type: 'evaluation', evaluation: { ...of, step, split, proportions } }
}

const cases: readonly (readonly [what: string, readonly Scored[], TestScore | null])[] = [
  ['not evaluated', [], null],
  ['on the validation split only', [{ step: 0, split: 'validation', successes: 70 }], null],
  ['once', [{ step: 0, split: 'test', successes: 70 }], { step: 0, successes: 70, trials: 100 }],
  [
    'twice: the newest step counts, not the better share',
    [
      { step: 0, split: 'test', successes: 70 },
      { step: 80, split: 'test', successes: 60 },
      { step: 80, split: 'validation', successes: 99 },
    ],
    { step: 80, successes: 60, trials: 100 },
  ],
  [
    'an evaluation without Acc@final is none',
    [
      { step: 0, split: 'test', successes: 70 },
      { step: 80, split: 'test', successes: null },
    ],
    { step: 0, successes: 70, trials: 100 },
  ],
]

test('a run’s row has the newest score on the test split, in the list as in the run', (t) => {
  for (const [what, evaluations, wanted] of cases) {
    const { db } = temporaryStore(t)
    addRun(db, 'a')
    openBatchWriter(db, 'a').store({ runId: 'a', sequence: 1, events: evaluations.map(evaluated) }, 1)
    assert.deepEqual(readRun(db, 'a').testScore, wanted, what)
    assert.deepEqual(listRunLines(db, { archived: false })[0]?.testScore, wanted, what)
  }
})

test('whatever is stored and taken back, the score is that of the evaluations that are left', (t) => {
  const random = forkRandom(3, 'scores')
  const { db } = temporaryStore(t)
  addRun(db, 'a')
  const writer = openBatchWriter(db, 'a', 'first-stays')
  let step = 0
  for (let sequence = 1; sequence <= 120; sequence++) {
    step += 1 + Math.floor(random.next() * 5)
    const split = random.next() < 0.6 ? 'test' : 'validation'
    const successes = random.next() < 0.1 ? null : Math.floor(random.next() * 101)
    writer.store({ runId: 'a', sequence, events: [evaluated({ step, split, successes })] }, 1)
    if (random.next() < 0.2) {
      step = Math.floor(step * random.next())
      forgetStepsFrom(db, 'a', step)
    }
    const left = readEvaluations(db, 'a').filter(
      (each) => each.split === 'test' && each.proportions['accuracy/final'] !== undefined,
    )
    const newest = left.reduce<Evaluation | null>(
      (last, each) => (last && last.step > each.step ? last : each),
      null,
    )
    const share = newest?.proportions['accuracy/final']
    const wanted =
      newest && share ? { step: newest.step, successes: share.successes, trials: share.trials } : null
    assert.deepEqual(readRun(db, 'a').testScore, wanted)
  }
})

test('what is taken back is no latest value of the run either', (t) => {
  const { db } = temporaryStore(t)
  addRun(db, 'a')
  const events = [metricsAt(0, { x: 1, y: 5 }), metricsAt(1, { x: 2 }), metricsAt(2, { x: 3, late: 9 })]
  openBatchWriter(db, 'a').store({ runId: 'a', sequence: 1, events }, 1)
  assert.deepEqual(readRun(db, 'a').latest, { x: 3, y: 5, late: 9 })
  forgetStepsFrom(db, 'a', 2)
  assert.deepEqual(readRun(db, 'a').latest, { x: 2, y: 5 })
  forgetStepsFrom(db, 'a', 0)
  assert.deepEqual(readRun(db, 'a').latest, {})
})
