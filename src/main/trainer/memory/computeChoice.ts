import { adaptedModules } from '../../../core/model/adapter.ts'
import type { ModelConfig } from '../../../core/model/config/modelConfig.ts'
import type { ComputeOptions, MicroBatchShape } from '../../../core/train/engine/trainingMemory.ts'
import { computeMemory } from '../../../core/train/engine/trainingMemory.ts'
import { isGroupMethod, type RunConfig } from '../../../shared/config/parseConfig.ts'

/** Bytes that a forward and backward pass may take beside parameters, moments and gradients. */
const passBytes = 768e6
/**
 * The same where layers are recomputed: it is done to save memory, and larger micro-batches are hardly
 * faster.
 */
const recomputedPassBytes = 384e6
/** Bytes of logits, their softmax and its gradient; fewer where layers are recomputed to save memory. */
const logitsBytes = 128e6
const recomputedLogitsBytes = 48e6
const maxRowsPerMicroBatch = 64
/** `auto` recomputes layers where fewer rows than this fit without. */
const fewRows = 2

export interface ComputeChoice {
  readonly rowsPerMicroBatch: number
  readonly compute: ComputeOptions
}

type ComputeConfig = Pick<
  RunConfig,
  'model' | 'microBatch' | 'recompute' | 'method' | 'groupSize' | 'problemsPerStep' | 'miniBatches'
>

/**
 * Rows of one forward and backward pass, as asked for, else as many as the budget holds and never more than
 * an update has; and whether the backward pass computes layers again: as asked for, else where otherwise not
 * even two rows would fit.
 *
 * @param positions  predicted tokens of the longest row, padded
 */
export function chooseCompute(config: ComputeConfig, model: ModelConfig, positions: number): ComputeChoice {
  const plain = { recompute: false, logitsBytes }
  const wanted = config.microBatch === 'auto' ? rowsOfUpdate(config) : config.microBatch
  const row = { positions, droppedInputs: droppedInputs(config, model) }
  const fitting = rowsThatFit(model, row, { compute: plain, most: wanted, bytes: passBytes })
  const recompute =
    config.recompute === 'on' || (config.recompute === 'auto' && fitting < Math.min(fewRows, wanted))
  const compute = recompute ? { recompute, logitsBytes: recomputedLogitsBytes } : plain
  if (config.microBatch !== 'auto') return { rowsPerMicroBatch: config.microBatch, compute }
  const rows = recompute
    ? rowsThatFit(model, row, { compute, most: wanted, bytes: recomputedPassBytes })
    : fitting
  return { rowsPerMicroBatch: Math.max(1, rows), compute }
}

/** As in `MicroBatchShape`. */
export function droppedInputs({ model: { lora } }: Pick<RunConfig, 'model'>, model: ModelConfig): number {
  if (lora === null || lora.dropout === 0) return 0
  const all = adaptedModules(model, lora.targets).reduce((sum, { inputs }) => sum + inputs, 0)
  return all / model.layers
}

/** The most rows whose pass takes no more than the given bytes; 0 where one takes more. */
function rowsThatFit(
  model: ModelConfig,
  row: Omit<MicroBatchShape, 'rows'>,
  { compute, most, bytes }: { compute: ComputeOptions; most: number; bytes: number },
): number {
  let rows = 0
  while (rows < most && computeMemory(model, { ...row, rows: rows + 1 }, compute).peak <= bytes) rows++
  return rows
}

function rowsOfUpdate({ problemsPerStep, method, groupSize, miniBatches }: ComputeConfig): number {
  const rowsPerStep = problemsPerStep * (isGroupMethod(method) ? groupSize : 1)
  return Math.min(maxRowsPerMicroBatch, Math.ceil(rowsPerStep / miniBatches))
}
