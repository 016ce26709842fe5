import { formatCount } from '../../text/format.ts'
import type { TestScore } from '../records.ts'
import { wilson } from '../../statistics.ts'

/**
 * What runs are ranked by: the lower end of the score's 95 % interval (Wilson). A high share of few problems
 * does not stand above a slightly lower one of many, of which more is known.
 */
export function testRank(score: TestScore | null): number | null {
  return score === null ? null : wilson(score.successes, score.trials).low
}

/** The parts of a score as text: `0.844` and `[0.68, 0.93] of 32`. */
export function testScoreParts({ successes, trials }: TestScore): {
  readonly value: string
  readonly interval: string
} {
  const { value, low, high } = wilson(successes, trials)
  const two = (share: number | null): string => (share === null ? '–' : share.toFixed(2))
  return {
    value: value === null ? '–' : value.toFixed(3),
    interval: `[${two(low)}, ${two(high)}] of ${formatCount(trials)}`,
  }
}

/** `0.844 [0.68, 0.93] of 32` */
export function testScoreText(score: TestScore): string {
  const { value, interval } = testScoreParts(score)
  return `${value} ${interval}`
}
