import { useRouteMutation, useChanges } from '../data/useRoute.ts'

/** Runs that went from one list to another, in the words of the page. */
export type RunMove = 'deleted' | 'restored' | 'archived' | 'brought back'

export const reverseMove: Readonly<Record<RunMove, RunMove>> = {
  deleted: 'restored',
  restored: 'deleted',
  archived: 'brought back',
  'brought back': 'archived',
}

export function useMoveRuns() {
  const remove = useRouteMutation('run.delete')
  const restore = useRouteMutation('run.restore')
  const archive = useChanges('run.update')
  const bringBack = useChanges('run.update')
  const all = { deleted: remove, restored: restore, archived: archive, 'brought back': bringBack }
  const move = async (did: RunMove, runIds: readonly string[]): Promise<void> => {
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
    problem: Object.values(all).find((each) => each.error !== null)?.error ?? null,
  }
}
