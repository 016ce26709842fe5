import type { Run } from '../../../../shared/runs/records.ts'
import { useRouteMutation, useRouteQuery } from '../../data/useRoute.ts'
import { goTo } from '../../data/useRouteTarget.ts'
import { policyOfRun } from '../../replay/policyName.ts'
import { mayBegin } from '../evaluations/mayBegin.ts'
import type { PickedEngine } from '../../widgets/engine/usePickedEngine.ts'

export interface WorkOn {
  readonly step: number
  /** On the test split. */
  readonly isEvaluated: boolean
  /** Where it is evaluated. */
  readonly engine: Pick<PickedEngine, 'place' | 'problem'>
}

export interface CheckpointWork {
  /** Null while it waits for its turn, or where this one has been made. */
  readonly evaluate: ((onBegun?: () => void) => void) | null
  readonly isPending: boolean
  readonly problem: Error | null
  readonly replay: () => void
}

/** What can be asked of a checkpoint. */
export function useCheckpointWork({ runId }: Run, { step, isEvaluated, engine }: WorkOn): CheckpointWork {
  const state = useRouteQuery('evaluations.underWay', {}).data
  const start = useRouteMutation('evaluations.start')
  const { place } = engine
  const mayStart = !isEvaluated && mayBegin({ runId, step, samples: null }, engine, state?.underWay)
  return {
    evaluate: mayStart
      ? (onBegun) => start.mutate({ runId, step, place }, { onSuccess: () => onBegun?.() })
      : null,
    isPending: start.isPending,
    problem: start.error,
    replay: () => goTo({ page: 'replay', policies: [policyOfRun(runId, String(step))], problem: null }),
  }
}
