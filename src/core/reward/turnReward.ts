import type { RunConfig } from '../../shared/config/parseConfig.ts'
import type { TurnKind } from '../rollout/rollout.ts'

/** What a correct verdict earns after a correct and after a wrong attempt; 1 and 1 for the plain reward. */
export interface VerdictWeights {
  readonly afterCorrect: number
  readonly afterWrong: number
}

export const plainVerdictWeights: VerdictWeights = { afterCorrect: 1, afterWrong: 1 }

/** Correct attempts are taken to be neither rarer nor more common than this, so that no weight exceeds 5. */
const rarestClass = 0.1

/**
 * Weights that make both classes of attempt count alike: half of the inverse frequency. With them the
 * majority verdict earns no more than chance, so a weak verifier has nothing to gain by drifting to it.
 *
 * @param correctShare share of correct attempts, 0 to 1
 */
export function balancedVerdictWeights(correctShare: number): VerdictWeights {
  const share = Math.min(1 - rarestClass, Math.max(rarestClass, correctShare))
  return { afterCorrect: 0.5 / share, afterWrong: 0.5 / (1 - share) }
}

/** The two rewards that a turn can earn: `high` when it is correct, `low` when not. */
export interface TurnRewards {
  readonly low: number
  readonly high: number
}

export interface RewardSettings {
  /** α: a revision earns c₂ + α·(c₂ − c₁). */
  readonly revisionBonus: number
  readonly verdictWeights: VerdictWeights
  /** What a correct attempt earns: 1, but 0 in SCoRe's first stage. */
  readonly attemptReward: 0 | 1
  /** null = none. */
  readonly softLength: SoftLength | null
}

/** DAPO's soft over-long punishment (arXiv 2503.14476). */
export interface SoftLength {
  /** Longest completion, L_max. */
  readonly most: number
  /** The last tokens before it, over which the reward falls by 1: L_cache. */
  readonly soft: number
}

/** What a turn's length takes off its reward: 0 up to L_max − L_cache, then linear to −1 at L_max. */
export function lengthPenalty(tokens: number, softLength: SoftLength | null): number {
  if (softLength === null) return 0
  const { most, soft } = softLength
  return 0 - Math.min(1, Math.max(0, tokens - (most - soft)) / soft)
}

/** The rewards of stage 1 and of evaluations: every correct verdict earns 1. */
export function plainRewards({ revisionBonus }: Pick<RunConfig, 'revisionBonus'>): RewardSettings {
  return { revisionBonus, verdictWeights: plainVerdictWeights, attemptReward: 1, softLength: null }
}

/** What of a config the rewards of a training step follow from. */
export type RewardConfig = Pick<
  RunConfig,
  'revisionBonus' | 'verdictReward' | 'softLengthTokens' | 'sampling' | 'score'
>

/**
 * The rewards of a training step, by `verdictReward`, `score` and `softLengthTokens`.
 *
 * @param correctShare moving average of the share of correct attempts, 0 to 1
 * @param step from 0
 */
export function trainingRewards(config: RewardConfig, correctShare: number, step: number): RewardSettings {
  const { softLengthTokens: soft, sampling } = config
  const holdsAttempt = isFirstScoreStage(config, step)
  return {
    revisionBonus: holdsAttempt ? 0 : config.revisionBonus,
    verdictWeights:
      config.verdictReward === 'balanced' ? balancedVerdictWeights(correctShare) : plainVerdictWeights,
    attemptReward: holdsAttempt ? 0 : 1,
    softLength: soft === 0 ? null : { most: sampling.maxCompletionTokens, soft },
  }
}

/**
 * SCoRe's first stage (arXiv 2409.12917): the second attempt alone is rewarded, the first one held at the
 * reference.
 */
export function isFirstScoreStage({ score }: Pick<RunConfig, 'score'>, step: number): boolean {
  return score !== null && step < score.firstStageSteps
}

/**
 * The two rewards a turn can earn: `high` when it is correct, `low` when not.
 *
 * attempt: 1 and 0. Verdict: its class's weight and 0. Revision, shaped: after a wrong attempt 1 + α and 0,
 * after a correct one 1 and −α. Source: PAG, arXiv 2506.10406, 2.2. What a turn's length takes off comes on
 * top (`lengthPenalty`).
 *
 * @param isAttemptCorrect whether the rollout's attempt was correct; of no meaning for the attempt itself
 */
export function rewardsOfTurn(
  kind: TurnKind,
  isAttemptCorrect: boolean,
  settings: RewardSettings,
): TurnRewards {
  const { revisionBonus, verdictWeights } = settings
  switch (kind) {
    case 'attempt':
      return { low: 0, high: settings.attemptReward }
    case 'verdict':
      return { low: 0, high: isAttemptCorrect ? verdictWeights.afterCorrect : verdictWeights.afterWrong }
    case 'revision':
      return isAttemptCorrect ? { low: 0 - revisionBonus, high: 1 } : { low: 0, high: 1 + revisionBonus }
  }
}
