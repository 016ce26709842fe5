import { Button, Group, Tooltip } from '@mantine/core'
import { useState, type JSX } from 'react'
import type { SweepView } from '../../../shared/sweep/sweepView.ts'
import { useRouteMutation } from '../data/useRoute.ts'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import { ExtendSweepDialog } from './ExtendSweepDialog.tsx'
import { countsOf } from './sweepWords.ts'

/** Pause, stop, resume and extend, where this process can. */
export function SweepActions({ sweep }: { readonly sweep: SweepView }): JSX.Element {
  const { name, work, trials } = sweep
  const [isExtending, setExtending] = useState(false)
  const stop = useRouteMutation('sweep.stop')
  const resume = useRouteMutation('sweep.resume')
  const { failed, finished, active } = countsOf(sweep)
  const isIdle = work.state === 'idle'
  const isElsewhere = isIdle && active > 0
  return (
    <div>
      <Group gap="xs" justify="flex-end">
        {!isIdle && (
          <>
            <Tooltip label="The trial in hand is brought to its end, no other begins">
              <Button
                variant="default"
                disabled={work.state === 'ending'}
                onClick={() => stop.mutate({ name, when: 'after-trial' })}
              >
                Pause after this trial
              </Button>
            </Tooltip>
            <Tooltip label="The trial in hand finishes its step and writes a checkpoint">
              <Button variant="default" onClick={() => stop.mutate({ name, when: 'now' })}>
                Stop now
              </Button>
            </Tooltip>
          </>
        )}
        {isIdle && failed > 0 && (
          <Button
            variant="default"
            disabled={isElsewhere}
            onClick={() => resume.mutate({ name, retryFailed: true })}
          >
            Retry failed
          </Button>
        )}
        {isIdle && finished + failed < trials.length && (
          <Button
            disabled={isElsewhere}
            loading={resume.isPending}
            onClick={() => resume.mutate({ name, retryFailed: false })}
          >
            Resume
          </Button>
        )}
        {isIdle && (
          <Button variant="default" disabled={isElsewhere} onClick={() => setExtending(true)}>
            Extend…
          </Button>
        )}
      </Group>
      <ProblemNote problem={stop.error ?? resume.error} />
      {isExtending && <ExtendSweepDialog sweep={sweep} onClose={() => setExtending(false)} />}
    </div>
  )
}
