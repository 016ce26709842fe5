import { useState } from 'react'
import { useRouteMutation, useChanges } from '../data/useRoute.ts'

/** Runs that went from one list to another, in the words of the page. */
export type RunMove = 'deleted' | 'restored' | 'archived' | 'brought back'

export const reverseMove: Readonly<Record<RunMove, RunMove>> = {
  deleted: 'restored',
  restored: 'deleted',
  archived: 'brought back',
  'brought back': 'archived',
}

/** Moves these runs; what went wrong is said of these alone, and of the last move. */
export function useMoveRuns(runIds: readonly string[]) {
  const [last, setLast] = useState<{ readonly did: RunMove; readonly runs: string } | null>(null)
  const remove = useRouteMutation('run.delete')
  const restore = useRouteMutation('run.restore')
  const archive = useChanges('run.update')
  const bringBack = useChanges('run.update')
  const all = { deleted: remove, restored: restore, archived: archive, 'brought back': bringBack }
  const runs = runIds.join()
  const move = async (did: RunMove): Promise<void> => {
    setLast({ did, runs })
    switch (did) {
      case 'deleted':
        await remove.mutateAsync({ runIds: [...runIds] })
        return
      case 'restored':
        await restore.mutateAsync({ runIds: [...runIds] })
        return
      case 'archived':
        return archive.mutateAsync(runIds.map((runId) => ({ runId, archived: true })))
      case 'brought back':
        return bringBack.mutateAsync(runIds.map((runId) => ({ runId, archived: false })))
    }
  }
  return {
    move,
    underWay: (Object.keys(all) as RunMove[]).find((did) => all[did].isPending) ?? null,
    problem: last?.runs === runs ? all[last.did].error : null,
  }
}
