import * as tf from '@tensorflow/tfjs'
import type { Tensor, Tensor2D } from '@tensorflow/tfjs'
import { k3 } from '../kl.ts'
import { diagnosticSums } from './diagnostics.ts'
import { fedInput, type PolicyLoss } from './policyLoss.ts'
import { turnActionLoss } from './turnActionLoss.ts'
import { commonInputs, completionMask, entropyTerm, sumPerTurn, sumsByKind } from './turnMasks.ts'

export interface ClippedRatioSettings {
  readonly name: 'grpo' | 'dr-grpo' | 'dapo'
  /** The ratio is kept in [1 − low, 1 + high]. */
  readonly clip: { readonly low: number; readonly high: number }
  /** Weight of the per-token k3 to the reference; 0 = no reference is fed. */
  readonly klWeight: number
  readonly hasEntropyBonus: boolean
}

/**
 * The GRPO family on tokens:
 *
 *     L = − Σ_tokens weight · ( min(w·A, clip(w)·A) − klWeight·k3 ),    w = π / π_sampling
 *
 * The three methods differ only in `tokenWeight` (grpo: 1/(turns·length of the turn), dapo: 1/tokens,
 * dr-grpo: 1/(turns·longest completion)) and in their advantages. Inputs: `tokenAdvantage`, `tokenWeight` [B,
 * T]. Sources: DeepSeekMath (arXiv 2402.03300), DAPO (2503.14476), Dr. GRPO (2503.20783).
 */
export function clippedRatioLoss(settings: ClippedRatioSettings): PolicyLoss {
  const { clip, klWeight, hasEntropyBonus } = settings
  return {
    name: settings.name,
    inputs: [
      ...commonInputs({ usesReference: klWeight > 0, hasEntropyBonus }),
      { name: 'tokenAdvantage', per: 'token' },
      { name: 'tokenWeight', per: 'token' },
    ],
    needsEntropy: hasEntropyBonus,
    compute(logProbs, entropy, inputs) {
      const mask = completionMask(inputs)
      const ratio = tf.exp(tf.mul(tf.sub(logProbs, fedInput(inputs, 'samplingLogProbs')), mask)) // [B, T]
      const { gain, clipped } = clippedGain(ratio, fedInput(inputs, 'tokenAdvantage'), clip)
      const kl =
        klWeight > 0
          ? tf.mul(k3(tf.mul(tf.sub(logProbs, fedInput(inputs, 'referenceLogProbs')), mask)), klWeight)
          : tf.scalar(0)
      const perToken = tf.mul(tf.sub(kl, gain), fedInput(inputs, 'tokenWeight')) // [B, T]
      const bonus = entropyTerm(entropy, inputs)
      return {
        loss: tf.sub(tf.sum(perToken), bonus),
        sums: {
          ...sumsByKind('loss', sumPerTurn(perToken, inputs)),
          lossEntropyBonus: tf.neg(bonus),
          clipped: tf.sum(tf.mul(clipped, mask)),
          ...diagnosticSums(logProbs, inputs),
        },
      }
    },
  }
}

export interface SequenceRatioSettings {
  readonly clip: { readonly low: number; readonly high: number }
  readonly usesReference: boolean
  readonly hasEntropyBonus: boolean
}

/**
 * RLOO with one ratio a turn: L = − Σ_turns weight · min(w·A, clip(w)·A), w = exp Σ_tokens (ln π − ln
 * π_sampling). With one update per rollout w = 1 and its gradient is REINFORCE's. The KL sits in the reward,
 * so in A. Inputs: `turnAdvantage`, `turnWeight` [B, 3]. Source: arXiv 2402.14740.
 */
export function sequenceRatioLoss({ clip, ...settings }: SequenceRatioSettings): PolicyLoss {
  return turnActionLoss({ name: 'rloo', ...settings }, (logProbs, inputs) => {
    const ratio = tf.exp(sumPerTurn(tf.sub(logProbs, fedInput(inputs, 'samplingLogProbs')), inputs)) // [B, 3]
    const { gain, clipped } = clippedGain(ratio, fedInput(inputs, 'turnAdvantage'), clip)
    // counted in tokens, like every other sum: a clipped turn counts with all its tokens
    const lengths = sumPerTurn(tf.onesLike(logProbs), inputs)
    return { gain, sums: { clipped: tf.sum(tf.mul(clipped, lengths)) } }
  })
}

/** min(w·A, clip(w)·A), and 1 where the clipped branch was taken. */
function clippedGain(
  ratio: Tensor,
  advantage: Tensor,
  clip: { readonly low: number; readonly high: number },
): { gain: Tensor; clipped: Tensor2D } {
  const free = tf.mul(ratio, advantage)
  const bounded = tf.mul(tf.minimum(tf.maximum(ratio, 1 - clip.low), 1 + clip.high), advantage)
  return { gain: tf.minimum(free, bounded), clipped: tf.cast(tf.less(bounded, free), 'float32') as Tensor2D }
}
