import { adapterTargets } from '../../../core/model/adapter.ts'
import type { ModelConfig } from '../../../core/model/config/modelConfig.ts'
import { mergeConfigs, parseSetting } from '../../../shared/config/layers.ts'
import { parseConfig, type RunConfig } from '../../../shared/config/parseConfig.ts'
import { turnsOf } from '../../../shared/config/rolloutTurns.ts'
import { unsupportedFields } from '../../../shared/config/problems.ts'
import {
  fitsMemory,
  type MemoryPlan,
  type MemoryShare,
  type MemorySwitch,
} from '../../../shared/memoryPlan.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { chooseCompute } from './computeChoice.ts'
import { memoryItems, peakOf, rolloutsTogether, type MemoryFacts } from './memoryItems.ts'

/** Free and whole, of the machine and of the card in use. */
export interface MemoryRooms {
  readonly host: Pick<MemoryShare, 'freeBytes' | 'totalBytes'>
  /** Null where no card is used. */
  readonly device: Pick<MemoryShare, 'freeBytes' | 'totalBytes'> | null
}

/** What a run will need, what of it fits into these rooms, and which settings would take less. */
export function planMemory(
  config: RunConfig,
  model: ModelConfig,
  { facts, rooms }: { readonly facts: MemoryFacts; readonly rooms: MemoryRooms },
): MemoryPlan {
  const plain = shares(config, model, { facts, rooms })
  const fits = (changed: RunConfig, changedFacts: MemoryFacts): boolean =>
    fitsMemory(shares(changed, model, { facts: changedFacts, rooms }))
  const rollouts = rolloutsTogether(config, model, facts)
  const { rowsPerMicroBatch: rows } = chooseCompute(config, model, facts.positions)
  return {
    ...plain,
    microBatch:
      facts.work === 'sample' || facts.work === 'evaluate'
        ? null
        : { planned: rows, most: mostOf((most) => fits({ ...config, microBatch: most }, facts)) },
    rolloutsTogether: {
      planned: rollouts,
      most: rollouts === 0 ? 0 : mostOf((most) => fits(config, { ...facts, rolloutsTogether: most })),
    },
    switches: switchesOf(config, model, facts),
  }
}

function shares(
  config: RunConfig,
  model: ModelConfig,
  { facts, rooms }: { readonly facts: MemoryFacts; readonly rooms: MemoryRooms },
): Pick<MemoryPlan, 'items' | 'host' | 'device'> {
  const items = memoryItems(config, model, facts)
  const share = (where: 'hostBytes' | 'deviceBytes', room: MemoryRooms['host']): MemoryShare => {
    const { peak, bytes } = peakOf(items, where)
    return { neededBytes: bytes, peak, freeBytes: room.freeBytes, totalBytes: room.totalBytes }
  }
  return {
    items,
    host: share('hostBytes', rooms.host),
    device: rooms.device === null ? null : share('deviceBytes', rooms.device),
  }
}

/** Rows beyond which nobody asks. */
const mostAsked = 4096

/** The greatest number of 1 … 4096 that fits, where fewer always take less; 0 where not even one does. */
function mostOf(fits: (count: number) => boolean): number {
  let [low, high] = [0, mostAsked + 1]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (fits(middle)) low = middle
    else high = middle
  }
  return low
}

/** A setting that saves less than this share of the whole is no way out. */
const leastSaved = 0.03

/**
 * Each of them alone, those that save most first; what this version cannot do, or saves nothing, is left out.
 */
function switchesOf(config: RunConfig, model: ModelConfig, facts: MemoryFacts): readonly MemorySwitch[] {
  const needed = (changed: RunConfig, changedFacts: MemoryFacts): number => {
    const items = memoryItems(changed, model, changedFacts)
    return peakOf(items, 'hostBytes').bytes + peakOf(items, 'deviceBytes').bytes
  }
  const before = needed(config, facts)
  return candidates(config, model, facts)
    .flatMap((setting) => {
      const changed = changedConfig(config, setting)
      if (changed === null) return []
      const savedBytes = before - needed(changed, changedFacts(changed, config, facts))
      return savedBytes < leastSaved * before ? [] : [{ setting, savedBytes }]
    })
    .toSorted((a, b) => b.savedBytes - a.savedBytes)
}

/** What may be tried, as `--set` takes it. */
function candidates(config: RunConfig, model: ModelConfig, facts: MemoryFacts): readonly string[] {
  const { rowsPerMicroBatch: rows } = chooseCompute(config, model, facts.positions)
  const { lora, baseWeights } = config.model
  return [
    ...(lora === null ? [adapterSetting(model)] : []),
    ...(baseWeights === 'f32' ? ['model.baseWeights=bf16'] : []),
    ...(baseWeights === 'int8' ? [] : ['model.baseWeights=int8']),
    ...(config.model.referenceIn === 'files' ? [] : ['model.referenceIn=files']),
    ...(config.recompute === 'on' ? [] : ['recompute=on']),
    ...(facts.sampler === 'graph' ? [] : ['sampler=graph']),
    ...[Math.ceil(rows / 2), 1].flatMap((fewer) => (fewer < rows ? [`microBatch=${fewer}`] : [])),
    `sampling.maxCompletionTokens=${Math.ceil(config.sampling.maxCompletionTokens / 2)}`,
  ]
}

/** GPT-2 calls its modules otherwise than the config's default targets do. */
function adapterSetting(model: ModelConfig): string {
  if (model.family !== 'gpt2') return 'model.lora={"rank":16}'
  return `model.lora=${JSON.stringify({ rank: 16, targets: adapterTargets(model) })}`
}

/** Null where the config would not be valid so, or this version cannot do it. */
function changedConfig(config: RunConfig, setting: string): RunConfig | null {
  try {
    const changed = parseConfig(mergeConfigs(config, parseSetting(setting)), 'a memory plan')
    return unsupportedFields(changed).length === 0 ? changed : null
  } catch (thrown) {
    if (thrown instanceof RecheckError) return null
    throw thrown
  }
}

/** Rows are shorter by what their turns are, and caches stand where the sampler keeps them. */
function changedFacts(changed: RunConfig, config: RunConfig, facts: MemoryFacts): MemoryFacts {
  const shorter = config.sampling.maxCompletionTokens - changed.sampling.maxCompletionTokens
  const turns = turnsOf[config.turns].length
  return {
    ...facts,
    positions: Math.max(1, facts.positions - turns * shorter),
    sampler: changed.sampler === 'graph' ? 'graph' : facts.sampler,
  }
}
