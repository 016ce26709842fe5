import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import type { JSX } from 'react'
import type { Run } from '../../../../shared/runs/records.ts'
import { formatCount } from '../../../../shared/text/format.ts'
import { goTo } from '../../data/useRouteTarget.ts'
import { EngineControl } from '../../widgets/engine/EngineControl.tsx'
import { usePickedEngine } from '../../widgets/engine/usePickedEngine.ts'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'
import { useCheckpointWork } from './useCheckpointWork.ts'

export interface EvaluateDialogProps {
  readonly run: Run
  readonly step: number
  readonly onClose: () => void
}

/** Asks where a checkpoint is to be evaluated on the test split, and lets it begin there. */
export function EvaluateDialog({ run, step, onClose }: EvaluateDialogProps): JSX.Element {
  const engine = usePickedEngine()
  const { evaluate, isPending, problem } = useCheckpointWork(run, { step, isEvaluated: false, engine })
  const isBusy = evaluate === null && engine.problem === null && !isPending
  const onBegun = (): void => {
    onClose()
    goTo({ page: 'run', runId: run.runId, tab: 'checkpoints' })
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Evaluate step ${formatCount(step)} on the test split`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="sm">
        <EngineControl draft={engine.draft} onChange={engine.choose} what="evaluation" />
        {isBusy && (
          <Text fz={12} role="note">
            An evaluation is under way that this one would have to wait for.
          </Text>
        )}
        <ProblemNote problem={problem} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button disabled={evaluate === null} loading={isPending} onClick={() => evaluate?.(onBegun)}>
            Evaluate
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
