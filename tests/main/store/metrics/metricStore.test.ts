import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBatchWriter } from '../../../../src/main/store/batchStore.ts'
import { forgetStepsFrom } from '../../../../src/main/store/forgetSteps.ts'
import { listSeries, readRange, readSeries } from '../../../../src/main/store/metrics/metricQuery.ts'
import { readRollouts } from '../../../../src/main/store/rollouts/rolloutQuery.ts'
import { readRun } from '../../../../src/main/store/runs/runStore.ts'
import { addRun, metricsAt, rollout, temporaryStore } from '../storeFixtures.ts'

const wave = (step: number): number => Math.sin(step / 7) * 1e-3 + step

test('every point comes back, bit for bit, across rows and packed chunks', (t) => {
  const { db } = temporaryStore(t)
  const runId = addRun(db, 'a')
  const writer = openBatchWriter(db, runId)
  for (let batch = 0; batch < 15; batch++) {
    const events = Array.from({ length: 100 }, (_, i) =>
      metricsAt(batch * 100 + i, { x: wave(batch * 100 + i) }),
    )
    assert.equal(writer.store({ runId, sequence: batch + 1, events }, 5000), true)
  }
  const series = readSeries(db, runId, 'x')
  assert.deepEqual(
    [...series.step],
    Array.from({ length: 1500 }, (_, step) => step),
  )
  assert.deepEqual(
    [...series.value],
    Array.from({ length: 1500 }, (_, step) => wave(step)),
  )
  assert.deepEqual([...series.timeMs].slice(-1), [14990])
  // 1,500 points in batches of 100: packed by 512 when 600 and then 588 had gathered
  assert.equal(db.prepare('SELECT count(*) FROM metric_chunk').pluck().get(), 2)
  assert.equal(db.prepare('SELECT count(*) FROM metric_point').pluck().get(), 1500 - 2 * 512)
  assert.deepEqual(listSeries(db, runId), [{ name: 'x', points: 1500, lastStep: 1499 }])
})

test('a batch is stored exactly once; a gap is refused and nothing of it stays', (t) => {
  const { db } = temporaryStore(t)
  const runId = addRun(db, 'a')
  const writer = openBatchWriter(db, runId)
  const batch = { runId, sequence: 1, events: [metricsAt(0, { x: 1 })] }
  assert.equal(writer.store(batch, 1), true)
  assert.equal(writer.store(batch, 2), false)
  assert.throws(() => writer.store({ runId, sequence: 3, events: [metricsAt(1, { x: 2 })] }, 3), {
    code: 'batch.gap',
    message: /batch 2 was expected, batch 3 came/,
  })
  assert.deepEqual([...readSeries(db, runId, 'x').value], [1])
})

test('a failed batch leaves nothing, and the same batch can be given again', (t) => {
  const { db } = temporaryStore(t)
  const runId = addRun(db, 'a')
  const writer = openBatchWriter(db, runId)
  const estimate = { type: 'vStar', estimates: [] } as const
  const good = [metricsAt(0, { x: 1, y: 2 })]
  assert.throws(() => writer.store({ runId, sequence: 1, events: [...good, estimate] }, 1), {
    code: 'v-star.undeclared',
  })
  assert.deepEqual(listSeries(db, runId), [])
  assert.equal(writer.store({ runId, sequence: 1, events: good }, 1), true)
  assert.deepEqual([...readSeries(db, runId, 'y').value], [2])
})

test('a step computed twice must have the same values; measured times may differ and the first one stays', (t) => {
  const { db } = temporaryStore(t)
  const runId = addRun(db, 'a')
  const values = (step: number): Record<string, number> => ({
    'loss/policy': wave(step),
    'time/rollout': step,
  })
  const steps = Array.from({ length: 700 }, (_, step) => metricsAt(step, values(step)))
  openBatchWriter(db, runId).store({ runId, sequence: 1, events: steps }, 1)

  const resumed = openBatchWriter(db, runId)
  const again = [3, 600, 699].map((step) => metricsAt(step, { ...values(step), 'time/rollout': 99 }))
  resumed.store({ runId, sequence: 2, events: again }, 2)
  assert.equal(readSeries(db, runId, 'time/rollout').value[600], 600)
  assert.equal(readSeries(db, runId, 'loss/policy').step.length, 700)

  assert.throws(
    () => resumed.store({ runId, sequence: 3, events: [metricsAt(3, { 'loss/policy': 0.5 })] }, 3),
    {
      code: 'run.differs',
      message: /step 3 was computed twice and loss\/policy differs: 3\.\d+ is stored, 0\.5 came now/,
    },
  )
})

