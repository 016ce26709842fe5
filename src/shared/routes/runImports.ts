import { z } from 'zod'
import type { ImportOutcome } from '../runs/imports/importedRun.ts'
import type { Progress } from '../runs/runEvent.ts'
import { output } from './parts.ts'

/** To every page: the one that asked knows its import's id. */
export interface ImportNews {
  readonly type: 'importing'
  readonly importId: string
  readonly progress: Progress
}

/** Chosen by whoever asks: it names the events that tell how far the import is; null: nobody wants to know. */
const importId = z.string().min(1).max(100).nullable().default(null)

export const runImportRoutes = {
  /**
   * Takes in the runs of an uploaded file that another tool has written; they are only read. Told as `importing`
   * events; a request that is given up imports nothing.
   */
  'run.import': {
    input: z.strictObject({
      importId,
      uploadId: z.string().min(1).max(100),
      /** Of a table: the column that counts the steps; null = guess. */
      stepColumn: z.string().min(1).max(1000).nullable().default(null),
    }),
    output: output<readonly ImportOutcome[]>(),
  },
  /** The same of a folder with TensorBoard's event files, on the machine that Recheck runs on. */
  'run.importFolder': {
    input: z.strictObject({
      importId,
      /** `~` is the home folder there. */
      folder: z.string().trim().min(1).max(4096),
    }),
    output: output<readonly ImportOutcome[]>(),
  },
} as const
