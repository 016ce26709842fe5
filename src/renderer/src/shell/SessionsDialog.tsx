import { Button, Modal, Stack, Table, Text, VisuallyHidden } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import type { JSX } from 'react'
import type { SessionInfo } from '../../../shared/routes/sessions.ts'
import { useRouteMutation, useRouteQuery } from '../data/useRoute.ts'
import { Age } from '../widgets/Age.tsx'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import { clientName } from './clientName.ts'

/** Every browser and window that may use this server, each with its way out. */
export function SessionsDialog(props: {
  readonly opened: boolean
  readonly onClose: () => void
}): JSX.Element {
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title="Sessions"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <SessionTable />
    </Modal>
  )
}

function SessionTable(): JSX.Element {
  const { data = [], error } = useRouteQuery('session.list', {})
  const client = useQueryClient()
  const end = useRouteMutation('session.end')
  const logOut = ({ sessionId, isOwn }: SessionInfo): void =>
    end.mutate(
      { sessionId },
      {
        // without a session the page has nothing to show: loaded again, it says how to come back
        onSuccess: () =>
          isOwn ? window.location.reload() : void client.invalidateQueries({ queryKey: ['session.list'] }),
      },
    )
  return (
    <Stack gap="sm">
      <Text>
        Browsers and windows that opened a link of this server. A session ends by itself after seven days
        without use. Runs go on without one.
      </Text>
      <ProblemNote problem={error ?? end.error} />
      <Table className="tabular">
        <Table.Thead>
          <Table.Tr>
            {['Client', 'Opened', 'Last used', 'Open pages'].map((label) => (
              <Table.Th key={label}>{label}</Table.Th>
            ))}
            <Table.Th>
              <VisuallyHidden>Log out</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.map((session) => (
            <SessionLine
              key={session.sessionId}
              session={session}
              isBusy={end.isPending}
              onLogOut={() => logOut(session)}
            />
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  )
}

interface SessionLineProps {
  readonly session: SessionInfo
  readonly isBusy: boolean
  readonly onLogOut: () => void
}

function SessionLine({ session, isBusy, onLogOut }: SessionLineProps): JSX.Element {
  const name = clientName(session.client)
  return (
    <Table.Tr>
      <Table.Td title={session.client}>
        {name}
        {session.isOwn && <strong> (this one)</strong>}
      </Table.Td>
      <Table.Td>
        <Age thenMs={session.openedAtMs} />
      </Table.Td>
      <Table.Td>
        <Age thenMs={session.lastUsedAtMs} />
      </Table.Td>
      <Table.Td>{session.openPages}</Table.Td>
      <Table.Td>
        <Button
          size="compact-sm"
          variant="default"
          disabled={isBusy}
          onClick={onLogOut}
          aria-label={session.isOwn ? 'Log out this session' : `Log out ${name}`}
        >
          Log out
        </Button>
      </Table.Td>
    </Table.Tr>
  )
}
