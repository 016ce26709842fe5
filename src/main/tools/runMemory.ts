import type { Problem } from '../../core/data/problem.ts'
import { conversationLength } from '../../core/tokens/conversationLength.ts'
import type { ModelConfig } from '../../core/model/config/modelConfig.ts'
import type { RunConfig } from '../../shared/config/parseConfig.ts'
import type { MemoryPlan } from '../../shared/memoryPlan.ts'
import { cardMemory } from '../host/machine/cardMemory.ts'
import { freeMemory, type MemoryRoom } from '../host/machine/freeMemory.ts'
import { readTensorFlowStatus } from '../host/tensorflow/status.ts'
import type { RunMaterial } from '../run/runMaterial.ts'
import type { MemoryFacts } from '../trainer/memory/memoryItems.ts'
import { planMemory } from '../trainer/memory/memoryPlan.ts'
import { kvMemoryBytes } from '../trainer/samplers.ts'

/** Tokens of the longest conversation that may come of these problems, at most the model's positions. */
export function longestConversation(
  config: RunConfig,
  { prompts, policy }: Pick<RunMaterial, 'prompts' | 'policy'>,
  problems: readonly Problem[],
): number {
  const longestPrompt = problems.reduce(
    (longest, problem) => Math.max(longest, prompts.firstPromptIds(problem).length),
    0,
  )
  return Math.min(conversationLength(longestPrompt, prompts, config), policy.config.maxPositions)
}

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
