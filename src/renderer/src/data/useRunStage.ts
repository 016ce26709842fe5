import type { ListedRun } from '../../../shared/runs/runList.ts'
import type { Progress } from '../../../shared/runs/runEvent.ts'
import { runStage, type Estimated, type RunStage } from '../widgets/run/runStage.ts'
import { useRouteQuery } from './useRoute.ts'

/** The stage that a run is in, and what it does there; the latter null for a run that is not at work. */
export function useRunStage(run: ListedRun): {
  readonly stage: RunStage
  readonly progress: Progress | null
} {
  const isLive = run.status === 'running'
  const told = useRouteQuery('run.progress', { runId: run.runId }, { enabled: isLive }).data ?? null
  const progress = isLive ? told : null
  const estimated = useEstimated(run, progress?.stage === undefined)
  return { stage: runStage(run, progress, estimated), progress }
}

/**
 * Problems of an estimate that a run of both stages has begun; null where it is complete, or of no such run.
 */
function useEstimated(run: ListedRun, isAsked: boolean): Estimated | null {
  const { stage, problemsSeen, vStarId } = run
  const mayBeOpen = isAsked && stage === 'self-correction' && problemsSeen === 0 && vStarId !== null
  const artifacts = useRouteQuery('vStar.list', {}, { enabled: mayBeOpen }).data ?? []
  const open = artifacts.find((artifact) => artifact.vStarId === vStarId && !artifact.complete)
  const isOpen = mayBeOpen && open !== undefined
  const counted = useRouteQuery('vStar.histogram', { vStarId: vStarId ?? '' }, { enabled: isOpen }).data
  return isOpen && counted !== undefined ? { done: counted.problems, total: open.problems } : null
}
