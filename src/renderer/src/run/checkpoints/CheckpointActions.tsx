import { Button, Group } from '@mantine/core'
import { useState, type JSX } from 'react'
import type { Run } from '../../../../shared/runs/records.ts'
import { formatCount } from '../../../../shared/text/format.ts'
import type { PickedEngine } from '../../widgets/engine/usePickedEngine.ts'
import { ExportDialog } from './ExportDialog.tsx'
import { useCheckpointWork } from './useCheckpointWork.ts'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'

export interface CheckpointActionsProps {
  readonly run: Run
  readonly step: number
  /** On the test split. */
  readonly isEvaluated: boolean
  /** Where it is evaluated. */
  readonly engine: PickedEngine
}

/** What can be done with a checkpoint. */
export function CheckpointActions({ run, step, isEvaluated, engine }: CheckpointActionsProps): JSX.Element {
  const work = useCheckpointWork(run, { step, isEvaluated, engine })
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
          disabled={work.evaluate === null}
          loading={work.isPending}
          onClick={() => work.evaluate?.()}
        >
          {isEvaluated ? 'Evaluated' : 'Evaluate'}
        </Button>
        <Button variant="default" aria-label={`Replay with ${name}`} onClick={work.replay}>
          Replay…
        </Button>
        <Button variant="default" aria-label={`Export ${name}`} onClick={() => setIsExporting(true)}>
          Export…
        </Button>
      </Group>
      <ProblemNote problem={work.problem} />
      {isExporting && <ExportDialog run={run} step={step} onClose={() => setIsExporting(false)} />}
    </>
  )
}
