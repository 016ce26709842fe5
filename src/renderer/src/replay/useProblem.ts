import { useState } from 'react'
import { useRouteQuery } from '../data/useRoute.ts'
import { replaceWith } from '../data/useRouteTarget.ts'
import type { ReplayTarget } from '../data/routeTarget.ts'
import type { TypedProblem } from './ProblemForm.tsx'

export interface ChosenProblem {
  readonly problem: TypedProblem
  /** Of one that was picked and not changed. */
  readonly problemId: string | null
  type(problem: TypedProblem): void
  pick(runId: string, problemId: string): void
}

/** The problem that the address names, until another one is typed. */
export function useProblem(place: ReplayTarget): ChosenProblem {
  const { problem: picked } = place
  const [typed, setTyped] = useState<TypedProblem | null>(null)
  const { runId, problemId } = picked ?? { runId: '', problemId: '' }
  const found = useRouteQuery('problems.list', { runId, problemId }, { enabled: picked !== null }).data
  const known = picked === null ? undefined : found?.problems[0]
  return {
    problem: typed ?? { question: known?.question ?? '', answer: known?.knownAnswer ?? '' },
    problemId: typed === null ? (picked?.problemId ?? null) : null,
    type(next) {
      setTyped(next)
      if (picked !== null) replaceWith({ ...place, problem: null })
    },
    pick(ofRun, chosen) {
      setTyped(null)
      replaceWith({ ...place, problem: { runId: ofRun, problemId: chosen } })
    },
  }
}
