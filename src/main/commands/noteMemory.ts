import { memoryAdvice, memoryTable, type MemoryPlan } from '../../shared/memoryPlan.ts'
import type { CommandCall } from './command.ts'

/** What is held when, one line each, and what fits. */
export function noteMemory(plan: MemoryPlan, call: CommandCall): void {
  for (const line of [...memoryTable(plan), ...memoryAdvice(plan)]) call.note(line)
}
