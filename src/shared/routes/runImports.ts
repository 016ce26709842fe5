import { z } from 'zod'
import type { ImportOutcome } from '../runs/importedRun.ts'
import { output } from './parts.ts'

export const runImportRoutes = {
  /** Takes in the runs of an uploaded file that another tool has written; they are only read. */
  'run.import': {
    input: z.strictObject({
      uploadId: z.string().min(1).max(100),
      /** Of a table: the column that counts the steps; null = guess. */
      stepColumn: z.string().min(1).max(1000).nullable().default(null),
    }),
    output: output<readonly ImportOutcome[]>(),
  },
  /** The same of a folder with TensorBoard's event files, on the machine that Recheck runs on. */
  'run.importFolder': {
    input: z.strictObject({
      /** `~` is the home folder there. */
      folder: z.string().trim().min(1).max(4096),
    }),
    output: output<readonly ImportOutcome[]>(),
  },
} as const
