import type { JSX } from 'react'
import type { Proportion } from '../../../shared/records.ts'
import { formatCount, formatShare, missing } from '../../../shared/format.ts'

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
    <div style={{ minWidth: '5.375rem', whiteSpace: 'nowrap' }}>
      <strong>{formatShare(value)}</strong>
      <div
        style={{
          position: 'relative',
          height: 5,
          margin: '3px 0',
          background: 'var(--panel-border)',
          borderRadius: 2,
        }}
      >
        <div
          style={{
            position: 'absolute',
            left: `${left}%`,
            width: `${Math.max(1, right - left)}%`,
            height: '100%',
            background: 'var(--accent)',
            borderRadius: 2,
          }}
        />
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
