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
      const parts: { run: string; csv: string }[] = []
      for (const { runId } of runs)
        parts.push({ run: runId, csv: (await api.request('metrics.csv', { runId })).csv })
      return joinCsv(parts)
    },
  }
}
