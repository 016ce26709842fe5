import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { Telemetry } from '../../../shared/routes/app.ts'

/** Readings kept: an hour of them. */
const mostReadings = 1440

/**
 * What the header has read of the machine since this view was opened, oldest first; the store keeps no
 * history of it.
 */
export function useTelemetryHistory(): readonly Telemetry[] {
  const client = useQueryClient()
  const [readings, setReadings] = useState<readonly Telemetry[]>(() => {
    const known = client.getQueryData<Telemetry>(['app.telemetry', {}])
    return known === undefined ? [] : [known]
  })
  useEffect(
    () =>
      client.getQueryCache().subscribe(({ type, query }) => {
        const reading = query.state.data as Telemetry | undefined
        if (type !== 'updated' || query.queryKey[0] !== 'app.telemetry' || reading === undefined) return
        setReadings((known) =>
          known.at(-1)?.atMs === reading.atMs ? known : [...known, reading].slice(-mostReadings),
        )
      }),
    [client],
  )
  return readings
}
