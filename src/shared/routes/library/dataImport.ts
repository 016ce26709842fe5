import { z } from 'zod'
import { output } from '../parts.ts'

const column = z.string().min(1).max(1000)

/** Which columns of a file hold what; as `data.source.fields` of a config. */
const dataColumns = z.strictObject({
  question: column,
  answer: column,
  subject: column.nullable(),
  level: column.nullable(),
})
export type DataColumns = z.infer<typeof dataColumns>

const uploadId = z.string().min(1).max(100)

export interface LookedAtProblem {
  readonly question: string
  readonly answer: string
  readonly subject: string | null
  readonly level: string | null
}

/** What a file of problems is, before it is taken in. */
export interface DataLook {
  /** In words: `CSV, ";" between cells`. */
  readonly format: string
  /** As the file names them, at most 200. */
  readonly columns: readonly string[]
  /** The first five, a cell for each of `columns`; long ones cut. */
  readonly rows: readonly (readonly string[])[]
  /**
   * Those that were asked for, else the likeliest by their names; null where no column looks like a question.
   */
  readonly chosen: DataColumns | null
  /** The first five problems as a run would read them. */
  readonly problems: readonly LookedAtProblem[]
  /** Counted over the whole file. */
  readonly counts: { readonly rows: number; readonly used: number } | null
  /** What is odd about the file, one sentence each: bad rows with their places, copies, contradictions. */
  readonly notes: readonly string[]
  /** Why the file cannot be used as chosen; null where it can. */
  readonly problem: string | null
}

export const dataImportRoutes = {
  /** Reads an uploaded file; `columns` null = guess them. */
  'data.look': {
    input: z.strictObject({ uploadId, columns: dataColumns.nullable() }),
    output: output<DataLook>(),
  },
  /** Takes an uploaded file into the library of data sets. */
  'data.import': {
    input: z.strictObject({ uploadId, name: z.string().trim().min(1).max(200), columns: dataColumns }),
    /** What a config says to train on it. */
    output: output<{ readonly name: string; readonly path: string; readonly fields: DataColumns }>(),
  },
} as const
