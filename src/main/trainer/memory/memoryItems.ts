import type { ModelConfig } from '../../../core/model/config/modelConfig.ts'
import { adapterShapes } from '../../../core/model/adapter.ts'
import { countParameters, parameterShapes, sizeOf } from '../../../core/model/parameterTable.ts'
import { storageOf, type WeightStorage } from '../../../core/model/weightStorage.ts'
import { needsReference } from '../../../core/rl/losses/needsReference.ts'
import { keptShare } from '../../../core/sampling/batchSampler.ts'
import { mostRowsTogether, rowsOfLogits } from '../../../core/sampling/rowsTogether.ts'
import {
  computeMemory,
  type ComputeMemory,
  type ComputeOptions,
} from '../../../core/train/engine/trainingMemory.ts'
import { isGroupMethod, needsVStar, type RunConfig } from '../../../shared/config/parseConfig.ts'
import { turnsOf } from '../../../shared/config/rolloutTurns.ts'
import { memoryTimes, type MemoryItem, type MemoryTime } from '../../../shared/memoryPlan.ts'
import { isFedAsInputs } from '../../host/onnx/fedWeights.ts'
import { numbersAtATime } from '../trainerStateFile.ts'
import { chooseCompute, droppedInputs } from './computeChoice.ts'
import { graphBytes } from './graphMemory.ts'

/** What a run's memory depends on beside its config and its model's shape. */
export interface MemoryFacts {
  /** Stages 1 and 2, stage 1 alone, an evaluation alone, or stage 0 alone. */
  readonly work: 'train' | 'sample' | 'evaluate' | 'warm-up'
  /** Tokens of the longest row. */
  readonly positions: number
  /** Cap on the sampler's caches, bytes. */
  readonly kvMemoryBytes: number
  readonly sampler: 'onnx' | 'graph'
  /** TensorFlow keeps what it holds in a card's memory. */
  readonly hasCard: boolean
  /** Rollouts that are sampled together, where not as many as there are. */
  readonly rolloutsTogether?: number
}

/**
 * Of a trainer's process with Node and TensorFlow, of one with ONNX Runtime alone, and of the process that owns
 * the run; measured on Linux x64, before a graph or a model is opened.
 */
const trainerBaseBytes = 436e6
const samplerBaseBytes = 330e6
const ownerBytes = 150e6

const floatBytes = 4

/** Everything a run holds, with the moment at which it is held. Bytes; nothing is loaded. */
export function memoryItems(
  config: RunConfig,
  model: ModelConfig,
  facts: MemoryFacts,
): readonly MemoryItem[] {
  const isTrained = facts.work === 'train' || facts.work === 'warm-up'
  const samples = facts.work !== 'warm-up'
  return [
    hostItem('Node, TensorFlow, ONNX Runtime', 'always', ownerBytes + baseOf(facts)),
    hostItem('graphs of TensorFlow', 'always', openGraphs(config, model, facts)),
    ...(isTrained ? trainerItems(config, model, facts) : []),
    ...(samples ? samplerItems(config, model, facts) : []),
    ...(isTrained || facts.sampler === 'graph' ? [loadingItem(config, model)] : []),
  ].filter(({ hostBytes, deviceBytes }) => hostBytes + deviceBytes > 0)
}

/**
 * The most that is held at one time, and the moment. In the machine's memory what an update has taken stays
 * with the process: the C library keeps blocks of up to 32 MB for itself. In a card's memory TensorFlow uses
 * it again for whatever comes next.
 */
export function peakOf(
  items: readonly MemoryItem[],
  where: 'hostBytes' | 'deviceBytes',
): { readonly peak: MemoryTime; readonly bytes: number } {
  const heldDuring = (time: MemoryTime): number =>
    items.reduce((sum, item) => sum + (item.during === time ? item[where] : 0), 0)
  const kept: readonly MemoryTime[] = where === 'hostBytes' ? ['always', 'update'] : ['always']
  const bytesKept = kept.reduce((sum, time) => sum + heldDuring(time), 0)
  return memoryTimes
    .filter((time) => !kept.includes(time))
    .map((peak) => {
      // nothing has been updated yet
      const before = peak === 'loading' ? heldDuring('always') : bytesKept
      return { peak, bytes: before + heldDuring(peak) }
    })
    .reduce((most, each) => (each.bytes > most.bytes ? each : most), {
      peak: heldDuring('update') > 0 ? 'update' : 'always',
      bytes: bytesKept,
    })
}

