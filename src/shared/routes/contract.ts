import { z } from 'zod'
import type {
  CheckpointRecord,
  Evaluation,
  ListedVStar,
  MetricBucket,
  MetricPoint,
  Run,
  RunLogEntry,
  StoredRollout,
} from '../records.ts'
import { longestTag, runStatuses } from '../records.ts'
import type { ErrorData } from '../recheckError.ts'
import type { Progress, RunEvent } from '../runEvent.ts'
import type { ListedRun, RunValues } from '../runList.ts'

/**
 * The one contract between a page and its owner process; the same over Electron IPC and over HTTP.
 * Inputs come from an untrusted page and are parsed; outputs come from the owner and are typed only.
 */
const output = <T>(): z.ZodType<T> => z.custom<T>()
const runId = z
  .string()
  .min(1)
  .max(100, 'no run has an id of more than 100 characters; the runs page lists what there is')
/** A name as a list shows it. */
const oneLine = (most: number) =>
  z
    .string()
    .trim()
    .min(1, 'a name is no blank')
    .max(most)
    .regex(/^\P{Cc}*$/u, 'a name is one line, without control characters')
const axis = z.enum(['step', 'timeMs', 'tokens', 'problems'])
const stage = z.enum(['estimate-v-star', 'self-correction'])
/** Checked by `parseConfig`, whose message lists every field; here only that it is an object. */
const config = z.record(z.string(), z.unknown())

export type MetricAxis = z.infer<typeof axis>

/** One of `points` (short series: every point) and `buckets` (long ones) is filled; `total` counts the points in range. */
export interface MetricRange {
  readonly name: string
  readonly total: number
  readonly points: readonly MetricPoint[]
  readonly buckets: readonly MetricBucket[]
}

export interface VStarHistogram {
  readonly vStarId: string
  readonly problems: number
  /** Share of problems whose V* is 0 or 1: no signal. */
  readonly withoutSignal: number
  readonly bins: readonly { readonly low: number; readonly high: number; readonly count: number }[]
}

export interface AppInfo {
  readonly version: string
  readonly dataFolder: string
  readonly shell: 'window' | 'browser'
  readonly device: string
  readonly deviceNote: string | null
  readonly canTrain: boolean
  /** Why training is refused, with the way out; null when it is not. */
  readonly trainingProblem: string | null
}

export interface Telemetry {
  readonly atMs: number
  readonly cpuPercent: number
  readonly memoryUsedBytes: number
  readonly memoryTotalBytes: number
  readonly trainerMemoryBytes: number | null
  readonly gpus: readonly {
    readonly name: string
    readonly utilisationPercent: number | null
    readonly memoryUsedBytes: number | null
    readonly memoryTotalBytes: number | null
  }[]
}

export interface TurnPreview {
  readonly kind: 'attempt' | 'verdict' | 'revision'
  readonly text: string
  readonly ids: readonly number[]
  /** The text of each id by itself; a special token is one that ends, begins or marks, and is no text. */
  readonly pieces: readonly { readonly text: string; readonly isSpecial: boolean }[]
}

/** What starting a run would find, looked up without starting it. */
export interface PlanCheck {
  /** Everything a V* estimate of this config depends on, part by part; and the hash of it. */
  readonly inputs: Readonly<Record<string, string>>
  readonly inputHash: string
  /** Training problems there are. */
  readonly problems: number
  /** Of the policy. */
  readonly parameters: number
  /** Longest rollout, in tokens, that problems and limits can give; the model takes `maxPositions`. */
  readonly longestRollout: number
  readonly maxPositions: number
  /** Rows of one forward and backward pass. */
  readonly rowsPerPass: number
  /** Parameters and moments: what one checkpoint weighs. */
  readonly checkpointBytes: number
  /** Resident memory of training, should rollouts be as long as they can be; an estimate. */
  readonly memoryBytes: number
  /** Memory of the machine. */
  readonly machineBytes: number
  /** Something to know of the data (a fallback, rows left out); null when there is nothing. */
  readonly dataNote: string | null
}

