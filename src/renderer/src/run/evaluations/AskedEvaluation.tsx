import { Text } from '@mantine/core'
import type { JSX } from 'react'
import type { Run } from '../../../../shared/runs/records.ts'
import { formatCount } from '../../../../shared/text/format.ts'
import { useRouteMutation, useRouteQuery } from '../../data/useRoute.ts'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'
import { WorkProgress } from '../../widgets/WorkProgress.tsx'

/** The evaluation that was asked for: how far it is, or why it gave no result. */
export function AskedEvaluation({ run }: { readonly run: Run }): JSX.Element | null {
  const state = useRouteQuery('evaluations.underWay', {}).data
  const cancel = useRouteMutation('evaluations.cancel')
  const underWay = state?.underWay ?? null
  const problem = state?.problem ?? null
  if (underWay === null)
    return problem?.runId === run.runId ? (
      <ProblemNote
        problem={new Error(`Step ${formatCount(problem.step)} could not be evaluated: ${problem.message}`)}
      />
    ) : null
  if (underWay.runId !== run.runId)
    return (
      <Text fz={12} className="muted">
        A checkpoint of another run is being evaluated, one at a time.
      </Text>
    )
  return (
    <WorkProgress
      title={`Evaluating step ${formatCount(underWay.step)} on the test split`}
      progress={underWay.progress}
      onCancel={() => cancel.mutate({})}
    />
  )
}