/** Rollouts that the largest call of the sampler decodes together. */
export function rolloutsTogether(config: RunConfig, model: ModelConfig, facts: MemoryFacts): number {
  const left =
    facts.sampler === 'graph' ? facts.kvMemoryBytes : facts.kvMemoryBytes - keptByOnnx(config, model, facts)
  const ofCaches = Math.max(1, Math.floor(left / cacheBytesOfRow(model, facts)))
  const ofLogits = rowsOfLogits(model.vocabularySize)
  const sequences = sequencesOf(config, facts)
  return Math.min(facts.rolloutsTogether ?? mostRowsTogether, sequences, ofLogits, ofCaches)
}

/** Rollouts that the largest call of the sampler is asked for. */
function sequencesOf(config: RunConfig, { work }: MemoryFacts): number {
  const { method, groupSize, problemsPerStep, data, vStar, evalSamples } = config
  const ofEvaluation = Math.max(data.validation, data.test) * evalSamples
  const ofStageOne = data.train * vStar.samples
  const ofStep = Math.min(problemsPerStep, data.train) * (isGroupMethod(method) ? groupSize : 1)
  return {
    train: Math.max(ofStep, ofEvaluation, needsVStar(config) ? ofStageOne : 0),
    sample: ofStageOne,
    evaluate: ofEvaluation,
    'warm-up': 0,
  }[work]
}

/** Bytes of caches that rows leave to their next turns, beside those of the rows that decode. */
function keptCacheBytes(config: RunConfig, model: ModelConfig, facts: MemoryFacts): number {
  if (facts.sampler === 'onnx') return keptByOnnx(config, model, facts)
  if (turnsOf[config.turns].length === 1) return 0
  // slots for all rows, as many as the cap holds twice; those that decode are counted with their copies
  const row = cacheBytesOfRow(model, facts)
  const slots = Math.min(sequencesOf(config, facts), Math.floor(facts.kvMemoryBytes / row))
  return Math.max(0, slots - rolloutsTogether(config, model, facts)) * (row / 2)
}

function keptByOnnx(config: RunConfig, model: ModelConfig, facts: MemoryFacts): number {
  if (turnsOf[config.turns].length === 1) return 0
  const rows = sequencesOf(config, facts) * cacheBytesOfRow(model, facts)
  return Math.min(rows, keptShare * facts.kvMemoryBytes)
}

function baseOf({ work, sampler }: MemoryFacts): number {
  const isSamplerAlone = work === 'sample' || work === 'evaluate'
  return isSamplerAlone && sampler === 'onnx' ? samplerBaseBytes : trainerBaseBytes
}

function openGraphs(config: RunConfig, model: ModelConfig, facts: MemoryFacts): number {
  const { compute } = passOf(config, model, facts)
  const { recompute } = compute
  return graphBytes(config, model, facts, { recompute, hasReference: hasCopy(config, facts) })
}

/** Whether the reference has weights of its own in memory: an adapter taken off is the reference itself. */
function hasCopy(config: RunConfig, { work }: MemoryFacts): boolean {
  const { lora, reference, referenceIn } = config.model
  const isItsOwn = lora === null || reference !== null
  return work === 'train' && needsReference(config) && isItsOwn && referenceIn === 'memory'
}

/**
 * Parameters, moments and gradients in the session, what an update takes, and what a checkpoint reads out of
 * it.
 */
function trainerItems(config: RunConfig, model: ModelConfig, facts: MemoryFacts): readonly MemoryItem[] {
  const { lora, baseWeights } = config.model
  const shapes: ReadonlyMap<string, readonly number[]> =
    lora === null ? parameterShapes(model) : adapterShapes(model, lora)
  const trained = floatBytes * [...shapes.values()].reduce((sum, shape) => sum + sizeOf(shape), 0)
  const { rows, memory } = passOf(config, model, facts)
  const frozen = storedBytes(model, baseWeights)
  const momentBytes = 2 * storedAs(shapes, config.optimizer.moments)
  const item = inSession(facts)
  return [
    item(`frozen weights (${baseWeights})`, 'always', lora === null ? 0 : frozen),
    item(lora === null ? 'weights' : 'adapter', 'always', trained),
    item(`moments (AdamW${config.optimizer.moments === 'bf16' ? ', bf16' : ''})`, 'always', momentBytes),
    item('gradients', 'always', trained),
    item('reference policy', 'always', hasCopy(config, facts) ? frozen : 0),
    item(`activations of ${rows} rows`, 'update', memory.kept + memory.layer),
    item('logits, chunk by chunk', 'update', Math.max(0, memory.logits - memory.layer)),
    // some rows at a time
    hostItem('tensors, read out', 'checkpoint', floatBytes * Math.min(numbersAtATime, largestOf(shapes))),
  ]
}

