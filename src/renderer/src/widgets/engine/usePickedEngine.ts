import type { AskedPlace } from '../../../../shared/runs/remotePlace.ts'
import { draftPlace, type EngineDraft } from './enginePlace.ts'
import { useEngineDraft } from './useEngineDraft.ts'

export interface PickedEngine {
  readonly draft: EngineDraft
  readonly choose: (draft: EngineDraft) => void
  /** null = this machine. */
  readonly place: AskedPlace | null
  /** What is missing before anything can be handed over. */
  readonly problem: string | null
}

/** Where what is started next is executed: the choice of the new run's page. */
export function usePickedEngine(): PickedEngine {
  const [draft, choose] = useEngineDraft()
  const read = draftPlace(draft)
  return {
    draft,
    choose,
    place: read.problem === null ? read.place : null,
    problem: read.problem,
  }
}
