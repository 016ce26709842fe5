import { z } from 'zod'
import type { MachineHistory } from '../runs/machineHistory.ts'
import { output, runId } from './parts.ts'

export const machineRoutes = {
  /**
   * What the machine did while the run was at work on it; null where nothing was kept: a run of an earlier
   * version, one that was executed elsewhere, or an imported one.
   */
  'machine.read': {
    input: z.strictObject({ runId, buckets: z.int().min(1).max(4096).default(600) }),
    output: output<MachineHistory | null>(),
  },
} as const
