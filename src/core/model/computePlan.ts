import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs'

/** How layers and the head are computed while a model trains; left out of a model: all at once. */
export interface ComputePlan {
  /** Each layer keeps its input alone; the backward pass computes the layer again. */
  readonly recompute: boolean
  /** Tokens of the vocabulary whose logits are there at a time. */
  readonly headChunk: number
  /** Where gradients go; null: to the tape. */
  readonly sink: GradientSink | null
  /** Whether a parameter has a gradient at all. */
  readonly isTrained: (parameter: string) => boolean
}

/** Takes gradients as soon as they are there, so that no more than a layer's live at a time. */
export interface GradientSink {
  /** Adds a parameter's gradient to what was summed of it. */
  put(parameter: string, gradient: Tensor): void
  /**
   * Adds rows of a table's gradient: from a row on, or each at a row of its own (int32; a row may come more
   * than once).
   */
  putRows(parameter: string, rows: Tensor2D, at: number | Tensor1D): void
  /** The same tensor, which is there only after all that was put has been added. */
  settle<T extends Tensor>(next: T): T
}
