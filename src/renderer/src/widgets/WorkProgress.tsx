import { Button, Group, Progress as ProgressBar, Text } from '@mantine/core'
import type { JSX } from 'react'
import type { Progress } from '../../../shared/runs/runEvent.ts'
import { formatBytes, formatCount, formatDuration, formatNumber } from '../../../shared/text/format.ts'
import styles from './WorkProgress.module.css'

export interface WorkProgressProps {
  /** What is done, for people. */
  readonly title: string
  /** Null before the first report. */
  readonly progress: Progress | null
  readonly onCancel?: () => void
}

/** Work that takes its time: what, how far, how fast, how long, and the way to cancel it. */
export function WorkProgress({ title, progress, onCancel }: WorkProgressProps): JSX.Element {
  const share = progress === null || progress.total === 0 ? 0 : progress.done / progress.total
  return (
    <div className="panel side-panel" role="group" aria-label={title}>
      <Group justify="space-between" wrap="nowrap" mb={4}>
        <Text fz={13} fw={600} className={styles.title}>
          {title}
        </Text>
        {onCancel !== undefined && (
          <Button variant="default" onClick={onCancel} className={styles.cancel}>
            Cancel
          </Button>
        )}
      </Group>
      <ProgressBar value={share * 100} size={6} aria-label={`Progress of ${title}`} />
      <Text fz={12} className="muted tabular" role="status" mt={3}>
        {progress === null ? 'Beginning…' : workText(progress)}
      </Text>
    </div>
  )
}

/** `evaluating on test: attempts, 96 of 512 completions, 41.2/s, 1 min 14 s left` */
export function workText({ activity, done, total, unit, ratePerSecond, secondsLeft }: Progress): string {
  const isBytes = unit === 'bytes'
  const amount = (value: number): string => (isBytes ? formatBytes(value) : formatCount(value))
  const count = total === 0 ? amount(done) : `${amount(done)} of ${amount(total)}${isBytes ? '' : ` ${unit}`}`
  const rate =
    ratePerSecond === null
      ? null
      : isBytes
        ? `${formatBytes(ratePerSecond)}/s`
        : `${formatNumber(Number(ratePerSecond.toPrecision(3)))}/s`
  const left = secondsLeft === null ? null : `${formatDuration(secondsLeft * 1000)} left`
  return [activity, count, rate, left].filter((part) => part !== null && part !== '').join(', ')
}
