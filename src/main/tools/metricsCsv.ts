import { stringify } from 'csv-stringify/sync'
import { csvText } from '../../shared/text/plainText.ts'
import type { Run } from '../../shared/runs/records.ts'
import type { Database } from '../store/database.ts'
import { listSeries, readSeries } from '../store/metrics/metricQuery.ts'

const columns = ['run_id', 'run', 'config', 'metric', 'step', 'time_ms', 'tokens', 'problems', 'value']

/**
 * Every point of every metric of a run, one line a point: complete, whatever a chart shows. Each line begins
 * with the run's id, name and config hash, so that tables of several runs can stand below one another.
 */
export function metricsCsv(db: Database, run: Pick<Run, 'runId' | 'name' | 'configHash'>): string {
  const stamp = [run.runId, csvText(run.name), run.configHash.slice(0, 12)]
  const rows = listSeries(db, run.runId).flatMap(({ name }) => {
    const series = readSeries(db, run.runId, name)
    return Array.from(series.step, (step, index) => [
      ...stamp,
      name,
      step,
      series.timeMs[index],
      series.tokens[index],
      series.problems[index],
      series.value[index],
    ])
  })
  return stringify([columns, ...rows])
}
