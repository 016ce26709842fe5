import { useStoredState } from '../hooks/useStoredState.ts'
import { EngineDraft, hereDraft } from './enginePlace.ts'

/** Where the next run is executed, kept from start to start. */
export function useEngineDraft(): [EngineDraft, (draft: EngineDraft) => void] {
  return useStoredState('engine', { first: hereDraft, parse: parseDraft })
}

function parseDraft(stored: unknown): EngineDraft | null {
  return EngineDraft.safeParse(stored).data ?? null
}
