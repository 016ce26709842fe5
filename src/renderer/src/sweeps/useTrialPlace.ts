import { useState } from 'react'
import { usePickedEngine, type PickedEngine } from '../widgets/engine/usePickedEngine.ts'

/** Where the trials of a sweep are to run, as far as it is named. */
export interface TrialPlace extends PickedEngine {
  /** At most so many at a time; null = all, or one after the other on this machine. */
  readonly parallel: number | null
  readonly setParallel: (parallel: number | null) => void
}

export function useTrialPlace(): TrialPlace {
  const engine = usePickedEngine()
  const [parallel, setParallel] = useState<number | null>(null)
  return { ...engine, parallel: engine.draft.engine === 'here' ? null : parallel, setParallel }
}
