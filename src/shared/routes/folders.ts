import { z } from 'zod'
import { output } from './parts.ts'

/** A folder of the machine that Recheck runs on. */
export interface FolderChoice {
  /** As far as it was typed as it was typed. */
  readonly path: string
  /** By the files in it; null = neither, it may hold some. */
  readonly holds: 'model' | 'adapter' | null
}

export const folderRoutes = {
  /** Completes the path of a folder; at most 50. */
  'folder.choices': {
    input: z.strictObject({ typed: z.string().max(1000) }),
    output: output<readonly FolderChoice[]>(),
  },
} as const
