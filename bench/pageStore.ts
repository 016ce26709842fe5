import type { Database } from '../src/main/store/database.ts'
import { storeImportedRuns } from '../src/main/store/runs/importedRunStore.ts'
import { presetConfig } from '../src/shared/config/presets.ts'
import { metrics } from '../src/shared/metrics/metrics.ts'
import type { ImportedRun, ImportedSeries } from '../src/shared/runs/imports/importedRun.ts'

export const config = JSON.stringify(presetConfig('builtin'))
export const comparedPoints = 100_000
const longPoints = 200_000
const comparedMetrics = ['loss/policy', 'accuracy/final'] as const

/** Series are stored as those of imports are, which is quicker; the runs are then as trained ones. */
export function fillStore(
  db: Database,
  size: { readonly runs: number; readonly compared: number },
): { readonly runs: number; readonly points: number } {
  const latest = JSON.stringify(Object.fromEntries(metrics.map(({ name }, at) => [name, Math.sin(at)])))
  const score = JSON.stringify({ step: 80, successes: 700, trials: 1000 })
  const runs: ImportedRun[] = []
  for (let index = 0; index < size.runs; index++)
    runs.push(run(`run ${index}`, [wave('loss/policy', 512, index)]))
  for (let index = 0; index < size.compared; index++)
    runs.push(
      run(
        `compared ${index}`,
        comparedMetrics.map((name, at) => wave(name, comparedPoints, index + at)),
      ),
    )
  runs.push(
    run(
      'long',
      ['loss/policy', 'loss/solver', 'accuracy/final', 'accuracy/attempt', 'revision/rate'].map((name, at) =>
        wave(name, longPoints, at),
      ),
    ),
  )
  const points = runs.reduce(
    (sum, { series }) => sum + series.reduce((most, { step }) => most + step.length, 0),
    0,
  )
  storeImportedRuns(db, runs, { newRunId: nextId(), source: 'bench', nowMs: 1 })
  db.prepare("UPDATE run SET stage = 'self-correction', latest = ?, test_score = ?").run(latest, score)
  db.exec('DELETE FROM imported_run')
  return { runs: runs.length, points }
}

function nextId(): () => string {
  let next = 0
  return () => `r${String(next++).padStart(6, '0')}`
}

function run(name: string, series: readonly ImportedSeries[]): ImportedRun {
  return { name, format: 'table', config, startedAtMs: 1000, series, fingerprint: name, notes: [] }
}

function wave(name: string, points: number, phase: number): ImportedSeries {
  const step = Float64Array.from({ length: points }, (_, index) => index)
  const value = step.map((at) => 0.5 + 0.3 * Math.sin(at / 900 + phase) + 0.05 * Math.sin(at * 7.3 + phase))
  return { name, step, timeMs: step.map((at) => at * 10), value }
}
