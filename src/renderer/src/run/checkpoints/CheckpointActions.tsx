import { Button, Group } from '@mantine/core'
import { useState, type JSX } from 'react'
import type { Run } from '../../../../shared/runs/records.ts'
import { formatCount } from '../../../../shared/text/format.ts'
import { useRouteMutation, useRouteQuery } from '../../data/useRoute.ts'
import { goTo } from '../../data/useRouteTarget.ts'
import { policyOfRun } from '../../replay/policyName.ts'
import { ExportDialog } from './ExportDialog.tsx'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'

export interface CheckpointActionsProps {
  readonly run: Run
  readonly step: number
  /** On the test split. */
  readonly isEvaluated: boolean
}

/** What can be done with a checkpoint. */
export function CheckpointActions({ run, step, isEvaluated }: CheckpointActionsProps): JSX.Element {
  const state = useRouteQuery('evaluations.underWay', {}).data
  const evaluate = useRouteMutation('evaluations.start')
  const [isExporting, setIsExporting] = useState(false)
  const name = `step ${formatCount(step)}`
  return (
    <>
      <Group gap={6} wrap="nowrap">
        <Button
          variant="default"
          aria-label={`${isEvaluated ? 'Evaluated' : 'Evaluate'} ${name}`}
          title={
            isEvaluated
              ? 'It has been evaluated on the test split: the same draws would give the same'
              : undefined
          }
          disabled={isEvaluated || state === undefined || state.underWay !== null}
          loading={evaluate.isPending}
          onClick={() => evaluate.mutate({ runId: run.runId, step })}
        >
          {isEvaluated ? 'Evaluated' : 'Evaluate'}
        </Button>
        <Button
          variant="default"
          aria-label={`Replay with ${name}`}
          onClick={() =>
            goTo({ page: 'replay', policies: [policyOfRun(run.runId, String(step))], problem: null })
          }
        >
          Replay…
        </Button>
        <Button variant="default" aria-label={`Export ${name}`} onClick={() => setIsExporting(true)}>
          Export…
        </Button>
      </Group>
      <ProblemNote problem={evaluate.error} />
      {isExporting && <ExportDialog run={run} step={step} onClose={() => setIsExporting(false)} />}
    </>
  )
}
