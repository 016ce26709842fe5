import { ActionIcon } from '@mantine/core'
import { IconPin, IconPinFilled } from '@tabler/icons-react'
import type { JSX } from 'react'
import type { ListedRun } from '../../../shared/runs/runList.ts'
import { useRouteMutation } from '../data/useRoute.ts'
import styles from './PinButton.module.css'

/** Keeps a run first in the list and in choices of runs, however they are sorted. */
export function PinButton({
  run,
}: {
  readonly run: Pick<ListedRun, 'runId' | 'name' | 'pinned'>
}): JSX.Element {
  const update = useRouteMutation('run.update')
  const { runId, name, pinned = false } = run
  const label = pinned ? `Unpin ${name}` : `Pin ${name}`
  const title = update.error?.message ?? (pinned ? 'Unpin' : 'Pin: first in the list, however it is sorted')
  const Pin = pinned ? IconPinFilled : IconPin
  return (
    <ActionIcon
      size={20}
      variant="subtle"
      color={update.error === null ? undefined : 'red'}
      aria-label={label}
      aria-pressed={pinned}
      title={title}
      loading={update.isPending}
      className={pinned || update.error !== null ? undefined : styles.unpinned}
      onClick={() => update.mutate({ runId, pinned: !pinned })}
    >
      <Pin size={14} />
    </ActionIcon>
  )
}
