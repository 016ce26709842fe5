import { Progress as ProgressBar } from '@mantine/core'
import type { JSX } from 'react'
import type { ListedRun } from '../../../shared/runList.ts'
import type { Progress } from '../../../shared/runEvent.ts'
import { useRead } from '../hooks/useRoute.ts'
import { formatCount } from '../state/format.ts'
import { doneShare, progressText } from '../state/progressText.ts'
import { stepsDone } from '../state/stepsDone.ts'
import { statusColours } from '../state/runWords.ts'

/** Where a run is; a live one says what it does, how fast and for how long. */
export function RunProgress({
  run,
  wide = false,
}: {
  readonly run: ListedRun
  readonly wide?: boolean
}): JSX.Element {
  const isLive = run.status === 'running'
  const progress = useRead('run.progress', { runId: run.runId }, { enabled: isLive }).data ?? null
  const share = doneShare(run, isLive ? progress : null)
  const steps = `${formatCount(stepsDone(run))} of ${formatCount(run.totalSteps)} steps`
  return (
    <div style={{ width: '100%' }} className="tabular">
      <ProgressBar
        value={share * 100}
        size={wide ? 6 : 4}
        color={statusColours[run.status]}
        aria-label={`Progress of ${run.name}`}
      />
      <div
        className="muted fine-print"
        style={{ marginTop: 3, overflow: 'hidden', textOverflow: 'ellipsis' }}
      >
        {lineOf(run, steps, isLive ? progress : null, wide)}
      </div>
    </div>
  )
}

function lineOf(run: ListedRun, steps: string, progress: Progress | null, wide: boolean): string {
  const where = run.totalSteps === 0 ? '' : steps
  if (progress === null) return where
  const live = progressText(progress, wide)
  return wide && where !== '' ? `${where} · ${live}` : live
}
