import type { ScoredRollout } from '../rollout/rollout.ts'

/** Groups of a step, one a problem, and how many of them teach nothing. */
export interface GroupCounts {
  readonly groups: number
  /** Groups whose attempts all earned the same reward: every advantage within them is 0. */
  readonly withoutSpread: number
}

/**
 * The rollouts of one problem are a group; one that has a single rollout is none, having nothing to be
 * compared with. The share without spread is TRL's `frac_reward_zero_std`, here of the attempts, which are
 * what a method compares within a problem (see `turnAdvantages`). Rewards are those of the rules: the KL that
 * `rloo` takes into them is left out.
 */
export function countGroups(rollouts: readonly ScoredRollout[]): GroupCounts {
  const rewards = new Map<string, number[]>()
  for (const { problem, turns } of rollouts) {
    const group = rewards.get(problem.id)
    if (group === undefined) rewards.set(problem.id, [turns[0].reward])
    else group.push(turns[0].reward)
  }
  const groups = [...rewards.values()].filter((group) => group.length > 1)
  const withoutSpread = groups.filter((group) => group.every((reward) => reward === group[0])).length
  return { groups: groups.length, withoutSpread }
}
