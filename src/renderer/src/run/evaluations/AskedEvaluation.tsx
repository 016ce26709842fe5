import { Text } from '@mantine/core'
import type { JSX } from 'react'
import type { AskedEvaluation as Asked } from '../../../../shared/routes/evaluations.ts'
import type { Run } from '../../../../shared/runs/records.ts'
import { formatCount } from '../../../../shared/text/format.ts'
import { useRouteMutation, useRouteQuery } from '../../data/useRoute.ts'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'
import { WorkProgress } from '../../widgets/WorkProgress.tsx'

/** The evaluations that were asked for: how far each is, or why the last gave no result. */
export function AskedEvaluation({ run }: { readonly run: Run }): JSX.Element | null {
  const state = useRouteQuery('evaluations.underWay', {}).data
  const underWay = state?.underWay ?? []
  const problem = state?.problem ?? null
  const own = underWay.filter(({ runId }) => runId === run.runId)
  return (
    <>
      {problem?.runId === run.runId && (
        <ProblemNote
          problem={new Error(`Step ${formatCount(problem.step)} could not be evaluated: ${problem.message}`)}
        />
      )}
      {own.map((asked) => (
        <UnderWay key={`${asked.step} ${asked.samples ?? ''}`} asked={asked} />
      ))}
      {underWay.some(({ runId, engine }) => runId !== run.runId && engine === null) && (
        <Text fz={12} className="muted">
          A checkpoint of another run is being evaluated, one at a time on this machine.
        </Text>
      )}
    </>
  )
}

function UnderWay({ asked }: { readonly asked: Asked }): JSX.Element {
  const { runId, step, samples, engine, waitsFor, progress } = asked
  const cancel = useRouteMutation('evaluations.cancel')
  const what = samples === null ? 'on the test split' : `with ${samples} samples a problem`
  const where = engine === null ? '' : `, on ${engine}`
  return (
    <div>
      <WorkProgress
        title={`Evaluating step ${formatCount(step)} ${what}${where}`}
        progress={progress}
        onCancel={() => cancel.mutate({ runId, step, samples })}
      />
      {waitsFor !== null && (
        <Text fz={12} role="note">
          {waitsFor}
        </Text>
      )}
      <ProblemNote problem={cancel.error} />
    </div>
  )
}
