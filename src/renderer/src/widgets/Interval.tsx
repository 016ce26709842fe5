import type { JSX } from 'react'
import type { Proportion } from '../../../shared/runs/records.ts'
import { formatCount, formatShare, missing } from '../../../shared/text/format.ts'
import styles from './Interval.module.css'

/** A share with its 95 % interval, drawn and written. */
export function Interval({
  proportion,
}: {
  readonly proportion: Proportion | undefined
}): JSX.Element | string {
  if (proportion === undefined || proportion.value === null) return missing
  const { value, low, high, successes, trials } = proportion
  const left = (low ?? value) * 100
  const right = (high ?? value) * 100
  return (
    <div className={styles.interval}>
      <strong>{formatShare(value)}</strong>
      <div className={styles.scale}>
        <div style={{ left: `${left}%`, width: `${Math.max(1, right - left)}%` }} className={styles.range} />
      </div>
      <div className="muted fine-print">
        [{formatShare(low)}, {formatShare(high)}]
      </div>
      <div className="muted fine-print">
        {formatCount(successes)} of {formatCount(trials)}
      </div>
    </div>
  )
}
