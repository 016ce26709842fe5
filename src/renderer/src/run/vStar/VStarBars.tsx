import { Tooltip, UnstyledButton } from '@mantine/core'
import type { JSX } from 'react'
import { formatCount } from '../../../../shared/text/format.ts'
import type { VStarHistogram } from '../../../../shared/routes/vStar.ts'
import { binText, type VStarView } from './vStarView.ts'
import styles from './VStarBars.module.css'

type Bin = VStarHistogram['bins'][number]

export interface VStarBarsProps {
  readonly bins: readonly Bin[]
  readonly chosen: VStarView['bin']
  /** Null: the chosen one was chosen again. */
  readonly onChoose: (bin: VStarView['bin']) => void
}

/** A histogram whose bars are buttons: each shows its problems. */
export function VStarBars({ bins, chosen, onChoose }: VStarBarsProps): JSX.Element {
  const most = Math.max(1, ...bins.map(({ count }) => count))
  const ends = bins.length - 1
  return (
    <div className={styles.bars} role="group" aria-label="Problems by V*">
      {bins.map((bin, index) => {
        const isChosen = chosen?.low === bin.low && chosen.high === bin.high
        const label = `V* ${binText(bin)}: ${formatCount(bin.count)} problems`
        return (
          <Tooltip key={`${bin.low} ${bin.high}`} label={label}>
            <UnstyledButton
              className={styles.bar}
              aria-label={label}
              aria-pressed={isChosen}
              onClick={() => onChoose(isChosen ? null : { low: bin.low, high: bin.high })}
            >
              <span className={styles.column}>
                <span
                  className={bin.low === bin.high ? styles.end : styles.fill}
                  style={{ height: `${(100 * bin.count) / most}%` }}
                />
              </span>
              <span className={styles.mark}>{markOf(bin, index, ends)}</span>
            </UnstyledButton>
          </Tooltip>
        )
      })}
    </div>
  )
}

/** The ends, and every fifth bin between them. */
function markOf({ low }: Bin, index: number, ends: number): string {
  if (index === 0 || index === ends) return String(low)
  return index > 1 && (index - 1) % 5 === 0 ? String(low) : ''
}
