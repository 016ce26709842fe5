import type { JSX } from 'react'
import { useNow } from './hooks/useNow.ts'
import { formatAge, formatTime } from '../../../shared/text/format.ts'

/** How long ago, with the exact time on hover. */
export function Age({ thenMs }: { readonly thenMs: number | null }): JSX.Element {
  const now = useNow(30_000)
  return <span title={formatTime(thenMs)}>{formatAge(thenMs, now)}</span>
}
