import { Alert, Button, CloseButton, Group } from '@mantine/core'
import type { JSX } from 'react'
import { reverseMove, useMoveRuns, type RunMove } from './useMoveRuns.ts'
import { ProblemNote } from '../widgets/ProblemNote.tsx'

export interface Undo {
  readonly did: RunMove
  readonly runIds: readonly string[]
}

/** Says what was done and takes it back; stays until it is closed. */
export function UndoBar({ undo, onDone }: { readonly undo: Undo; readonly onDone: () => void }): JSX.Element {
  const moves = useMoveRuns(undo.runIds)
  const runs = undo.runIds.length === 1 ? '1 run' : `${undo.runIds.length} runs`
  const takeBack = (): void => void moves.move(reverseMove[undo.did]).then(onDone, () => undefined) // said below
  return (
    <Alert color="blue" p="xs" role="status">
      <Group justify="space-between">
        <span>
          {runs} {undo.did}.
        </span>
        <Group gap="xs">
          <Button variant="default" onClick={takeBack} loading={moves.underWay !== null}>
            Undo
          </Button>
          <CloseButton aria-label="Close" onClick={onDone} />
        </Group>
      </Group>
      <ProblemNote problem={moves.problem} />
    </Alert>
  )
}
