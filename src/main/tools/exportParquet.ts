import { rolloutColumns, type TableColumn } from '../../shared/runs/rolloutColumns.ts'
import type { Run } from '../../shared/runs/records.ts'
import { rolloutRoutes } from '../../shared/routes/rollouts.ts'
import type { Database } from '../store/database.ts'
import { listSeries, readSeries } from '../store/metrics/metricQuery.ts'
import { readRolloutsByKey } from '../store/rollouts/rolloutQuery.ts'
import { searchRollouts } from '../store/rollouts/rolloutSearch.ts'
import { beginParquet } from './parquetFile.ts'

const partSize = 2000
const never = new AbortController().signal

/** Every rollout of a run, one a row, in the order in which they were made. @returns how many there are */
export async function writeRolloutsParquet(
  db: Database,
  { runId }: Pick<Run, 'runId'>,
  { path, onProgress }: { readonly path: string; readonly onProgress: (done: number, total: number) => void },
): Promise<number> {
  const keys = await searchRollouts(db, rolloutRoutes['rollouts.list'].input.parse({ runId }), never)
  const file = beginParquet(path, rolloutColumns([]))
  for (let begin = 0; begin < keys.length; begin += partSize) {
    file.append(rolloutColumns(readRolloutsByKey(db, keys.slice(begin, begin + partSize))))
    onProgress(Math.min(begin + partSize, keys.length), keys.length)
  }
  file.finish()
  return keys.length
}

/** Every point of every metric of a run, as metrics.csv has them: one a row. */
export function writeMetricsParquet(
  db: Database,
  run: Pick<Run, 'runId' | 'name' | 'configHash'>,
  path: string,
): void {
  const file = beginParquet(path, metricColumns(run, '', null))
  for (const { name } of listSeries(db, run.runId))
    file.append(metricColumns(run, name, readSeries(db, run.runId, name)))
  file.finish()
}

function metricColumns(
  run: Pick<Run, 'runId' | 'name' | 'configHash'>,
  metric: string,
  series: ReturnType<typeof readSeries> | null,
): readonly TableColumn[] {
  const rows = series?.step.length ?? 0
  const same = (name: string, value: string): TableColumn => ({
    name,
    type: 'STRING',
    data: new Array<string>(rows).fill(value),
  })
  const numbers = (name: string, data: ArrayLike<number> | undefined): TableColumn => ({
    name,
    type: 'DOUBLE',
    data: Array.from(data ?? []),
  })
  return [
    same('run_id', run.runId),
    same('run', run.name),
    same('config', run.configHash.slice(0, 12)),
    same('metric', metric),
    { name: 'step', type: 'INT32', data: Array.from(series?.step ?? []) },
    numbers('time_ms', series?.timeMs),
    numbers('tokens', series?.tokens),
    numbers('problems', series?.problems),
    numbers('value', series?.value),
  ]
}
