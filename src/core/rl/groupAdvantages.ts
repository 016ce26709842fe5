export type GroupMethod = 'grpo' | 'dr-grpo' | 'dapo' | 'rloo'

/** Added to σ, as TRL does. */
const deviationEpsilon = 1e-4

/**
 * Advantages of the rollouts of one problem, compared with one another.
 *
 * grpo, dapo: (r − mean) / (sample deviation + 1e-4) · dr-grpo: r − mean · rloo: r − mean of the others. A
 * group of equal rewards gives 0. Sources: DeepSeekMath (arXiv 2402.03300), Dr. GRPO (2503.20783), DAPO
 * (2503.14476), RLOO (2402.14740).
 *
 * @param rewards of one problem's completions; fewer than two have nothing to be compared with and give 0
 */
export function groupAdvantages(rewards: readonly number[], method: GroupMethod): number[] {
  if (rewards.length < 2) return rewards.map(() => 0)
  const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length
  const centred = rewards.map((reward) => reward - mean)
  switch (method) {
    case 'dr-grpo':
      return centred
    case 'rloo':
      return centred.map((each) => (each * rewards.length) / (rewards.length - 1))
    case 'grpo':
    case 'dapo': {
      const squares = centred.reduce((sum, each) => sum + each * each, 0)
      const deviation = Math.sqrt(squares / (rewards.length - 1))
      return centred.map((each) => each / (deviation + deviationEpsilon))
    }
  }
}
