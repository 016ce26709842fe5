import type { ParameterValue, ParameterValues } from '../../model/parameterValues.ts'
import type { PolicyStep, PolicyStepResult } from './policyStep.ts'

/** Rows as the stored expectations hold them: padded on the left to one length. */
export interface VerifyBatch {
  /** Row-major [rows, length]. */
  readonly ids: Int32Array
  /** 1 = counts. */
  readonly attentionMask: Int32Array
  readonly positionIds: Int32Array
  readonly rows: number
  readonly length: number
}

/** Conventions of one AdamW step from fresh moments; no clipping. */
export interface VerifyAdamW {
  readonly learningRate: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  /** On every parameter. */
  readonly weightDecay: number
}

/**
 * One way to compute what `recheck verify` compares with stored numbers. An engine leaves out what it cannot
 * do. Rows of results are the real tokens only, pads left out, so an engine may lay its batch out as it
 * likes.
 */
export interface VerifyEngine {
  readonly name: string
  /** @returns per row [tokens · V] */
  logits?(batch: VerifyBatch): Promise<readonly Float32Array[]>
  /** @returns per row [tokens − 1] */
  tokenLogProbs?(batch: VerifyBatch): Promise<readonly Float32Array[]>
  /** Loss: mean of −ln p over all pairs of real tokens. */
  lossAndGradients?(
    batch: VerifyBatch,
  ): Promise<{ readonly loss: number; readonly gradients: ParameterValues }>
  /** Every parameter after one AdamW step on that loss; the engine's own parameters stay as they were. */
  adamWStep?(batch: VerifyBatch, settings: VerifyAdamW): Promise<ParameterValues>
  /** @returns per prompt the `newTokens` likeliest tokens, end tokens not heeded */
  greedy?(prompts: readonly (readonly number[])[], newTokens: number): Promise<readonly (readonly number[])[]>
  /** One update of the policy from rows of rollouts; the engine's own parameters stay as they were. */
  policyStep?(step: PolicyStep): Promise<PolicyStepResult>
  /** Further numbers this engine vouches for: each must be at most its limit. */
  selfChecks?(batch: VerifyBatch): Promise<readonly SelfCheck[]>
  /** Tensors still alive that the engine made, after `dispose`. */
  dispose(): Promise<{ readonly tensorsLeft: number }>
}

export interface SelfCheck {
  readonly quantity: string
  readonly difference: number
  readonly limit: number
}

/** The real tokens of every row. */
export function unpaddedRows(batch: VerifyBatch): readonly Int32Array[] {
  return Array.from({ length: batch.rows }, (_, row) => {
    const at = row * batch.length
    return batch.ids
      .slice(at, at + batch.length)
      .filter((_id, column) => batch.attentionMask[at + column] === 1)
  })
}

/** Parts of row-major [rows, length, width] that belong to real tokens, one array a row. */
export function realParts(batch: VerifyBatch, values: Float32Array, width: number): readonly Float32Array[] {
  return Array.from({ length: batch.rows }, (_, row) => {
    const real: number[] = []
    for (let column = 0; column < batch.length; column++) {
      const at = row * batch.length + column
      if (batch.attentionMask[at] === 1) real.push(at)
    }
    const part = new Float32Array(real.length * width)
    real.forEach((at, index) => part.set(values.subarray(at * width, (at + 1) * width), index * width))
    return part
  })
}

/** Largest |a − b|; NaN anywhere gives NaN, which no limit holds. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return NaN
  let largest = 0
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i])
    if (Number.isNaN(difference)) return NaN
    largest = Math.max(largest, difference)
  }
  return largest
}

/** The parameter of that name, or an error that names it. */
export function parameterValue(values: ParameterValues, name: string): ParameterValue {
  const value = values.get(name)
  if (value === undefined) throw new RangeError(`verify: no parameter "${name}" among ${values.size}`)
  return value
}
