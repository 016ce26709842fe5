import { formatShare } from '../../../shared/text/format.ts'
import type { MeanInterval } from '../../../shared/sweep/studentT.ts'

/** A mean over seeds with its interval, where there is one. */
export function meanText({ mean, low, high }: MeanInterval, format: (value: number) => string): string {
  return low === null || high === null ? format(mean) : `${format(mean)} [${format(low)}, ${format(high)}]`
}

/** Of shares: a t interval of few seeds would leave [0, 1]. */
export function meanShareText({ mean, low, high, count }: MeanInterval): string {
  const inside = (value: number | null): number | null =>
    value === null ? null : Math.min(1, Math.max(0, value))
  return meanText({ mean, low: inside(low), high: inside(high), count }, formatShare)
}
