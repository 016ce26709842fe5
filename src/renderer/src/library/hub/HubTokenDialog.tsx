import { Button, Group, Modal, PasswordInput, Stack, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent, type JSX } from 'react'
import type { HubAccess } from '../../../../shared/routes/library/hub.ts'
import { hubAccessText } from '../../../../shared/text/hubAccessText.ts'
import { useApi } from '../../data/apiContext.ts'
import { invalidate } from '../../data/invalidate.ts'
import { useRouteQuery } from '../../data/useRoute.ts'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'

/** Where the hub's token comes from, and the way to put one into the key store of the machine or out of it. */
export function HubTokenDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const access = useRouteQuery('hub.access', {})
  const change = useHubToken()
  const [token, setToken] = useState('')
  const hasStore = access.data !== undefined && access.data.keyStore !== 'none here'
  const save = (event: FormEvent): void => {
    event.preventDefault()
    if (token.trim() === '') return
    change.ask('hub.login', { token: token.trim() })
    setToken('')
  }
  return (
    <Modal opened onClose={onClose} title="Token of the hub" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack gap="sm" component="form" onSubmit={save}>
        <Text fz={13} role="status">
          {access.data === undefined
            ? 'Asking the key store…'
            : `Downloads use ${hubAccessText(access.data)}.`}
        </Text>
        <PasswordInput
          label="Token"
          description="For gated and private models and data sets. It goes into the key store of the machine that Recheck runs on, and nowhere else."
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          autoComplete="off"
          disabled={!hasStore}
          data-autofocus
        />
        {access.data?.keyStore === 'none here' && (
          <Text fz={13}>
            Set HF_TOKEN where Recheck is started, or let HF_TOKEN_PATH name a file that only you can read.
          </Text>
        )}
        <ProblemNote problem={change.problem ?? access.error} />
        <Group justify="flex-end" gap="xs">
          {access.data?.keyStore === 'holds a token' && (
            <Button variant="default" loading={change.isPending} onClick={() => change.ask('hub.logout', {})}>
              Remove the stored token
            </Button>
          )}
          <Button type="submit" loading={change.isPending} disabled={!hasStore || token.trim() === ''}>
            Store it
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

interface TokenChange {
  readonly isPending: boolean
  readonly problem: unknown
  ask(route: 'hub.login', input: { readonly token: string }): void
  ask(route: 'hub.logout', input: Readonly<Record<string, never>>): void
}

/** Asked without the cache of mutations, which would keep the token in memory for minutes. */
function useHubToken(): TokenChange {
  const api = useApi()
  const client = useQueryClient()
  const [state, setState] = useState<Pick<TokenChange, 'isPending' | 'problem'>>({
    isPending: false,
    problem: null,
  })
  const ask = (route: 'hub.login' | 'hub.logout', input: { readonly token?: string }): void => {
    setState({ isPending: true, problem: null })
    const asked: Promise<HubAccess> =
      route === 'hub.login'
        ? api.request('hub.login', { token: input.token ?? '' })
        : api.request('hub.logout', {})
    asked.then(
      () => {
        setState({ isPending: false, problem: null })
        // what the hub shows to whoever is signed in may be another
        void invalidate(
          client,
          ({ queryKey }) => queryKey[0] === 'hub.access' || queryKey[0] === 'fetch.plan',
        )
      },
      (problem: unknown) => setState({ isPending: false, problem }),
    )
  }
  return { ...state, ask }
}
