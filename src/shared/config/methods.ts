import type { ConfigLayer } from './layers.ts'

/** A method that papers compare with, as settings over any config. */
export interface ComparedMethod {
  readonly name: string
  readonly label: string
  readonly description: string
  /**
   * Only what makes it this method; model, data, template and optimizer are the config's that it is laid
   * over.
   */
  readonly config: ConfigLayer
  /** Rollouts of a problem in a step: so many times fewer problems make a step of as many rollouts. */
  readonly rolloutsPerProblem: number
}

const grouped = (
  rolloutsPerProblem: number,
  config: ConfigLayer,
): Pick<ComparedMethod, 'config' | 'rolloutsPerProblem'> => ({
  config: { ...config, groupSize: rolloutsPerProblem },
  rolloutsPerProblem,
})

const alone = (config: ConfigLayer): Pick<ComparedMethod, 'config' | 'rolloutsPerProblem'> => ({
  config,
  rolloutsPerProblem: 1,
})

/** The first is what the others are compared with. */
export const comparedMethods: readonly ComparedMethod[] = [
  {
    name: 'a-star-po-pag',
    label: 'A*-PO + PAG',
    description: 'A*-PO per turn: attempt, verdict, and a revision where the verdict is wrong',
    ...alone({ method: 'a-star-po', turns: 'self-correction' }),
  },
  {
    name: 'a-star-po-single',
    label: 'A*-PO, single turn',
    description: 'A*-PO as published: attempts alone, in stage 1 as well',
    ...alone({ method: 'a-star-po', turns: 'single' }),
  },
  {
    name: 'direct-multi-turn',
    label: 'Direct multi-turn',
    description: 'PAG’s own baseline, by A*-PO: a second attempt is asked for always and without a verdict',
    ...alone({ method: 'a-star-po', turns: 'direct-multi-turn' }),
  },
  {
    name: 'score',
    label: 'SCoRe',
    description:
      'two attempts; first the second one alone is rewarded and the first held at the reference, then both, with a bonus of 10 (arXiv 2409.12917)',
    ...grouped(4, {
      method: 'rloo',
      turns: 'direct-multi-turn',
      score: { firstStageSteps: 20, attemptBeta: 0.1 },
      revisionBonus: 10,
      policyBeta: 0.01,
    }),
  },
  {
    name: 'pag',
    label: 'PAG without a critic',
    description:
      'PAG’s rewards and its normalisation by role, α = 1, no KL; in the place of PPO’s critic the batch’s mean',
    ...alone({
      method: 'reinforce',
      turns: 'self-correction',
      verdictReward: 'plain',
      revisionBonus: 1,
      policyBeta: 0,
      normalise: 'whiten',
      vStar: { attemptBaseline: 'none', baseline: 'none' },
    }),
  },
  {
    name: 'grpo-4',
    label: 'GRPO, G = 4',
    description: 'GRPO (arXiv 2402.03300) with 4 rollouts a problem',
    ...grouped(4, { method: 'grpo' }),
  },
  {
    name: 'grpo-8',
    label: 'GRPO, G = 8',
    description: 'GRPO (arXiv 2402.03300) with 8 rollouts a problem',
    ...grouped(8, { method: 'grpo' }),
  },
  {
    name: 'dr-grpo',
    label: 'Dr. GRPO',
    description: 'GRPO without division by deviation and length (arXiv 2503.20783), 4 rollouts a problem',
    ...grouped(4, { method: 'dr-grpo' }),
  },
  {
    name: 'dapo',
    label: 'DAPO',
    description:
      'token mean, clip 0.2 and 0.28, groups resampled, soft length penalty (arXiv 2503.14476), 4 rollouts a problem',
    ...grouped(4, {
      method: 'dapo',
      clip: { low: 0.2, high: 0.28 },
      resampleRounds: 3,
      softLengthTokens: 16,
    }),
  },
  {
    name: 'rloo',
    label: 'RLOO',
    description: 'RLOO (arXiv 2402.14740) with 4 rollouts a problem',
    ...grouped(4, { method: 'rloo' }),
  },
  {
    name: 'reinforce',
    label: 'REINFORCE',
    description: 'REINFORCE with the policy’s moving means as baselines, so without stage 1',
    ...alone({
      method: 'reinforce',
      vStar: { attemptBaseline: 'running-mean', baseline: 'running-mean' },
    }),
  },
  {
    name: 'rejection-sampling',
    label: 'Rejection sampling',
    description: 'imitation of its own correct turns (RAFT, arXiv 2304.06767), 4 rollouts a problem',
    ...grouped(4, { method: 'rejection-sampling' }),
  },
]

/**
 * A method over a config, with as many rollouts a step as the config has problems.
 *
 * @param problemsPerStep of the config
 */
export function methodLayer(method: ComparedMethod, problemsPerStep: number): ConfigLayer {
  const { config, rolloutsPerProblem } = method
  return { ...config, problemsPerStep: Math.max(1, Math.round(problemsPerStep / rolloutsPerProblem)) }
}
