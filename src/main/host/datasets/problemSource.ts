import { join } from 'node:path'

/**
 * `math` and `gsm8k` are folders of that name in the folder of data sets; a file of one's own says its
 * columns.
 */
export type ProblemSource =
  | 'math'
  | 'gsm8k'
  | {
      readonly path: string
      readonly fields: {
        readonly question: string
        readonly answer: string
        readonly subject: string | null
        readonly level: string | null
      }
    }

/** The file or folder of a source. @param datasetsFolder where the folders `math` and `gsm8k` are */
export function sourcePath(source: ProblemSource, datasetsFolder: string): string {
  return typeof source === 'string' ? join(datasetsFolder, source) : source.path
}
