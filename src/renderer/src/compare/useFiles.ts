import type { Run } from '../../../shared/runs/records.ts'
import type { Stamp } from '../../../shared/plots/pictureFrame.ts'
import type { BoardFiles } from '../plots/PlotBoard.tsx'
import { joinCsv } from './joinCsv.ts'
import { useApi } from '../data/apiContext.ts'

/**
 * Files of a comparison: names and hashes of the runs that are shown in the stamps, all runs' points in one
 * CSV.
 */
export function useCompareFiles(runs: readonly Run[], shown: readonly Run[] = runs): BoardFiles {
  const api = useApi()
  return {
    name: `compare-${runs.length}-runs`,
    stamps: shown.map(compareStamp),
    readCsv: async () => {
      const tables: string[] = []
      for (const { runId } of runs) tables.push((await api.request('metrics.csv', { runId })).csv)
      return joinCsv(tables)
    },
  }
}

/** One of several: without words, which would stand in the picture as often as there are runs. */
export function compareStamp({ name, configHash }: Run): Stamp {
  return { name, proof: configHash.slice(0, 12) }
}
