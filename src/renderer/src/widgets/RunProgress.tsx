import { Progress as ProgressBar } from '@mantine/core'
import type { JSX } from 'react'
import type { ListedRun } from '../../../shared/runList.ts'
import { useRunStage } from '../data/useRunStage.ts'
import { progressLine, progressText, stageText } from './progressText.ts'
import { doneShare } from './runStage.ts'
import { statusColours } from './runLabels.ts'

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
  const short = progress === null ? stageText(run, stage) : progressText(progress, stage, false)
  return (
    <div style={{ width: '100%' }} className="tabular" title={wide ? undefined : line}>
      <ProgressBar
        value={doneShare(stage) * 100}
        size={wide ? 6 : 4}
        color={statusColours[run.status]}
        aria-label={`Progress of ${run.name}`}
      />
      <div
        className="muted fine-print"
        style={{ marginTop: 3, overflow: 'hidden', textOverflow: 'ellipsis' }}
      >
        {wide ? line : short}
      </div>
    </div>
  )
}
