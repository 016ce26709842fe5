import { Button, Group, Text } from '@mantine/core'
import { useEffect, useRef, type JSX } from 'react'
import type { Wanted } from '../../../shared/routes/library/fetching.ts'
import { asPlanned, planText } from '../library/fetch/fetchText.ts'
import { FetchJobs } from '../library/fetch/FetchJobs.tsx'
import { useRouteMutation, useRouteQuery } from '../data/useRoute.ts'
import { ProblemNote } from '../widgets/ProblemNote.tsx'

export interface FetchOfferProps {
  /** What the config names and this machine has not; null = nothing. */
  readonly missing: Wanted | null
  /** The machine has found all that the config names. */
  readonly isFound: boolean
  readonly onStart: () => void
}

/** One question where a config names what is not there: fetch it? Then its progress, then the start. */
export function FetchOffer({ missing, isFound, onStart }: FetchOfferProps): JSX.Element | null {
  const willStart = useRef(false)
  useEffect(() => {
    if (!willStart.current || !isFound) return
    willStart.current = false
    onStart()
  }, [isFound, onStart])
  if (missing === null) return null
  return (
    <section className="panel side-panel" aria-label={`Fetch ${missing.name}`}>
      <Question
        missing={missing}
        onAsked={(starts) => {
          willStart.current = starts
        }}
      />
      <FetchJobs kinds={[missing.kind]} />
    </section>
  )
}

interface QuestionProps {
  readonly missing: Wanted
  readonly onAsked: (willStart: boolean) => void
}

function Question({ missing, onAsked }: QuestionProps): JSX.Element {
  const plan = useRouteQuery('fetch.plan', { wanted: missing })
  const jobs = useRouteQuery('fetch.list', {}).data ?? []
  const begin = useRouteMutation('fetch.begin')
  const isUnderWay = jobs.some(
    ({ name, state }) => name === missing.name && (state === 'running' || state === 'waiting'),
  )
  const fetch = (willStart: boolean): void => {
    if (plan.data === undefined) return
    begin.mutate({ wanted: asPlanned(missing, plan.data) }, { onSuccess: () => onAsked(willStart) })
  }
  return (
    <>
      <Text fz={13} mb={6}>
        {missing.name} is not on this machine yet.{' '}
        {plan.data !== undefined &&
          `${plan.data.byPip === null ? 'The hub has it: ' : ''}${planText(plan.data)}`}
        {plan.data === undefined && plan.error === null && 'Asking the hub…'}
      </Text>
      <ProblemNote problem={plan.error ?? begin.error} />
      {plan.data !== undefined && !isUnderWay && (
        <Group gap="sm" mb={6}>
          <Button onClick={() => fetch(true)} loading={begin.isPending}>
            {plan.data.byPip === null ? 'Fetch it and start' : 'Fetch it by pip and start'}
          </Button>
          <Button variant="default" onClick={() => fetch(false)} disabled={begin.isPending}>
            Fetch it only
          </Button>
        </Group>
      )}
    </>
  )
}
