import { Tooltip, UnstyledButton } from '@mantine/core'
import type { JSX } from 'react'
import type { Run } from '../../../shared/runs/records.ts'
import { usePlotTheme } from '../plots/chart/usePlotTheme.ts'
import { MiddleCut } from '../widgets/MiddleCut.tsx'
import type { CompareLook } from './look.ts'
import styles from './RunLegend.module.css'

export interface RunLegendProps {
  readonly runs: readonly Run[]
  readonly labels: readonly string[]
  /** What a run's config has where the runs differ. */
  readonly texts: readonly string[]
  readonly look: CompareLook
  /** Ids of the runs that are switched off. */
  readonly hidden: ReadonlySet<string>
  readonly onHidden: (hidden: ReadonlySet<string>) => void
}

/** One legend for all plots of a comparison: names the runs, says how they differ, hides and shows them. */
export function RunLegend(props: RunLegendProps): JSX.Element {
  const { runs, labels, texts, look, hidden, onHidden } = props
  const theme = usePlotTheme()
  const palette = look.palette ?? theme.palette
  const toggle = (runId: string): void => {
    const next = new Set(hidden)
    if (!next.delete(runId)) next.add(runId)
    onHidden(next)
  }
  const idOf = (run: number): string => runs[run]?.runId ?? ''
  return (
    <div className={styles.list} role="group" aria-label="Runs">
      {look.order.map((run) => (
        <Tooltip key={idOf(run)} label={texts[run] === '' ? 'The same config as the others' : texts[run]}>
          <UnstyledButton
            className={styles.item}
            aria-pressed={!hidden.has(idOf(run))}
            aria-description={texts[run]}
            onClick={() => toggle(idOf(run))}
          >
            <span
              className={styles.swatch}
              style={{
                borderTopColor: palette[(look.colours[run] ?? 0) % palette.length] ?? '',
                borderTopStyle: look.patterns[run] ?? 'solid',
              }}
            />
            <span className={styles.name}>
              <MiddleCut text={labels[run] ?? ''} />
            </span>
            {look.additions[run] !== '' && (
              <span className={`muted ${styles.addition}`}> {look.additions[run]}</span>
            )}
          </UnstyledButton>
        </Tooltip>
      ))}
    </div>
  )
}
