import type { Run } from '../../../../shared/runs/records.ts'
import { useRouteMutation, useRouteQuery } from '../../data/useRoute.ts'
import { goTo } from '../../data/useRouteTarget.ts'
import { policyOfRun } from '../../replay/policyName.ts'

export interface CheckpointWork {
  /** Null while another evaluation is under way, or where this one has been made. */
  readonly evaluate: (() => void) | null
  readonly isPending: boolean
  readonly problem: Error | null
  readonly clear: () => void
  readonly replay: () => void
}

/** What can be asked of a checkpoint, for its buttons and for the command palette. */
export function useCheckpointWork(
  { runId }: Run,
  { step, isEvaluated }: { readonly step: number; readonly isEvaluated: boolean },
): CheckpointWork {
  const state = useRouteQuery('evaluations.underWay', {}).data
  const start = useRouteMutation('evaluations.start')
  const mayStart = !isEvaluated && state?.underWay === null
  return {
    evaluate: mayStart ? () => start.mutate({ runId, step }) : null,
    isPending: start.isPending,
    problem: start.error,
    clear: start.reset,
    replay: () => goTo({ page: 'replay', policies: [policyOfRun(runId, String(step))], problem: null }),
  }
}
