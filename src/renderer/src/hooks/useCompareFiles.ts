import type { Run } from '../../../shared/records.ts'
import type { BoardFiles } from '../components/PlotBoard.tsx'
import { joinCsv } from '../state/joinCsv.ts'
import { useApi } from './apiContext.ts'

/** Files of a comparison: all runs' names and hashes in the stamp, all their points in one CSV. */
export function useCompareFiles(runs: readonly Run[]): BoardFiles {
  const api = useApi()
  return {
    name: `compare-${runs.length}-runs`,
    stamp: runs.map((run) => `${run.name} · ${run.configHash.slice(0, 12)}`).join('   '),
    readCsv: async () => {
      const tables: string[] = []
      for (const { runId } of runs) tables.push((await api.request('metrics.csv', { runId })).csv)
      return joinCsv(tables)
    },
  }
}
