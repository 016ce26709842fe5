import { Tooltip, UnstyledButton } from '@mantine/core'
import type { JSX } from 'react'
import { usePlotTheme } from '../hooks/usePlotTheme.ts'
import type { CompareLook } from '../state/compareLook.ts'

export interface RunLegendProps {
  readonly labels: readonly string[]
  /** What a run's config has where the runs differ. */
  readonly texts: readonly string[]
  readonly look: CompareLook
  readonly hidden: ReadonlySet<number>
  readonly onHidden: (hidden: ReadonlySet<number>) => void
}

/** One legend for all plots of a comparison: names the runs, says how they differ, hides and shows them. */
export function RunLegend({ labels, texts, look, hidden, onHidden }: RunLegendProps): JSX.Element {
  const theme = usePlotTheme()
  const palette = look.palette ?? theme.palette
  const toggle = (run: number): void => {
    const next = new Set(hidden)
    if (!next.delete(run)) next.add(run)
    onHidden(next)
  }
  return (
    <div className="run-legend" role="group" aria-label="Runs">
      {look.order.map((run) => (
        <Tooltip key={run} label={texts[run] === '' ? 'The same config as the others' : texts[run]}>
          <UnstyledButton
            className="run-legend-item"
            aria-pressed={!hidden.has(run)}
            aria-description={texts[run]}
            onClick={() => toggle(run)}
          >
            <span
              className="run-legend-swatch"
              style={{ background: palette[(look.colours[run] ?? 0) % palette.length] }}
            />
            <span className="run-legend-name" title={labels[run]}>
              {labels[run]}
            </span>
            {look.additions[run] !== '' && <span className="muted"> {look.additions[run]}</span>}
          </UnstyledButton>
        </Tooltip>
      ))}
    </div>
  )
}
