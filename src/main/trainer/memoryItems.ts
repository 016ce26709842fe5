import type { ModelConfig } from '../../core/model/modelConfig.ts'
import { countParameters } from '../../core/model/parameterTable.ts'
import { needsReference } from '../../core/rl/losses/policyLossOf.ts'
import { isGroupMethod, type RunConfig } from '../../shared/config/parseConfig.ts'
import { memoryTimes, type MemoryItem, type MemoryTime } from '../../shared/memoryPlan.ts'
import { activationBytesPerRow, rowsPerMicroBatch } from './engines.ts'

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

/** The samplers' own limits on rows that decode together, and on the bytes of their logits. */
const maxRowsTogether = 192
const logitsBytes = 64e6

/** Above it the ONNX sampler feeds its weights, below it packs a second set of them (host/onnx/sampler.ts). */
const parametersFedAsInputs = 50e6

/** Of a trainer's process with both engines, and of the process that owns the run; measured on Linux x64. */
const trainerBaseBytes = 755e6
const samplerBaseBytes = 330e6
const ownerBytes = 150e6

const floatBytes = 4

/** Everything a run holds, with the moment at which it is held. Bytes; nothing is loaded. */
export function memoryItems(
  config: RunConfig,
  model: ModelConfig,
  facts: MemoryFacts,
): readonly MemoryItem[] {
  const weights = floatBytes * countParameters(model)
  const isTrained = facts.work === 'train' || facts.work === 'warm-up'
  const samples = facts.work !== 'warm-up'
  return [
    hostItem('Node, TensorFlow, ONNX Runtime', 'always', ownerBytes + baseOf(facts)),
    hostItem('weights as read from the files', 'always', weights),
    ...(isTrained ? trainerItems(config, model, facts) : []),
    ...(samples ? samplerItems(config, model, facts) : []),
  ].filter(({ hostBytes, deviceBytes }) => hostBytes + deviceBytes > 0)
}

/**
 * The most that is held at one time, and the moment. In the machine's memory what an update has taken stays with the process:
 * the C library keeps blocks of up to 32 MB for itself. In a card's memory TensorFlow uses it again for whatever comes next.
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
    .map((peak) => ({ peak, bytes: bytesKept + heldDuring(peak) }))
    .reduce((most, each) => (each.bytes > most.bytes ? each : most), {
      peak: heldDuring('update') > 0 ? 'update' : 'always',
      bytes: bytesKept,
    })
}

/** Rollouts that the largest call of the sampler decodes together. */
export function rolloutsTogether(config: RunConfig, model: ModelConfig, facts: MemoryFacts): number {
  const { method, groupSize, problemsPerStep, data, vStar, evalSamples } = config
  const ofEvaluation = Math.max(data.validation, data.test) * evalSamples
  const ofStageOne = data.train * vStar.samples
  const ofStep = Math.min(problemsPerStep, data.train) * (isGroupMethod(method) ? groupSize : 1)
  const sequences = {
    train: Math.max(ofStep, ofEvaluation, ofStageOne),
    sample: ofStageOne,
    evaluate: ofEvaluation,
    'warm-up': 0,
  }[facts.work]
  const ofLogits = Math.ceil(logitsBytes / (floatBytes * model.vocabularySize))
  const ofCaches = Math.max(1, Math.floor(facts.kvMemoryBytes / cacheBytesOfRow(model, facts)))
  return Math.min(facts.rolloutsTogether ?? maxRowsTogether, sequences, ofLogits, ofCaches)
}

function baseOf({ work, sampler }: MemoryFacts): number {
  const isSamplerAlone = work === 'sample' || work === 'evaluate'
  return isSamplerAlone && sampler === 'onnx' ? samplerBaseBytes : trainerBaseBytes
}

/** Parameters, moments and gradients in the session, what an update takes, and what a checkpoint reads out of it. */
function trainerItems(config: RunConfig, model: ModelConfig, facts: MemoryFacts): readonly MemoryItem[] {
  const weights = floatBytes * countParameters(model)
  const { positions } = facts
  const rows = rowsPerMicroBatch(config, model, positions)
  const logits = 3 * floatBytes * positions * model.vocabularySize
  const activations = activationBytesPerRow(model, positions) - logits
  const item = inSession(facts)
  return [
    item('weights', 'always', weights),
    item('moments (AdamW)', 'always', 2 * weights),
    item('gradients', 'always', weights),
    item('reference policy', 'always', facts.work === 'train' && needsReference(config) ? weights : 0),
    item(`activations of ${rows} rows`, 'update', rows * activations),
    item(`logits of ${rows} rows`, 'update', rows * logits),
    // values of all three kinds, and the copy of the last one that is read
    hostItem('weights and moments read out', 'checkpoint', 4 * weights),
  ]
}

/** Its caches, its own copy of the weights where it has one, and what brings new weights there after an update. */
function samplerItems(config: RunConfig, model: ModelConfig, facts: MemoryFacts): readonly MemoryItem[] {
  const weights = floatBytes * countParameters(model)
  const rollouts = rolloutsTogether(config, model, facts)
  const caches = rollouts * cacheBytesOfRow(model, facts)
  if (facts.sampler === 'graph') {
    const item = inSession(facts)
    return [
      item('weights', 'always', facts.work === 'train' ? 0 : weights),
      // room for them stays
      item(`key-value caches of ${rollouts} rollouts`, 'always', caches),
    ]
  }
  const isFed = countParameters(model) >= parametersFedAsInputs
  return [
    hostItem('weights of the sampler (ONNX Runtime)', 'always', (isFed ? 1 : 2) * weights),
    hostItem(`key-value caches of ${rollouts} rollouts`, 'always', caches),
    hostItem('weights on their way to the sampler', 'sampling', facts.work === 'train' ? 2 * weights : 0),
  ]
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
