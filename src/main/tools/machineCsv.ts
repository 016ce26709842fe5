import { stringify } from 'csv-stringify/sync'
import { csvText } from '../../shared/text/plainText.ts'
import type { Run } from '../../shared/runs/records.ts'
import type { Database } from '../store/database.ts'
import { readMachineHistory } from '../store/machineStore.ts'

const columns = ['run_id', 'seconds', 'figure', 'of', 'unit', 'mean', 'max']

/**
 * What the machine did while the run was at work, a line a figure and bucket; `seconds` since the run began.
 * Null where nothing was kept.
 */
export function machineCsv(db: Database, { runId }: Pick<Run, 'runId'>): string | null {
  const history = readMachineHistory(db, runId)
  if (history === null) return null
  const { figures, buckets, seconds } = history
  const rows = buckets.flatMap(({ index, values }) =>
    figures.flatMap(({ name, label, unit }, place) => {
      const value = values[place] ?? null
      return value === null
        ? []
        : [[runId, index * seconds, name, csvText(label), unit, value.mean, value.max]]
    }),
  )
  return stringify([columns, ...rows])
}
