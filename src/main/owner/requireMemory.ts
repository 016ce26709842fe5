import { formatBytes } from '../../shared/text/format.ts'
import {
  fitsMemory,
  memoryAdvice,
  memoryLine,
  type MemoryMeasure,
  type MemoryPlan,
} from '../../shared/memoryPlan.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'

/**
 * Refuses what will not fit before anything is loaded.
 *
 * @param measure  `total` for what waits until others have ended
 * @param wayPast  how to start it all the same
 * @throws RecheckError `memory.too-little`, with the plan as its data
 */
export function requireMemory(plan: MemoryPlan, measure: MemoryMeasure, wayPast: string): void {
  if (fitsMemory(plan, measure)) return
  const parts = plan.items
    .toSorted((a, b) => b.hostBytes + b.deviceBytes - a.hostBytes - a.deviceBytes)
    .slice(0, 5)
    .map(({ what, hostBytes, deviceBytes }) => `${what} ${formatBytes(hostBytes + deviceBytes)}`)
  throw new RecheckError(
    'memory.too-little',
    [
      `This needs ${memoryLine(plan)}; nothing was loaded.`,
      `The largest parts: ${parts.join(', ')}.`,
      ...memoryAdvice(plan),
      `${wayPast} starts it all the same.`,
    ].join('\n'),
    { plan },
  )
}

/** The code of the entry in a run's log that says what the plan of its memory was. */
export const memoryPlanCode = 'memory.plan'
