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
        {!isIdle && <StopButtons sweep={sweep} onStop={(when) => stop.mutate({ name, when })} />}
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

/** Of one trial in hand on this machine, of several on a cluster. */
const stopWords = {
  here: {
    pause: 'Pause after this trial',
    pauseTip: 'The trial in hand is brought to its end, no other begins',
    stopTip: 'The trial in hand finishes its step and writes a checkpoint',
  },
  cluster: {
    pause: 'Pause after those handed over',
    pauseTip: 'What the cluster has, in its queue too, is brought to its end; no other trial is handed over',
    stopTip: 'Trials at work finish their step and write a checkpoint; those that wait leave the queue',
  },
} as const

interface StopButtonsProps {
  readonly sweep: SweepView
  readonly onStop: (when: 'after-trial' | 'now') => void
}

function StopButtons({ sweep: { work, engine }, onStop }: StopButtonsProps): JSX.Element {
  const words = engine === null ? stopWords.here : stopWords.cluster
  return (
    <>
      <Tooltip label={words.pauseTip}>
        <Button variant="default" disabled={work.state === 'ending'} onClick={() => onStop('after-trial')}>
          {words.pause}
        </Button>
      </Tooltip>
      <Tooltip label={words.stopTip}>
        <Button variant="default" onClick={() => onStop('now')}>
          Stop now
        </Button>
      </Tooltip>
    </>
  )
}
