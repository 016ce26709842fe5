import type { StepBudget } from './budget.ts'

/**
 * Whether each of n things on the left can be paired with one on the right of its own (Kuhn's augmenting
 * paths). Pairing greedily would depend on the order, since "agrees" need not be transitive.
 *
 * @param agrees  asked at most once per pair
 */
export function perfectMatching(
  n: number,
  agrees: (left: number, right: number) => boolean,
  budget: StepBudget,
): boolean {
  const known = new Map<number, boolean>()
  const partnerOf = new Array<number>(n).fill(-1)
  const matches = (left: number, right: number): boolean => {
    const key = left * n + right
    const held = known.get(key) ?? agrees(left, right)
    known.set(key, held)
    return held
  }
  const place = (left: number, tried: Set<number>): boolean => {
    for (let right = 0; right < n; right++) {
      budget.spend()
      if (tried.has(right) || !matches(left, right)) continue
      tried.add(right)
      if (partnerOf[right] < 0 || place(partnerOf[right], tried)) {
        partnerOf[right] = left
        return true
      }
    }
    return false
  }
  for (let left = 0; left < n; left++) if (!place(left, new Set())) return false
  return true
}
