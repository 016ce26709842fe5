import { Anchor, Code, Stack, Text, Title } from '@mantine/core'
import type { JSX } from 'react'
import { errorGroup } from '../../../shared/errors/errorCodes.ts'
import { errorData } from '../../../shared/errors/recheckError.ts'
import { InlineCode } from '../widgets/InlineCode.tsx'

/** The plain page without a session: what happened and the way in. */
export function NoSession({ problem }: { readonly problem: unknown }): JSX.Element {
  const { code, message } = errorData(problem)
  const isSession = errorGroup(code) === 'session'
  return (
    <Stack component="main" maw={560} mx="auto" mt={80} p="md" gap="sm" className="panel">
      <Title order={1} size="h3">
        {isSession ? 'This page needs a fresh link' : 'Recheck cannot be reached'}
      </Title>
      <Text>
        <InlineCode text={message} />
      </Text>
      {isSession && (
        <Text>
          A link opens the page once; after that this browser opens it without one, at{' '}
          <Code>{window.location.origin}</Code>, until its session ends. Was the page open before at{' '}
          <Code>{otherName()}</Code>? Sessions belong to the name in the address: try that one. Runs go on
          whether or not a page is open.
        </Text>
      )}
      <Anchor href="#/runs" onClick={() => window.location.reload()}>
        Try again
      </Anchor>
    </Stack>
  )
}

/** The same server by its other name: a browser holds its cookies apart. */
function otherName(): string {
  const { hostname, port } = window.location
  return `http://${hostname === 'localhost' ? '127.0.0.1' : 'localhost'}:${port}`
}
