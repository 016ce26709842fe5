import type { MetricPoint } from '../../shared/runs/records.ts'
import type { Database } from './database.ts'
import { refreshTestScore } from './evaluationStore.ts'
import { pointAt } from './metrics/metricChunk.ts'
import { readColumns } from './metrics/metricQuery.ts'

/**
 * Evaluations at a step are made from the state that a checkpoint of this step holds, training steps after
 * it.
 */
const evaluationPrefixes = ['validation/', 'test/', 'warmUp/validationLoss'] as const

const warmUpMetrics = [
  'warmUp/loss',
  'warmUp/validationLoss',
  'warmUp/gradientNorm',
  'warmUp/learningRate',
  'speed/warmUp',
  'time/warmUp',
]
  .map((name) => `'${name}'`)
  .join(', ')

/**
 * Takes back what a run reported after a checkpoint, for devices that cannot compute the same bytes twice:
 * the run then goes on as if it had been killed at that checkpoint, and its curves belong to its weights.
 *
 * @param step  of the checkpoint: training steps from this one on will be computed again
 */
export function forgetStepsFrom(db: Database, runId: string, step: number): void {
  // steps of a warm-up that comes before stage 2 are counted by themselves, and its model stays
  const series = db
    .prepare<[string, number, string], { series_id: number; name: string }>(
      `SELECT series_id, name FROM metric_series WHERE run_id = ? AND last_step >= ? AND
         (name NOT IN (${warmUpMetrics}) OR (SELECT stage FROM run WHERE run_id = ?) = 'warm-up')`,
    )
    .all(runId, step, runId)
  db.transaction(() => {
    for (const { series_id: seriesId, name } of series) {
      const isEvaluation = evaluationPrefixes.some((prefix) => name.startsWith(prefix))
      cutSeries(db, seriesId, isEvaluation ? step + 1 : step)
    }
    const chosen = `run_id = :runId AND (CASE split WHEN 'train' THEN step >= :step ELSE step > :step END)`
    db.prepare(`DELETE FROM turn WHERE rollout_id IN (SELECT rollout_id FROM rollout WHERE ${chosen})`).run({
      runId,
      step,
    })
    db.prepare(`DELETE FROM rollout WHERE ${chosen}`).run({ runId, step })
    db.prepare('DELETE FROM event WHERE run_id = ? AND step >= ?').run(runId, step)
    db.prepare('DELETE FROM evaluation WHERE run_id = ? AND step > ?').run(runId, step)
    refreshTestScore(db, runId)
    refreshLatest(db, runId, series)
    db.prepare(
      `UPDATE run SET step = min(step, :step), steps_done = min(steps_done, :step)
       WHERE run_id = :runId AND stage != 'estimate-v-star'`,
    ).run({ runId, step })
  }).immediate()
}

/** The run's row has the latest value that is left of each of these series, or none. */
function refreshLatest(
  db: Database,
  runId: string,
  series: readonly { readonly series_id: number; readonly name: string }[],
): void {
  const lastStep = db
    .prepare<[number], number>('SELECT last_step FROM metric_series WHERE series_id = ?')
    .pluck()
  const values = series.map(({ series_id: seriesId, name }) => {
    const step = lastStep.get(seriesId) ?? -1
    return [name, readColumns(db, seriesId, { from: step, to: step }).value[0] ?? null] as const
  })
  db.prepare('UPDATE run SET latest = json_patch(latest, ?) WHERE run_id = ?').run(
    JSON.stringify(Object.fromEntries(values)),
    runId,
  )
}

/** Drops the points from `step` on; those before it in the chunk that it cuts through become rows again. */
function cutSeries(db: Database, seriesId: number, step: number): void {
  const cut = db
    .prepare('SELECT first_step FROM metric_chunk WHERE series_id = ? AND first_step < ? AND last_step >= ?')
    .pluck()
    .get(seriesId, step, step)
  const kept = cut === undefined ? [] : pointsBetween(db, seriesId, { from: Number(cut), to: step - 1 })
  db.prepare('DELETE FROM metric_point WHERE series_id = ? AND step >= ?').run(seriesId, step)
  db.prepare('DELETE FROM metric_chunk WHERE series_id = ? AND last_step >= ?').run(seriesId, step)
  const insert = db.prepare('INSERT INTO metric_point VALUES (?, ?, ?, ?, ?, ?)')
  for (const point of kept) {
    insert.run(seriesId, point.step, point.timeMs, point.tokens, point.problems, point.value)
  }
  db.prepare(
    `UPDATE metric_series SET
       points = (SELECT coalesce(sum(points), 0) FROM metric_chunk WHERE series_id = :seriesId)
         + (SELECT count(*) FROM metric_point WHERE series_id = :seriesId),
       last_step = max((SELECT coalesce(max(last_step), -1) FROM metric_chunk WHERE series_id = :seriesId),
         (SELECT coalesce(max(step), -1) FROM metric_point WHERE series_id = :seriesId))
     WHERE series_id = :seriesId`,
  ).run({ seriesId })
}

function pointsBetween(
  db: Database,
  seriesId: number,
  range: { readonly from: number; readonly to: number },
): readonly MetricPoint[] {
  const columns = readColumns(db, seriesId, range)
  return Array.from(columns.step, (_, index) => pointAt(columns, index))
}
