import { stringify } from 'csv-stringify/sync'
import type { Database } from '../store/database.ts'
import { listSeries, readSeries } from '../store/metricQuery.ts'

const columns = ['metric', 'step', 'time_ms', 'tokens', 'problems', 'value']

/** Every point of every metric of a run, one line a point: complete, whatever a chart shows. */
export function metricsCsv(db: Database, runId: string): string {
  const rows = listSeries(db, runId).flatMap(({ name }) => {
    const series = readSeries(db, runId, name)
    return Array.from(series.step, (step, index) => [
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
