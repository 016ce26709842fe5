import type { Evaluation } from '../../../shared/runs/records.ts'
import { meanInterval, type MeanInterval } from '../../../shared/sweep/studentT.ts'
import type { DifferingField } from './look.ts'

/**
 * The mean of a share over runs that differ in nothing but their seed; null where they differ in anything else,
 * or where one has no such score.
 */
export function seedMean(
  fields: readonly DifferingField[],
  tests: readonly (Evaluation | null)[],
  name: string,
): MeanInterval | null {
  const isSeedsAlone = fields.length > 0 && fields.every(({ path }) => path === 'seed')
  const values = tests.flatMap((test) => test?.proportions[name]?.value ?? [])
  return isSeedsAlone && values.length === tests.length ? meanInterval(values) : null
}
