import { Button, Group, Text } from '@mantine/core'
import type { JSX } from 'react'
import { useRouteMutation } from '../data/useRoute.ts'
import { ProblemNote } from '../widgets/ProblemNote.tsx'

/** In the place of the buttons: a deleted run does nothing until it is taken back. */
export function DeletedRun({ runId }: { readonly runId: string }): JSX.Element {
  const restore = useRouteMutation('run.restore')
  return (
    <Group gap="xs" wrap="nowrap">
      <ProblemNote problem={restore.error} />
      <Text fz={13} role="status">
        This run was deleted.
      </Text>
      <Button loading={restore.isPending} onClick={() => restore.mutate({ runIds: [runId] })}>
        Restore
      </Button>
    </Group>
  )
}
