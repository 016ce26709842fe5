/** β₁ of A*-PO, in units of reward: a number > 0, or one of its two limits by name. */
export type VStarBeta = number | 'mean' | 'max'

/**
 * V*(x), the optimal value of a prompt under the KL-regularised objective, from N completions sampled by the
 * reference policy:
 *
 *     V*(x) = β · ln( (1/N) · Σᵢ exp(rᵢ / β) )
 *
 * β → ∞ gives the mean reward, β → 0 the best one. Shifted by max r, so that a small β cannot overflow.
 * Source: A*-PO, arXiv 2505.20686, stage 1.
 *
 * @param rewards    one reward per completion of the same prompt; N ≥ 1
 * @param vStarBeta  β > 0, in units of reward; or a limit
 */
export function estimateVStar(rewards: readonly number[], vStarBeta: VStarBeta): number {
  if (rewards.length === 0) throw new RangeError('estimateVStar: expected at least one reward, got none')
  const best = rewards.reduce((highest, reward) => Math.max(highest, reward), -Infinity)
  if (vStarBeta === 'max') return best
  const mean = (terms: readonly number[]) => terms.reduce((sum, term) => sum + term, 0) / terms.length
  if (vStarBeta === 'mean') return mean(rewards)
  checkBeta('estimateVStar', vStarBeta)
  return best + vStarBeta * Math.log(mean(rewards.map((reward) => Math.exp((reward - best) / vStarBeta))))
}

/** A reward with two values: `high` with probability `share`, else `low`. */
export interface TwoPointReward {
  readonly share: number
  readonly low: number
  readonly high: number
}

/**
 * V* of a two-valued reward, in closed form: β·ln( p·e^{high/β} + (1 − p)·e^{low/β} ).
 * For rewards 0 and 1 it is β·ln(1 + p·(e^{1/β} − 1)).
 */
export function twoPointVStar({ share, low, high }: TwoPointReward, vStarBeta: VStarBeta): number {
  if (!(share >= 0 && share <= 1))
    throw new RangeError(`twoPointVStar: expected a share from 0 to 1, got ${share}`)
  if (share === 0) return low
  if (share === 1) return high
  if (vStarBeta === 'max') return Math.max(low, high)
  if (vStarBeta === 'mean') return low + share * (high - low)
  checkBeta('twoPointVStar', vStarBeta)
  const best = Math.max(low, high)
  const meanExp =
    share * Math.exp((high - best) / vStarBeta) + (1 - share) * Math.exp((low - best) / vStarBeta)
  return best + vStarBeta * Math.log(meanExp)
}

function checkBeta(caller: string, vStarBeta: number): void {
  if (!(vStarBeta > 0))
    throw new RangeError(`${caller}: expected vStarBeta > 0, 'mean' or 'max', got ${vStarBeta}`)
}
