import { Progress as ProgressBar } from '@mantine/core'
import type { JSX } from 'react'
import type { ListedRun } from '../../../../shared/runs/runList.ts'
import { useRunStage } from '../../data/useRunStage.ts'
import { progressLine, shortProgress } from '../progressText.ts'
import { doneShare } from './runStage.ts'
import { statusColours } from './runLabels.ts'
import styles from './RunProgress.module.css'

/** Room for the words in the run table's column. */
const narrowPx = 128

/** Where a run is; a live one says what it does, how fast and for how long. */
export function RunProgress({
  run,
  wide = false,
}: {
  readonly run: ListedRun
  readonly wide?: boolean
}): JSX.Element {
  const { stage, progress } = useRunStage(run)
  const line = progressLine(run, stage, progress)
  return (
    <div className={`${wide ? styles.wide : styles.progress} tabular`} title={wide ? undefined : line}>
      <ProgressBar
        value={doneShare(stage) * 100}
        size={wide ? 6 : 4}
        color={statusColours[run.status]}
        aria-label={`Progress of ${run.name}`}
      />
      <div className={`muted fine-print ${styles.line}`}>
        {wide ? line : shortProgress(stage, progress, narrowPx)}
      </div>
    </div>
  )
}
