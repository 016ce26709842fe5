import type { AdamWSettings } from '../../optim/adamW.ts'
import { copiedValues, type ParameterValues } from '../../model/parameterValues.ts'
import type { LossInputName, LossSumName } from '../../rl/losses/policyLoss.ts'

/** One packed row: a whole conversation, all turns in one. */
export interface TokenRow {
  readonly ids: Int32Array
  /** Per-loss inputs by name: length ids.length − 1 for `token` inputs, 3 for `turn` inputs. */
  readonly inputs: Readonly<Partial<Record<LossInputName, Float32Array>>>
}

export interface TokenBatch {
  readonly rows: readonly TokenRow[]
}

/** What one optimizer update did. */
export interface UpdateStats {
  readonly loss: number
  /** Global norm of the gradient before clipping. */
  readonly gradientNorm: number
  /** The loss's own sums, added over micro-batches. */
  readonly sums: Readonly<Partial<Record<LossSumName, number>>>
  readonly tokens: number
  readonly learningRate: number
}

export type { AdamWSettings }

/**
 * Everything an optimizer needs to go on bit for bit, keyed by the name of the parameter, or of the adapter's
 * factor.
 */
export interface TrainerState {
  readonly parameters: ParameterValues
  readonly firstMoments: ParameterValues
  readonly secondMoments: ParameterValues
  /** Updates applied so far. */
  readonly updates: number
}

/** A view's state as it is now, in memory. */
export function copiedState({
  parameters,
  firstMoments,
  secondMoments,
  updates,
}: TrainerState): TrainerState {
  return {
    parameters: copiedValues(parameters),
    firstMoments: copiedValues(firstMoments),
    secondMoments: copiedValues(secondMoments),
    updates,
  }
}

/** Token log-probs without gradient: the reference policy, or a check. */
export interface TokenScorer {
  /**
   * @returns one Float32Array of length ids.length − 1 per row: ln π(ids[t+1] | ids[0..t]) at the temperature
   *   it was made for (1 unless said)
   */
  tokenLogProbs(rows: readonly Int32Array[]): Promise<readonly Float32Array[]>
  dispose(): Promise<void>
}

/**
 * Owns the policy's weights and moments on the device. Two implementations: op by op and captured as one
 * graph.
 */
export interface Trainer extends TokenScorer {
  /** Longest row it takes; longer ones are refused (`trainer.too-long`) before sampling starts. */
  readonly maxRowLength: number
  /**
   * One update from the rows, split into micro-batches. A loss or gradient that is not finite is not applied
   * and throws `trainer.not-finite`; the state is as before.
   */
  step(batch: TokenBatch, learningRate: number): Promise<UpdateStats>
  /**
   * Log-probs of the model without its adapter, from the same nodes; null where every parameter is trained.
   */
  readonly base: TokenScorer | null
  /**
   * The model's parameters, an adapter merged into them. Each is read when its values are asked for, of the
   * moment then.
   */
  readParameters(): Promise<ParameterValues>
  /**
   * What is trained, with its moments. Each tensor is read when its values are asked for, so that a state
   * never stands in memory twice; nothing may be trained meanwhile.
   */
  viewState(): TrainerState
  writeState(state: TrainerState): Promise<void>
}

/**
 * A trainer that also shows the gradient of its last step, summed over micro-batches and before clipping: for
 * checks.
 */
export interface GradientTrainer extends Trainer {
  readGradients(): Promise<ParameterValues>
  /** What `viewState` shows, as it is now, in memory. */
  readState(): Promise<TrainerState>
}