/** Rows of a forward and backward pass, and what it takes. */
function passOf(
  config: RunConfig,
  model: ModelConfig,
  { positions, work }: MemoryFacts,
): { readonly rows: number; readonly compute: ComputeOptions; readonly memory: ComputeMemory } {
  const asked = work === 'warm-up' ? warmUpSteps(config) : config
  const { rowsPerMicroBatch: rows, compute } = chooseCompute(asked, model, positions)
  const shape = { rows, positions, droppedInputs: droppedInputs(config, model) }
  return { rows, compute, memory: computeMemory(model, shape, compute) }
}

/** A warm-up's steps have so many conversations; the rest of its engine is that of stage 2. */
function warmUpSteps(config: RunConfig): RunConfig {
  const problemsPerStep = config.warmUp?.conversationsPerStep ?? config.problemsPerStep
  return { ...config, problemsPerStep, method: 'a-star-po', miniBatches: 1 }
}

/**
 * Its caches, its own copy of the weights where it has one, and what brings new weights there after an
 * update.
 */
function samplerItems(config: RunConfig, model: ModelConfig, facts: MemoryFacts): readonly MemoryItem[] {
  const weights = floatBytes * countParameters(model)
  const rollouts = rolloutsTogether(config, model, facts)
  const caches = rollouts * cacheBytesOfRow(model, facts)
  const kept = keptCacheBytes(config, model, facts)
  const keptItem = 'key-value caches kept for later turns'
  if (facts.sampler === 'graph') {
    const item = inSession(facts)
    const own = facts.work === 'train' ? 0 : storedBytes(model, config.model.baseWeights)
    return [
      item('weights', 'always', own),
      // room for them stays
      item(`key-value caches of ${rollouts} rollouts`, 'always', caches),
      item(keptItem, 'always', kept),
    ]
  }
  return [
    hostItem('weights of the sampler (ONNX Runtime)', 'always', (isFedAsInputs(model) ? 1 : 2) * weights),
    hostItem(`key-value caches of ${rollouts} rollouts`, 'always', caches),
    hostItem(keptItem, 'always', kept),
    hostItem(
      'weights on their way to the sampler',
      'sampling',
      attentionBytes(model) + 2 * floatBytes * largestOf(parameterShapes(model)),
    ),
  ]
}

/**
 * Bytes of a frozen model: matrices in the given form, int8 with a scale for each output channel; all else in
 * 32 bits.
 */
function storedBytes(model: ModelConfig, wanted: WeightStorage): number {
  return storedAs(parameterShapes(model), wanted)
}

function storedAs(shapes: ReadonlyMap<string, readonly number[]>, wanted: WeightStorage): number {
  let bytes = 0
  for (const [name, shape] of shapes) {
    const storage = storageOf(name, shape, wanted)
    bytes += sizeOf(shape) * bytesEach[storage]
    if (storage === 'int8') bytes += floatBytes * (shape[0] ?? 0)
  }
  return bytes
}

const bytesEach: Readonly<Record<WeightStorage, number>> = { f32: 4, bf16: 2, f16: 2, int8: 1 }

/**
 * A tensor's bytes as its file has them, its values and the variable that they are written into stand beside
 * each other, and JavaScript gives such memory back late: measured with a matrix of 136 M elements.
 */
function loadingItem(config: RunConfig, model: ModelConfig): MemoryItem {
  const { lora, baseWeights } = config.model
  const bytes = bytesOnTheWay[lora === null ? 'f32' : baseWeights]
  return hostItem('the largest tensor, read in', 'loading', bytes * largestOf(parameterShapes(model)))
}

/** For each element of a tensor. */
const bytesOnTheWay: Readonly<Record<WeightStorage, number>> = { f32: 8, bf16: 3, f16: 3, int8: 4 }

/** Elements of the largest tensor. */
function largestOf(shapes: ReadonlyMap<string, readonly number[]>): number {
  return Math.max(...[...shapes.values()].map(sizeOf))
}

/** Of all layers: the ONNX sampler packs these for itself before it takes them. */
function attentionBytes({ layers, width, queryHeads, keyValueHeads, headWidth }: ModelConfig): number {
  return floatBytes * layers * width * headWidth * (queryHeads + 2 * keyValueHeads)
}

/** Keys and values of one rollout in all layers. The graph sampler holds them twice while it decodes. */
function cacheBytesOfRow(model: ModelConfig, { positions, sampler }: MemoryFacts): number {
  const { layers, keyValueHeads, headWidth } = model
  return (sampler === 'graph' ? 2 : 1) * floatBytes * positions * 2 * layers * keyValueHeads * headWidth
}

function inSession({ hasCard }: MemoryFacts) {
  return (what: string, during: MemoryTime, bytes: number): MemoryItem => ({
    what,
    during,
    hostBytes: hasCard ? 0 : bytes,
    deviceBytes: hasCard ? bytes : 0,
  })
}

function hostItem(what: string, during: MemoryTime, bytes: number): MemoryItem {
  return { what, during, hostBytes: bytes, deviceBytes: 0 }
}