export const routes = {
  'app.info': { input: z.strictObject({}), output: output<AppInfo>() },
  'app.telemetry': { input: z.strictObject({}), output: output<Telemetry>() },
  'run.list': {
    input: z.strictObject({
      archived: z.boolean().default(false),
      /** Deleted runs instead, archived or not: those that can still be restored. */
      deleted: z.boolean().default(false),
      /** Only runs with one of these; null = all. */
      statuses: z.array(z.enum(runStatuses)).max(runStatuses.length).nullable().default(null),
    }),
    output: output<readonly ListedRun[]>(),
  },
  /** What a filter names and the list does not carry: metrics and config fields of all its runs. */
  'run.values': {
    input: z.strictObject({
      archived: z.boolean().default(false),
      deleted: z.boolean().default(false),
      names: z.array(z.string().min(1).max(100)).min(1).max(20),
    }),
    output: output<RunValues>(),
  },
  'run.get': { input: z.strictObject({ runId }), output: output<Run>() },
  'run.start': {
    input: z.strictObject({
      stage,
      config,
      /** Stage 2 only: the artifact to use; null = a matching one, else stage 1 runs first. */
      vStarId: z.string().max(100).nullable().default(null),
      group: z.string().max(200).nullable().default(null),
    }),
    /** The runs made, in the order in which they run. */
    output: output<{ readonly runIds: readonly string[] }>(),
  },
  'run.stop': {
    input: z.strictObject({ runId, when: z.enum(['after-step', 'now']) }),
    output: output<null>(),
  },
  'run.pause': {
    input: z.strictObject({ runId, freeDevice: z.boolean().default(false) }),
    output: output<null>(),
  },
  'run.resume': {
    input: z.strictObject({
      runId,
      /** Other settings, or an earlier checkpoint (its step, 0 = the beginning; null = the newest); null goes on as it was. */
      change: z
        .strictObject({ settings: config, fromStep: z.int().min(0).nullable() })
        .nullable()
        .default(null),
    }),
    output: output<null>(),
  },
  'run.extend': {
    input: z.strictObject({ runId, steps: z.int().min(1).max(1_000_000) }),
    output: output<null>(),
  },
  'run.update': {
    input: z.strictObject({
      runId,
      name: oneLine(200).optional(),
      tags: z.array(oneLine(longestTag)).max(50).optional(),
      notes: z.string().max(20_000).optional(),
      group: oneLine(200).nullable().optional(),
      archived: z.boolean().optional(),
    }),
    output: output<Run>(),
  },
  'run.delete': {
    input: z.strictObject({ runIds: z.array(runId).min(1).max(10_000) }),
    output: output<null>(),
  },
  'run.restore': {
    input: z.strictObject({ runIds: z.array(runId).min(1).max(10_000) }),
    output: output<null>(),
  },
  'run.progress': { input: z.strictObject({ runId }), output: output<Progress | null>() },
  'run.log': {
    input: z.strictObject({
      runId,
      afterSequence: z.int().min(-1).default(-1),
      limit: z.int().min(1).max(5000).default(500),
    }),
    output: output<readonly RunLogEntry[]>(),
  },
  'metrics.names': { input: z.strictObject({ runId }), output: output<readonly string[]>() },
  'metrics.range': {
    input: z.strictObject({
      runId,
      names: z.array(z.string().min(1).max(100)).min(1).max(50),
      axis: axis.default('step'),
      from: z.number().nullable().default(null),
      to: z.number().nullable().default(null),
      buckets: z.int().min(1).max(10_000).default(600),
    }),
    output: output<readonly MetricRange[]>(),
  },
  'metrics.csv': { input: z.strictObject({ runId }), output: output<{ readonly csv: string }>() },
  'rollouts.list': {
    input: z.strictObject({
      runId,
      step: z.int().min(0).nullable().default(null),
      outcome: z
        .enum([
          'all',
          'right-to-wrong',
          'wrong-to-right',
          'wrong-to-wrong',
          'right-to-right',
          'not-revised',
          'unparsed',
          'truncated',
        ])
        .default('all'),
      problemId: z.string().max(200).nullable().default(null),
      offset: z.int().min(0).default(0),
      limit: z.int().min(1).max(500).default(50),
    }),
    output: output<{ readonly total: number; readonly rollouts: readonly StoredRollout[] }>(),
  },
  'vStar.list': { input: z.strictObject({}), output: output<readonly ListedVStar[]>() },
  'vStar.histogram': {
    input: z.strictObject({ vStarId: z.string().max(100), bins: z.int().min(2).max(200).default(20) }),
    output: output<VStarHistogram>(),
  },
  'evaluations.list': { input: z.strictObject({ runId }), output: output<readonly Evaluation[]>() },
  'checkpoints.list': { input: z.strictObject({ runId }), output: output<readonly CheckpointRecord[]>() },
  'plan.check': { input: z.strictObject({ stage, config }), output: output<PlanCheck>() },
  'template.preview': { input: z.strictObject({ config }), output: output<readonly TurnPreview[]>() },
} as const

export type Route = keyof typeof routes
export type InputOf<R extends Route> = z.input<(typeof routes)[R]['input']>
export type ParsedInputOf<R extends Route> = z.output<(typeof routes)[R]['input']>
export type OutputOf<R extends Route> = z.output<(typeof routes)[R]['output']>

/** One handler per route: a missing, extra or ill-typed one does not compile. */
export type Handlers = { readonly [R in Route]: (input: ParsedInputOf<R>) => Promise<OutputOf<R>> }

/** Electron's IPC keeps only an error's message, so errors travel as data. */
export type Result<T> =
  { readonly ok: true; readonly data: T } | { readonly ok: false; readonly error: ErrorData }

/** A hint that the store changed; the store is the truth, and a page that missed one reads it again. */
export interface StoreEvent {
  readonly runId: string
  readonly event: RunEvent | { readonly type: 'changed' } | { readonly type: 'deleted' }
}

/** `lost`: events are missed until it is open again; requests may still work. `open` once more: others may have been missed. */
export type Connection = 'open' | 'lost'

/** What the renderer knows of the world, whichever shell it is in. */
export interface Api {
  request<R extends Route>(route: R, input: InputOf<R>): Promise<OutputOf<R>>
  /** @returns a function that ends the subscription */
  onEvent(listener: (event: StoreEvent) => void): () => void
}
