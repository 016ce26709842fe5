import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import type { JSX } from 'react'
import type { UsingRun } from '../../../shared/routes/library/library.ts'
import { formatBytes, formatCount } from '../../../shared/text/format.ts'
import { ProblemNote } from '../widgets/ProblemNote.tsx'

export interface RemoveDialogProps {
  readonly name: string
  readonly bytes: number
  readonly usedBy: readonly UsingRun[]
  /** What these runs can no longer do. */
  readonly loss: string
  readonly isPending: boolean
  readonly problem: unknown
  readonly onClose: () => void
  readonly onRemove: () => void
}

/** Removing takes files for good, so it is asked for. */
export function RemoveDialog(props: RemoveDialogProps): JSX.Element {
  const { name, bytes, usedBy, loss, isPending, problem, onClose, onRemove } = props
  const users =
    usedBy.length === 1 ? `The run “${usedBy[0]?.name ?? ''}” uses` : `${formatCount(usedBy.length)} runs use`
  return (
    <Modal opened onClose={onClose} title={`Remove ${name}`} closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack gap="md">
        <Text>Its files go from this machine for good: {formatBytes(bytes)}.</Text>
        {usedBy.length > 0 && (
          <Text>
            {users} it. {loss}
          </Text>
        )}
        <ProblemNote problem={problem} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            Keep it
          </Button>
          <Button color="red" onClick={onRemove} loading={isPending}>
            Remove
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
