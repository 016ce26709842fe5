import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { openSweep } from '../../../src/main/owner/sweep/openSweep.ts'
import { openForWriting, type Database } from '../../../src/main/store/database.ts'
import { readEvaluations } from '../../../src/main/store/evaluationStore.ts'
import { readSeries } from '../../../src/main/store/metrics/metricQuery.ts'
import { keepSweep } from '../../../src/main/store/sweepStore.ts'
import { listedSweeps } from '../../../src/main/tools/sweeps/listedSweeps.ts'
import { sweepCurves } from '../../../src/main/tools/sweeps/sweepCurves.ts'
import { rankedLabels, sweepMaterial, sweepView } from '../../../src/main/tools/sweeps/sweepView.ts'
import { parseSweep } from '../../../src/shared/sweep/sweepSpec.ts'
import { seedStore, type SeedRun } from '../../renderer/support/seedStore.ts'
import { assertClose } from '../../assertClose.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'

const idle = { state: 'idle', said: null } as const

function trial(revisionBonus: number, seed: number, status: SeedRun['status'] = 'finished'): SeedRun {
  return {
    runId: `r-${revisionBonus}-${seed}`,
    name: `revisionBonus=${revisionBonus} · seed ${seed}`,
    steps: 20,
    doneSteps: status === 'finished' ? 20 : 7,
    group: 'bonus',
    layer: { seed, revisionBonus },
    status,
  }
}

function storeOf(t: TestContext, runs: readonly SeedRun[]): Database {
  const dataDir = temporaryFolder(t)
  seedStore(dataDir, runs)
  const db = openForWriting(dataDir)
  t.after(() => db.close())
  return db
}

const four = [trial(0, 0), trial(1, 0), trial(0, 1), trial(1, 1)]

/** Of the last evaluation. */
function share(db: Database, runId: string, split: 'validation' | 'test'): number {
  const last = readEvaluations(db, runId)
    .filter((each) => each.split === split)
    .toSorted((a, b) => a.step - b.step)
    .at(-1)
  return last?.proportions['accuracy/final']?.value ?? assert.fail(`${runId} has no ${split} score`)
}

test('a group without a plan: runs that differ in their seed alone are a point, named by what differs', (t) => {
  const db = storeOf(t, four)
  const material = sweepMaterial(db, 'bonus', null)
  const view = sweepView(db, material, idle)
  assert.equal(view.kind, 'group')
  const means = [0, 1].map((bonus) => {
    const values = [0, 1].map((seed) => share(db, `r-${bonus}-${seed}`, 'validation'))
    return { label: `revisionBonus=${bonus}`, mean: ((values[0] ?? NaN) + (values[1] ?? NaN)) / 2 }
  })
  const best = means.toSorted((a, b) => b.mean - a.mean)
  assert.deepEqual(
    view.points.map(({ label, validation }) => ({ label, mean: validation?.mean })),
    best,
  )
  const top = Number(best[0]?.label.at(-1))
  const tests = [0, 1].map((seed) => share(db, `r-${top}-${seed}`, 'test'))
  assertClose(view.bestTest?.mean ?? NaN, ((tests[0] ?? NaN) + (tests[1] ?? NaN)) / 2, 1e-12)
  assertClose(
    view.points.reduce((sum, { chanceOfBest }) => sum + (chanceOfBest ?? NaN), 0),
    1,
    1e-9,
  )
  assert.deepEqual(
    view.importance.map(({ path }) => path),
    ['revisionBonus'],
  )
  assert.throws(() => sweepMaterial(db, 'nothing', null), { code: 'sweep.unknown' })
})

test('curves: mean and t interval over seeds at the steps that all seeds have', (t) => {
  const db = storeOf(t, [...four.slice(0, 3), { ...trial(1, 1, 'stopped') }])
  const material = sweepMaterial(db, 'bonus', null)
  const view = sweepView(db, material, idle)
  const wanted = { metric: 'accuracy/final', axis: 'tokens' } as const
  const labels = rankedLabels(db, material)
  assert.deepEqual(
    labels,
    view.points.map(({ label }) => label),
    'in the order of the view',
  )
  const curves = sweepCurves(db, material, labels, wanted)
  const curve = curves.find(({ point }) => point === 'revisionBonus=1') ?? assert.fail()
  assert.deepEqual([curve.seeds, curve.points.length], [2, 7])
  const [a, b] = [0, 1].map((seed) => readSeries(db, `r-1-${seed}`, 'accuracy/final'))
  const ends = [a?.value[6] ?? NaN, b?.value[6] ?? NaN] as const
  const last = curve.points[6] ?? assert.fail()
  assertClose(last.mean, (ends[0] + ends[1]) / 2, 1e-12)
  // t of one degree of freedom is 12.706; the standard error of two values is half their distance
  assertClose((last.high ?? NaN) - last.mean, (12.7062 * Math.abs(ends[0] - ends[1])) / 2, 1e-4)
  assertClose(last.x, ((a?.tokens[6] ?? NaN) + (b?.tokens[6] ?? NaN)) / 2, 1e-9)
})

test('a planned sweep shows trials that have not begun; the list has both and counts them', (t) => {
  const db = storeOf(t, [...four, { ...trial(0, 5), group: 'by hand' }])
  const spec = parseSweep(
    { name: 'bonus', preset: 'builtin', grid: { revisionBonus: [0, 1] }, seeds: [0, 1, 2] },
    'a test',
  )
  const sweep = openSweep(spec)
  const planned = { kind: 'sweep', spec, trials: 6, place: null, parallel: null } as const
  keepSweep(db, planned, Date.UTC(2026, 10, 21))
  const opened = { sweep, kept: { ...planned, createdAtMs: 1 } }
  const view = sweepView(db, sweepMaterial(db, 'bonus', opened), idle)
  assert.deepEqual(
    view.trials.map(({ seed, status }) => [seed, status]),
    [
      [0, 'finished'],
      [0, 'finished'],
      [1, 'finished'],
      [1, 'finished'],
      [2, null],
      [2, null],
    ],
  )
  assert.deepEqual(
    listedSweeps(db, () => idle).map(({ name, kind, trials, counts }) => [
      name,
      kind,
      trials,
      counts.finished,
    ]),
    [
      ['bonus', 'sweep', 6, 4],
      ['by hand', 'group', 1, 1],
    ],
  )
})
