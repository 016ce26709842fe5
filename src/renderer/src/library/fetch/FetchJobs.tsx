import { Button, Group, Text } from '@mantine/core'
import type { JSX } from 'react'
import type { FetchJob } from '../../../../shared/routes/library/fetching.ts'
import { useRouteMutation, useRouteQuery } from '../../data/useRoute.ts'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'
import { WorkProgress } from '../../widgets/WorkProgress.tsx'
import styles from './FetchJobs.module.css'

/** What is on its way into the library or out of it, and what became of it. */
export function FetchJobs({ kinds }: { readonly kinds: readonly FetchJob['kind'][] }): JSX.Element {
  const jobs = useRouteQuery('fetch.list', {}).data ?? []
  const dismiss = useRouteMutation('fetch.dismiss')
  return (
    <>
      {jobs
        .filter(({ kind }) => kinds.includes(kind))
        .map((job) => (
          <JobNote key={job.fetchId} job={job} onDismiss={() => dismiss.mutate({ fetchId: job.fetchId })} />
        ))}
    </>
  )
}

const verbs: Readonly<Record<FetchJob['kind'], string>> = {
  model: 'Fetching',
  data: 'Fetching',
  gguf: 'Making a model of',
  folder: 'Importing',
  export: 'Writing',
}

/** What has become of one that is over. */
function doneText({ kind, name }: FetchJob): string {
  return kind === 'export'
    ? `${name} is written: a folder that transformers loads.`
    : `${name} is in the library.`
}

function JobNote({
  job,
  onDismiss,
}: {
  readonly job: FetchJob
  readonly onDismiss: () => void
}): JSX.Element {
  switch (job.state) {
    case 'waiting':
      return (
        <Group gap="sm">
          <Text fz={13}>{job.name} waits for the one before it.</Text>
          <Button variant="default" onClick={onDismiss}>
            Cancel
          </Button>
        </Group>
      )
    case 'running':
      return (
        <WorkProgress title={`${verbs[job.kind]} ${job.name}`} progress={job.progress} onCancel={onDismiss} />
      )
    case 'done':
      return (
        <Group gap="sm" role="status">
          <Text fz={13}>{doneText(job)}</Text>
          <Button variant="default" aria-label={`Dismiss ${job.name}`} onClick={onDismiss}>
            OK
          </Button>
        </Group>
      )
    case 'failed':
      return (
        <Group gap="sm" align="flex-start" wrap="nowrap">
          <div className={styles.progress}>
            <ProblemNote problem={new Error(`${job.name}: ${job.problem ?? 'no reason was given'}`)} />
          </div>
          <Button variant="default" aria-label={`Dismiss ${job.name}`} onClick={onDismiss}>
            Dismiss
          </Button>
        </Group>
      )
  }
}
