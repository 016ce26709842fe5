import { z } from 'zod'
import { output } from '../parts.ts'
import type { DataColumns } from './dataImport.ts'

/** A run whose config names something of the library. */
export interface UsingRun {
  readonly runId: string
  readonly name: string
}

/** Where files of the library come from, as it was noted when they came; each null where nobody noted it. */
export interface LibrarySource {
  readonly source: string | null
  readonly revision: string | null
  readonly licence: string | null
  /** ISO 8601, UTC. */
  readonly importedAt: string | null
}

/** What a model is, read from its config and the headers of its weights. */
export interface ModelShape {
  readonly family: string
  readonly parameters: number
  readonly layers: number
  readonly width: number
  readonly vocabulary: number
  readonly maxPositions: number
}

export interface ListedModel {
  /** As a config names it. */
  readonly name: string
  readonly folder: string
  readonly bytes: number
  readonly from: LibrarySource
  /** Null where it cannot be opened. */
  readonly shape: ModelShape | null
  /** Why it cannot be used; null where it can. */
  readonly problem: string | null
  /** What of it is not read, or not as it is written. */
  readonly notices: readonly string[]
  readonly usedBy: readonly UsingRun[]
  /** Comes with Recheck, and cannot be removed. */
  readonly isBuiltin: boolean
}

export interface ListedData {
  readonly name: string
  readonly folder: string
  readonly bytes: number
  readonly from: LibrarySource
  /** `data.source` of a config that trains on it. */
  readonly configSource: string | { readonly path: string; readonly fields: DataColumns }
  readonly usedBy: readonly UsingRun[]
}

export interface DataRow {
  readonly problemId: string
  readonly split: 'train' | 'validation' | 'test'
  readonly question: string
  readonly answer: string
  readonly subject: string | null
  readonly level: string | null
}

export interface DataRows {
  /** Problems that match. */
  readonly total: number
  /** All problems of the set, by split. */
  readonly splits: Readonly<Record<DataRow['split'], number>>
  readonly rows: readonly DataRow[]
  readonly subjects: readonly string[]
  readonly levels: readonly string[]
}

/** What a check of every row found, as `recheck data check` decides. */
export interface DataCheck {
  /** A sentence each: rows that are used, bad ones with their places, copies, contradictions. */
  readonly notes: readonly string[]
  /** Why it cannot be used; null where it can. */
  readonly problem: string | null
}

export interface DataOverlap {
  /** Problems of each, every one once. */
  readonly first: number
  readonly second: number
  /** In both, compared without case and spaces. */
  readonly shared: number
  /** Of those in a held-out split of one and in the training split of the other. */
  readonly leaking: number
  readonly examples: readonly string[]
}

const name = z.string().min(1).max(200)
const filter = z.string().max(200).nullable().default(null)

export const libraryRoutes = {
  'models.list': { input: z.strictObject({}), output: output<readonly ListedModel[]>() },
  'models.remove': { input: z.strictObject({ name }), output: output<null>() },
  'data.list': { input: z.strictObject({}), output: output<readonly ListedData[]>() },
  'data.remove': { input: z.strictObject({ name }), output: output<null>() },
  'data.rows': {
    input: z.strictObject({
      name,
      /** A part of the question or the answer; '' = all. */
      search: z.string().max(200).default(''),
      split: z.enum(['train', 'validation', 'test']).nullable().default(null),
      subject: filter,
      level: filter,
      offset: z.int().min(0).default(0),
      limit: z.int().min(1).max(200).default(50),
    }),
    output: output<DataRows>(),
  },
  'data.check': { input: z.strictObject({ name }), output: output<DataCheck>() },
  'data.overlap': { input: z.strictObject({ first: name, second: name }), output: output<DataOverlap>() },
} as const
