import type { ImportedRun } from './importedRun.ts'

/** What the process that reads files of runs is asked. */
export interface RunsQuestion {
  readonly question: 'runs.read'
  /** File or folder, absolute. */
  readonly path: string
  readonly name: string
  readonly stepColumn: string | null
}

/** What it tells: how far it is, then each run and its points. */
export type RunReadingEvent =
  | {
      readonly type: 'progress'
      readonly done: number
      /** 0: not known. */
      readonly total: number
      readonly unit: 'bytes' | 'rows'
    }
  | { readonly type: 'run'; readonly head: Omit<ImportedRun, 'series'> }
  /**
   * More points of a metric of the last run: steps, times and values as 64-bit floats, little-endian (every
   * machine that runs Recheck is), in base64.
   */
  | {
      readonly type: 'points'
      readonly metric: string
      readonly columns: readonly [step: string, timeMs: string, value: string]
    }