test('the row of a run carries the latest values, null taking one away', (t) => {
  const { db } = temporaryStore(t)
  const runId = addRun(db, 'a')
  const writer = openBatchWriter(db, runId)
  writer.store({ runId, sequence: 1, events: [metricsAt(4, { x: 1, y: 2 }), metricsAt(5, { x: 3 })] }, 77)
  writer.store({ runId, sequence: 2, events: [metricsAt(6, { y: null })] }, 78)
  const run = readRun(db, runId)
  assert.deepEqual(run.latest, { x: 3 })
  assert.deepEqual(
    [run.step, run.stepsDone, run.activeMs, run.tokensGenerated, run.problemsSeen, run.heartbeatAtMs],
    [6, 7, 60, 600, 48, 78],
  )
})

test('buckets hold first, last, least and greatest point: no spike is lost on any axis', (t) => {
  const { db } = temporaryStore(t)
  const runId = addRun(db, 'a')
  const value = (step: number): number => (step === 777 ? 1e6 : step === 778 ? -1e6 : step % 10)
  const events = Array.from({ length: 2000 }, (_, step) => metricsAt(step, { x: value(step) }))
  openBatchWriter(db, runId).store({ runId, sequence: 1, events }, 1)
  const query = { runId, name: 'x', from: null, to: null, buckets: 10 } as const

  const all = readRange(db, { ...query, axis: 'step' })
  assert.equal(all.total, 2000)
  assert.equal(all.buckets.length, 10)
  // 1,999 steps in 10 buckets are 199.9 wide: the fourth holds 600 … 799
  const spike = all.buckets[3]
  assert.deepEqual(
    [spike?.first.step, spike?.last.step, spike?.min.step, spike?.max.step, spike?.count],
    [600, 799, 778, 777, 200],
  )
  assert.equal(spike?.max.value, 1e6)
  assert.equal(spike?.max.timeMs, 7770)
  assert.equal(
    all.buckets.reduce((sum, bucket) => sum + bucket.count, 0),
    2000,
  )

  const byTime = readRange(db, { ...query, axis: 'timeMs', from: 7000, to: 8000 })
  assert.equal(byTime.total, 101)
  assert.equal(byTime.buckets[0]?.first.step, 700)
  assert.equal(byTime.buckets.at(-1)?.last.step, 800)
  assert.equal(Math.max(...byTime.buckets.map((bucket) => bucket.max.value)), 1e6)
  const byTokens = readRange(db, { ...query, axis: 'tokens', from: 100_000, to: null })
  assert.equal(byTokens.total, 1000)
})

test('a range with no more points than buckets gives the points themselves, both ends included', (t) => {
  const { db } = temporaryStore(t)
  const runId = addRun(db, 'a')
  const events = Array.from({ length: 1200 }, (_, step) => metricsAt(step, { x: step }))
  openBatchWriter(db, runId).store({ runId, sequence: 1, events }, 1)
  const range = readRange(db, { runId, name: 'x', axis: 'step', from: 509.5, to: 515, buckets: 6 })
  assert.deepEqual(
    range.points.map((point) => point.step),
    [510, 511, 512, 513, 514, 515],
  )
  assert.deepEqual([range.total, range.buckets.length], [6, 0])
  const none = readRange(db, { runId, name: 'y', axis: 'step', from: null, to: null, buckets: 6 })
  assert.deepEqual(none, { name: 'y', total: 0, points: [], buckets: [], gaps: [] })
})

test('on a device that is not exact, what came after a checkpoint is taken back and computed anew', (t) => {
  const { db } = temporaryStore(t)
  const runId = addRun(db, 'a')
  const value = (step: number): number => step
  const before = Array.from({ length: 1300 }, (_, step) =>
    metricsAt(step, { x: value(step), 'validation/x': step }),
  )
  const seen = [699, 700, 701].map((step) => rollout(step, `p${step}`))
  const checked = [700, 701].map((step) => rollout(step, 'v', { split: 'validation' }))
  const events = [...before, { type: 'rollouts' as const, rollouts: [...seen, ...checked] }]
  openBatchWriter(db, runId).store({ runId, sequence: 1, events }, 1)

  forgetStepsFrom(db, runId, 700)
  assert.deepEqual(listSeries(db, runId), [
    { name: 'validation/x', points: 701, lastStep: 700 },
    { name: 'x', points: 700, lastStep: 699 },
  ])
  const left = readRollouts(db, { runId }, { offset: 0, limit: 9 }).rollouts
  assert.deepEqual(
    left.map(({ split, step }) => `${split} ${step}`),
    ['train 699', 'validation 700'],
  )

  const again = Array.from({ length: 600 }, (_, i) => metricsAt(700 + i, { x: -i, 'validation/x': -i }))
  openBatchWriter(db, runId, 'first-stays').store({ runId, sequence: 2, events: again }, 2)
  const series = readSeries(db, runId, 'x')
  assert.deepEqual(
    [...series.step],
    Array.from({ length: 1300 }, (_, step) => step),
  )
  assert.deepEqual([series.value[699], series.value[701], series.value[1299]], [699, -1, -599])
  // the evaluation at the checkpoint's own step was of the same weights: the first one stays
  assert.deepEqual([...readSeries(db, runId, 'validation/x').value].slice(699, 702), [699, 700, -1])
})
