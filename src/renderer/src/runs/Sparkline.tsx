import { rem } from '@mantine/core'
import type { JSX } from 'react'
import { rangePoints } from '../../../shared/plots/plotData.ts'
import { useRouteQuery } from '../data/useRoute.ts'
import type { RunCurve } from './runCurve.ts'
import { sparklinePath } from './sparklinePath.ts'

const size = { width: 88, height: 24 }

interface SparklineProps {
  readonly runId: string
  readonly curve: RunCurve
}

/** A run's curve from its least to its greatest value; drawn only for rows in view. */
export function Sparkline({ runId, curve: { metric, text } }: SparklineProps): JSX.Element | null {
  const answer = useRouteQuery('metrics.range', { runId, names: [metric], buckets: 44 })
  const range = answer.data?.[0]
  if (range === undefined || range.total < 2) return null
  return (
    <svg
      viewBox={`0 0 ${size.width} ${size.height}`}
      role="img"
      aria-label={text}
      style={{ display: 'block', width: rem(size.width), height: rem(size.height) }}
    >
      <title>{text}</title>
      <path
        d={sparklinePath(rangePoints(range, 'step'), size)}
        fill="none"
        stroke="var(--accent)"
        strokeWidth={1.4}
      />
    </svg>
  )
}
