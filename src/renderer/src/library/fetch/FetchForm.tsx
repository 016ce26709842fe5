import { Anchor, Button, Group, Text, TextInput } from '@mantine/core'
import { useState, type FormEvent, type JSX } from 'react'
import type { Wanted } from '../../../../shared/routes/library/fetching.ts'
import { useRouteMutation, useRouteQuery } from '../../data/useRoute.ts'
import { asPlanned, planText } from './fetchText.ts'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'
import { HubTokenDialog } from '../hub/HubTokenDialog.tsx'
import styles from './FetchForm.module.css'

export interface FetchFormProps {
  readonly kind: Wanted['kind']
  readonly label: string
  readonly example: string
}

/** A name of the hub, what it would bring, and the start: what comes is said before a byte of it does. */
export function FetchForm({ kind, label, example }: FetchFormProps): JSX.Element {
  const [typed, setTyped] = useState('')
  const [asked, setAsked] = useState<string | null>(null)
  const [isAtToken, setAtToken] = useState(false)
  const look = (event: FormEvent): void => {
    event.preventDefault()
    setAsked(typed.trim() === '' ? null : typed.trim())
  }
  return (
    <section className="panel side-panel" aria-label={label}>
      <Group component="form" gap="sm" align="flex-end" onSubmit={look}>
        <TextInput
          label={label}
          description={example}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value)
            setAsked(null)
          }}
          className={styles.name}
        />
        <Button type="submit" variant="default" disabled={typed.trim() === ''}>
          Look it up
        </Button>
        <Button variant="subtle" onClick={() => setAtToken(true)}>
          Hub token…
        </Button>
      </Group>
      {asked !== null && <Found wanted={wantedOf(kind, asked)} onBegun={() => setAsked(null)} />}
      {isAtToken && <HubTokenDialog onClose={() => setAtToken(false)} />}
    </section>
  )
}

export function wantedOf(kind: Wanted['kind'], name: string): Wanted {
  return kind === 'model' ? { kind, name, from: 'hub' } : { kind, name, subset: null }
}

interface FoundProps {
  readonly wanted: Wanted
  readonly onBegun: () => void
}

/** What fetching would bring, and the button that does it. */
export function Found({ wanted, onBegun }: FoundProps): JSX.Element {
  const plan = useRouteQuery('fetch.plan', { wanted })
  const begin = useRouteMutation('fetch.begin')
  if (plan.data === undefined)
    return plan.error === null ? (
      <Text fz={13} mt={8} className="muted" role="status">
        Asking the hub…
      </Text>
    ) : (
      <ProblemNote problem={plan.error} />
    )
  return (
    <Group gap="sm" mt={8}>
      <Text fz={13} role="status" className={styles.answer}>
        {planText(plan.data)}{' '}
        {plan.data.pages.map((page) => (
          <Anchor key={page} href={page} target="_blank" rel="noreferrer" fz={13}>
            {page}
          </Anchor>
        ))}
      </Text>
      {!plan.data.isThere && (
        <Button
          loading={begin.isPending}
          onClick={() => begin.mutate({ wanted: asPlanned(wanted, plan.data) }, { onSuccess: onBegun })}
        >
          {plan.data.byPip === null ? 'Fetch it' : 'Fetch it by pip'}
        </Button>
      )}
      <ProblemNote problem={begin.error} />
    </Group>
  )
}
