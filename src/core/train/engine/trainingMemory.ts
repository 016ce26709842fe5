import type { ModelConfig } from '../../model/config/modelConfig.ts'
import { layerPrefix, parameterShapes, sizeOf } from '../../model/parameterTable.ts'

/** How a micro-batch is computed; both change memory and time, not the loss. */
export interface ComputeOptions {
  /** Each layer keeps its input alone; the backward pass computes the layer again. */
  readonly recompute: boolean
  /**
   * Bytes that logits, their softmax and its gradient may take together: the vocabulary is gone through in
   * chunks.
   */
  readonly logitsBytes: number
}

/** A micro-batch, padded. */
export interface MicroBatchShape {
  readonly rows: number
  /** Predicted tokens per row. */
  readonly positions: number
  /** Inputs of the modules of a layer that are trained with dropout, all together; left out: none. */
  readonly droppedInputs?: number
}

/** Bytes of a forward and backward pass beside parameters, moments and accumulated gradients. */
export interface ComputeMemory {
  /** Kept by the forward pass until the backward pass comes to it. */
  readonly kept: number
  /** What lives at a time in the backward pass of one layer: its activations' gradients and its weights'. */
  readonly layer: number
  /** Logits of a chunk with softmax and gradient, and the gradient of the head's rows. */
  readonly logits: number
  /** `kept`, and the larger of the two others. */
  readonly peak: number
}

const float = 4
/** Arrays of the size of the logits that live at a time: logits, probabilities, gradient. */
const logitsArrays = 3
/** The least tokens of the vocabulary in a chunk. */
const leastChunk = 256

/**
 * Tokens of the vocabulary whose logits are computed at a time, for so many predictions: all of them where
 * the budget holds them, else a multiple of 64.
 */
export function vocabularyChunk(
  { vocabularySize: V, width: C }: ModelConfig,
  predictions: number,
  logitsBytes: number,
): number {
  const perToken = float * (logitsArrays * predictions + C)
  if (V * perToken <= logitsBytes) return V
  return Math.min(V, Math.max(leastChunk, 64 * Math.floor(logitsBytes / perToken / 64)))
}

/** What a micro-batch takes while it is trained on. */
export function computeMemory(
  model: ModelConfig,
  shape: MicroBatchShape,
  options: ComputeOptions,
): ComputeMemory {
  const predictions = shape.rows * shape.positions
  const input = float * predictions * model.width
  // what was drawn, and what is left of the input
  const dropped = 2 * (shape.droppedInputs ?? 0)
  const layerKept = float * predictions * (keptPerPrediction(model, shape.positions) + dropped)
  const kept = model.layers * (options.recompute ? input : layerKept) + 2 * input
  const layer = layerKept * (options.recompute ? 2 : 1) + float * layerParameters(model)
  const logits = logitsMemory(model, predictions, options.logitsBytes)
  return { kept, layer, logits, peak: kept + Math.max(layer, logits) }
}

/** What a micro-batch takes while it is only scored: one layer, then one chunk of logits. */
export function scoringMemory(model: ModelConfig, shape: MicroBatchShape, logitsBytes: number): number {
  const predictions = shape.rows * shape.positions
  const layer = float * predictions * keptPerPrediction(model, shape.positions)
  return Math.max(layer, logitsMemory(model, predictions, logitsBytes))
}

/**
 * Numbers that a layer keeps for a prediction: norms, projections and what attention and the feed-forward
 * part multiply by, and the weights of every head over the row.
 */
function keptPerPrediction(model: ModelConfig, positions: number): number {
  return 12 * model.width + 4 * model.feedForwardWidth + 2 * model.queryHeads * positions
}

function logitsMemory(model: ModelConfig, predictions: number, logitsBytes: number): number {
  const chunk = vocabularyChunk(model, predictions, logitsBytes)
  // in one chunk the head's and the embedding's gradients are whole tensors
  const gradients = chunk === model.vocabularySize ? 2 : 1
  return float * chunk * (logitsArrays * predictions + gradients * model.width)
}

/** By model: a plan asks for hundreds of micro-batches of one. */
const layerSizes = new WeakMap<ModelConfig, number>()

function layerParameters(model: ModelConfig): number {
  const known = layerSizes.get(model)
  if (known !== undefined) return known
  const prefix = `${layerPrefix(model, 0)}.`
  let total = 0
  for (const [name, shape] of parameterShapes(model)) if (name.startsWith(prefix)) total += sizeOf(shape)
  layerSizes.set(model, total)
  return total
}
