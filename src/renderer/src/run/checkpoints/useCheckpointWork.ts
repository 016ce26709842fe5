import type { Run } from '../../../../shared/runs/records.ts'
import { useRouteMutation, useRouteQuery } from '../../data/useRoute.ts'
import { goTo } from '../../data/useRouteTarget.ts'
import { policyOfRun } from '../../replay/policyName.ts'
import { mayBegin } from '../evaluations/mayBegin.ts'
import type { PickedEngine } from '../../widgets/engine/usePickedEngine.ts'

const thisMachine = { place: null, problem: null }

export interface WorkOn {
  readonly step: number
  /** On the test split. */
  readonly isEvaluated: boolean
  /** Where it is evaluated; left out: on this machine. */
  readonly engine?: Pick<PickedEngine, 'place' | 'problem'>
}

export interface CheckpointWork {
  /** Null while it waits for its turn, or where this one has been made. */
  readonly evaluate: (() => void) | null
  readonly isPending: boolean
  readonly problem: Error | null
  readonly clear: () => void
  readonly replay: () => void
}

/** What can be asked of a checkpoint, for its buttons and for the command palette. */
export function useCheckpointWork(
  { runId }: Run,
  { step, isEvaluated, engine = thisMachine }: WorkOn,
): CheckpointWork {
  const state = useRouteQuery('evaluations.underWay', {}).data
  const start = useRouteMutation('evaluations.start')
  const { place } = engine
  const mayStart = !isEvaluated && mayBegin({ runId, step, samples: null }, engine, state?.underWay)
  return {
    evaluate: mayStart ? () => start.mutate({ runId, step, place }) : null,
    isPending: start.isPending,
    problem: start.error,
    clear: start.reset,
    replay: () => goTo({ page: 'replay', policies: [policyOfRun(runId, String(step))], problem: null }),
  }
}
