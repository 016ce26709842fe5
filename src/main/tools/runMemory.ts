import type { ModelConfig } from '../../core/model/config/modelConfig.ts'
import type { RunConfig } from '../../shared/config/parseConfig.ts'
import type { MemoryPlan } from '../../shared/memoryPlan.ts'
import { cardMemory } from '../host/machine/cardMemory.ts'
import { freeMemory, type MemoryRoom } from '../host/machine/freeMemory.ts'
import { readTensorFlowStatus } from '../host/tensorflow/status.ts'
import type { MemoryFacts } from '../trainer/memory/memoryItems.ts'
import { planMemory } from '../trainer/memory/memoryPlan.ts'
import { kvMemoryBytes } from '../trainer/samplers.ts'

/**
 * What a run or an evaluation will need of this machine's memory. No engine and no weight is loaded for it.
 */
export async function planMemoryHere(
  config: RunConfig,
  model: ModelConfig,
  known: Pick<MemoryFacts, 'work' | 'positions'>,
): Promise<MemoryPlan> {
  const device = config.device === 'cpu' ? null : await usedCard()
  const isOnCard = device !== null
  const facts: MemoryFacts = {
    ...known,
    kvMemoryBytes: kvMemoryBytes(),
    hasCard: isOnCard,
    // as the samplers are chosen, without loading TensorFlow to ask it for its device
    sampler: config.sampler === 'graph' || (config.sampler === 'auto' && isOnCard) ? 'graph' : 'onnx',
  }
  return planMemory(config, model, { facts, rooms: { host: hostRoom(), device } })
}

async function usedCard(): Promise<MemoryRoom | null> {
  const status = readTensorFlowStatus()
  return status?.isReady === true && status.variant === 'cuda' ? cardMemory() : null
}

/** What this process holds itself is free again when it has answered. */
function hostRoom(): MemoryRoom {
  const room = freeMemory()
  const freeBytes = Math.min(room.totalBytes, room.freeBytes + process.memoryUsage.rss())
  return { freeBytes, totalBytes: room.totalBytes }
}
