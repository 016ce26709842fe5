import { Alert, Button, CloseButton, Group } from '@mantine/core'
import type { JSX } from 'react'
import { useChange, useChanges } from '../hooks/useRoute.ts'
import { ProblemNote } from './ProblemNote.tsx'

export interface Undo {
  readonly did: 'deleted' | 'archived'
  readonly runIds: readonly string[]
}

/** Says what was done and takes it back; stays until it is closed. */
export function UndoBar({ undo, onDone }: { readonly undo: Undo; readonly onDone: () => void }): JSX.Element {
  const restore = useChange('run.restore')
  const update = useChanges('run.update')
  const runs = undo.runIds.length === 1 ? '1 run' : `${undo.runIds.length} runs`
  const takeBack = async (): Promise<void> => {
    if (undo.did === 'deleted') await restore.mutateAsync({ runIds: [...undo.runIds] })
    else await update.mutateAsync(undo.runIds.map((runId) => ({ runId, archived: false })))
    onDone()
  }
  return (
    <Alert color="blue" p="xs" role="status">
      <Group justify="space-between">
        <span>
          {runs} {undo.did}.
        </span>
        <Group gap="xs">
          <Button
            variant="default"
            onClick={() => void takeBack().catch(() => undefined)}
            loading={restore.isPending || update.isPending}
          >
            Undo
          </Button>
          <CloseButton aria-label="Close" onClick={onDone} />
        </Group>
      </Group>
      <ProblemNote problem={restore.error ?? update.error} />
    </Alert>
  )
}
