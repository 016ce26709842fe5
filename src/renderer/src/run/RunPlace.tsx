import { Button, Code, Group, Text } from '@mantine/core'
import { useState, type JSX } from 'react'
import { isOver } from '../../../shared/runs/runTransitions.ts'
import type { Run } from '../../../shared/runs/records.ts'
import type { RunJobState } from '../../../shared/routes/engines.ts'
import { useRouteQuery } from '../data/useRoute.ts'
import { useRunsWithStatus } from '../data/useRunsWithStatus.ts'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import { placeText } from './placeText.ts'
import { waitText } from './waitText.ts'

/** How often an engine elsewhere is asked about a run that is not over. */
const askEveryMs = 5000

/**
 * Of a run that another machine executes: where, as which job, and what it waits for; its output on demand. Of
 * one that waits here: for what.
 */
export function RunPlace({ run }: { readonly run: Run }): JSX.Element | null {
  const { runId, status } = run
  const isLive = !isOver(status)
  const { data } = useRouteQuery('run.place', { runId }, isLive ? { everyMs: askEveryMs } : {})
  const [shown, setShown] = useState<number | null | undefined>(undefined)
  if (data === undefined) return null
  if (data.isThisMachine) return status === 'queued' ? <Wait runId={runId} /> : null
  const first: RunJobState | undefined = data.jobs.find(({ state }) => state === 'running') ?? data.jobs[0]
  return (
    <div role="group" aria-label="Where it runs">
      <Group gap="xs" mt={4}>
        <Text fz={12} role="note">
          {placeText(data)}
        </Text>
        {first !== undefined && first.name !== null && (
          <Button
            variant="default"
            size="compact-xs"
            onClick={() => setShown(shown === undefined ? first.shard : undefined)}
          >
            {shown === undefined ? 'Output of the job' : 'Hide the output'}
          </Button>
        )}
      </Group>
      {shown !== undefined && <Output runId={runId} shard={shown} />}
    </div>
  )
}

/** For this machine's own queue; on a cluster a job waits for what it asks for there. */
function Wait({ runId }: { readonly runId: string }): JSX.Element | null {
  const live = useRunsWithStatus(['running', 'paused', 'queued'])
  if (live === undefined) return null
  return (
    <Text fz={12} mt={4} role="note">
      {waitText(runId, live)}
    </Text>
  )
}

function Output({ runId, shard }: { readonly runId: string; readonly shard: number | null }): JSX.Element {
  const { data, error } = useRouteQuery('run.output', { runId, shard })
  if (error !== null) return <ProblemNote problem={error} />
  const text =
    data === undefined ? 'Asking the cluster…' : data.text === '' ? 'It has written nothing.' : data.text
  return (
    <Code block mt={6} mah={240} style={{ overflow: 'auto' }} tabIndex={0} aria-label="Output of the job">
      {text}
    </Code>
  )
}
