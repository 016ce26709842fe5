import * as tf from '@tensorflow/tfjs'
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs'
import { turnKinds } from '../../rollout/rollout.ts'
import type { TurnKind } from '../../rollout/rollout.ts'
import { fedInput } from './policyLoss.ts'
import type { KindSumName, LossInput, LossInputs, LossSums } from './policyLoss.ts'

/** 1 on the turn's own tokens, end token included; 0 on prompts, other turns, injected ends and padding. */
export const maskInputs: Readonly<Record<TurnKind, `${TurnKind}Mask`>> = {
  attempt: 'attemptMask',
  verdict: 'verdictMask',
  revision: 'revisionMask',
}

/** Token inputs that every loss is fed, for its sums; the reference only where the method has one. */
export function commonInputs(settings: {
  readonly usesReference: boolean
  readonly hasEntropyBonus: boolean
}): LossInput[] {
  return [
    ...Object.values(maskInputs).map((name): LossInput => ({ name, per: 'token' })),
    { name: 'samplingLogProbs', per: 'token' },
    ...(settings.usesReference ? [{ name: 'referenceLogProbs', per: 'token' } as const] : []),
    ...(settings.hasEntropyBonus ? [{ name: 'entropyWeight', per: 'token' } as const] : []),
  ]
}

/** 1 on every completion token of the row: [B, T]. */
export function completionMask(inputs: LossInputs): Tensor2D {
  const mask = (kind: TurnKind): Tensor => fedInput(inputs, maskInputs[kind])
  return tf.add(tf.add(mask('attempt'), mask('verdict')), mask('revision'))
}

/** Per-token values added up per turn: [B, T] → [B, 3], 0 where a turn is absent. */
export function sumPerTurn(values: Tensor, inputs: LossInputs): Tensor2D {
  const columns = turnKinds.map((kind, slot) => {
    const total = tf.sum(tf.mul(values, fedInput(inputs, maskInputs[kind])), 1, true) // [B, 1]
    return tf.mul(total, oneHot(slot)) // [B, 3]
  })
  return tf.addN(columns) as Tensor2D
}

/**
 * Numbers per turn slot, added over the rows of the batch, one scalar a kind: `<prefix>Attempt` and so on.
 */
export function sumsByKind(prefix: 'loss' | 'logRatio', perTurn: Tensor): LossSums {
  return Object.fromEntries(
    turnKinds.map((kind, slot) => [kindSum(prefix, kind), tf.sum(tf.mul(perTurn, oneHot(slot))) as Scalar]),
  )
}

const capitalised: Readonly<Record<TurnKind, Capitalize<TurnKind>>> = {
  attempt: 'Attempt',
  verdict: 'Verdict',
  revision: 'Revision',
}

/** Name of a per-kind sum: `lossVerdict`. */
export function kindSum<Prefix extends string>(prefix: Prefix, kind: TurnKind): KindSumName<Prefix> {
  return `${prefix}${capitalised[kind]}` as const
}

function oneHot(slot: number): Tensor2D {
  return tf.tensor2d(
    [0, 1, 2].map((each) => (each === slot ? 1 : 0)),
    [1, 3],
  )
}

/** Σ entropy · weight, to be subtracted from the loss; 0 without a bonus. */
export function entropyTerm(entropy: Tensor2D | null, inputs: LossInputs): Scalar {
  if (entropy === null || inputs.entropyWeight === undefined) return tf.scalar(0)
  return tf.sum(tf.mul(entropy, inputs.entropyWeight))
}
