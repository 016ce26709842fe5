import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { forkRandom } from '../../../../src/core/random.ts'
import { openBatchWriter } from '../../../../src/main/store/batchStore.ts'
import type { Database } from '../../../../src/main/store/database.ts'
import { alwaysMeasured, gapsBefore } from '../../../../src/main/store/metrics/metricGaps.ts'
import { readRange, type RangeQuery } from '../../../../src/main/store/metrics/metricQuery.ts'
import { evaluatedMetrics, metricTable } from '../../../../src/shared/metrics/table.ts'
import { rangePoints } from '../../../../src/shared/plots/plotData.ts'
import type { RunEvent } from '../../../../src/shared/runs/runEvent.ts'
import { addRun, temporaryStore } from '../storeFixtures.ts'

const ratio = 'revision/changeRatio'

/** A run of so many steps whose change ratio is 0/0 where `isAbsent`; evaluated every 10 steps. */
function runWith(t: TestContext, steps: number, isAbsent: (step: number) => boolean): Database {
  const { db } = temporaryStore(t)
  const runId = addRun(db, 'a')
  const events = Array.from({ length: steps }, (_, step): RunEvent => {
    const place = {
      step,
      timeMs: step * 1000 + (step % 7),
      tokens: step * 64,
      problems: step * 8,
      stepsDone: step + 1,
    }
    const value = isAbsent(step) ? null : 0.5 + 0.001 * (step % 50)
    const values = { 'accuracy/attempt': 0.7, [ratio]: value }
    const held = { 'validation/accuracy/attempt': 0.5, 'validation/accuracy/final': 0.6 }
    return { type: 'metrics', ...place, values: step % 10 === 0 ? { ...values, ...held } : values }
  })
  openBatchWriter(db, runId).store({ runId, sequence: 1, events }, 1)
  return db
}

/** Pairs of steps between which the drawn line is interrupted. */
function interruptions(db: Database, query: Partial<RangeQuery> = {}): string[] {
  const whole = { runId: 'a', name: ratio, axis: 'step', from: null, to: null, buckets: 600 } as const
  const points = rangePoints(readRange(db, { ...whole, ...query }), 'step')
  return points.flatMap(([, y], index) =>
    y === null ? [`${points[index - 1]?.[0]}-${points[index + 1]?.[0]}`] : [],
  )
}

const cases: readonly (readonly [what: string, isAbsent: (step: number) => boolean, readonly string[]])[] = [
  ['none', () => false, []],
  ['one step', (step) => step === 20, ['19-21']],
  ['several steps', (step) => step >= 20 && step < 30, ['19-30']],
  ['two gaps', (step) => step === 20 || step === 22, ['19-21', '21-23']],
  ['the beginning and the end are no gaps', (step) => step < 20 || step >= 50, []],
  ['every second step', (step) => step < 6 && step % 2 === 1, ['0-2', '2-4', '4-6']],
]

test('a line is interrupted where steps were run and the quantity was not defined', (t) => {
  for (const [what, isAbsent, wanted] of cases) {
    assert.deepEqual(interruptions(runWith(t, 60, isAbsent)), wanted, what)
  }
})

test('between evaluations nothing was to be measured: no gap', (t) => {
  const db = runWith(t, 60, () => false)
  assert.deepEqual(interruptions(db, { name: 'validation/accuracy/final' }), [])
})

test('a stretch of the run has the gaps that lie in it, on every axis', (t) => {
  const db = runWith(t, 60, (step) => step === 10 || step === 20 || step === 40)
  assert.deepEqual(interruptions(db, { from: 15, to: 30 }), ['19-21'])
  assert.deepEqual(interruptions(db, { from: 20, to: 40 }), [])
  assert.deepEqual(interruptions(db, { axis: 'problems', from: 15 * 8, to: 30 * 8 }), ['19-21'])
  for (const axis of ['timeMs', 'tokens', 'problems'] as const) {
    assert.deepEqual(interruptions(db, { axis }), ['9-11', '19-21', '39-41'])
  }
})

test('thinned to buckets, in every one of 60 random runs: a gap of a bucket or more interrupts, and nothing else does', (t) => {
  const random = forkRandom(7, 'gaps')
  let thinned = 0
  for (let run = 0; run < 60; run++) {
    const steps = 200 + Math.floor(random.next() * 1500)
    const absent = new Set<number>()
    for (let gap = 0; gap < 6; gap++) {
      const start = 1 + Math.floor(random.next() * (steps - 2))
      const length = 1 + Math.floor(random.next() ** 2 * 120)
      for (let step = start; step < Math.min(steps - 1, start + length); step++) absent.add(step)
    }
    const db = runWith(t, steps, (step) => absent.has(step))
    const buckets = 20 + Math.floor(random.next() * 60)
    const present = Array.from({ length: steps }, (_, step) => step).filter((step) => !absent.has(step))
    const isThinned = present.length > buckets
    thinned += Number(isThinned)
    const width = isThinned ? (steps - 1) / buckets : 0
    const wide = present.flatMap((step, index) => {
      const before = present[index - 1]
      return before !== undefined && step - before > 1 && step - before >= width ? [`${before}-${step}`] : []
    })
    assert.deepEqual(interruptions(db, { buckets }), wide, `run ${run}: ${steps} steps, ${buckets} buckets`)
    db.close()
  }
  assert.ok(thinned > 40, `${thinned} of 60 were thinned`)
})

test('every metric of a step or an evaluation is told from what was not measured; of stage 1 and unknown ones nothing is', () => {
  for (const { name } of metricTable) {
    assert.equal(alwaysMeasured(name), name.startsWith('vStar/') ? null : 'accuracy/attempt', name)
  }
  for (const { name } of evaluatedMetrics) {
    assert.equal(alwaysMeasured(`validation/${name}`), 'validation/accuracy/attempt')
    assert.equal(alwaysMeasured(`test/${name}`), 'test/accuracy/attempt')
  }
  assert.equal(alwaysMeasured('my/own'), null)
})

test('gaps by hand: a step that was measured between two points', () => {
  const of = (steps: number[], measured: number[]): number[] =>
    gapsBefore(Float64Array.from(steps), Float64Array.from(measured))
  assert.deepEqual(of([0, 1, 4, 5], [0, 1, 2, 3, 4, 5]), [2])
  assert.deepEqual(of([0, 10, 20], [0, 10, 20]), [])
  assert.deepEqual(of([0, 10, 20], [0, 10, 15, 20]), [2])
  assert.deepEqual(of([], [1, 2]), [])
  // points at steps of which the other series knows nothing are no gaps
  assert.deepEqual(of([0, 1, 2], []), [])
})
