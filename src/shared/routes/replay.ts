import { z } from 'zod'
import { output, runId } from './parts.ts'

/** Whose weights a replay samples with. */
const replayedPolicy = z.union([
  z.strictObject({
    runId,
    /** Of the checkpoint; null = the model folder that the run began from. */
    step: z.int().min(0).nullable(),
  }),
  /**
   * A model folder, a hub id that is on this machine, or `builtin`: with the settings of the other policy's
   * run.
   */
  z.strictObject({ model: z.string().trim().min(1).max(4096) }),
])
export type ReplayedPolicy = z.infer<typeof replayedPolicy>

/** How a replay draws. */
const replaySampling = z.strictObject({
  temperature: z.number().min(0).max(10),
  topP: z.number().gt(0).max(1),
  topK: z.int().min(0).max(1_000_000),
  maxCompletionTokens: z.int().min(1).max(8192),
  seed: z.int().min(0),
})
export type ReplaySampling = z.infer<typeof replaySampling>

const longestQuestion = 20_000
const longestAnswer = 1000

/** One turn of a replay, graded as in the run. */
export interface ReplayedTurn {
  readonly kind: 'attempt' | 'verdict' | 'revision'
  /** What the model was given since the turn before. */
  readonly promptText: string
  readonly completionText: string
  readonly answer: string | null
  /** Null where the known answer was not given. */
  readonly isCorrect: boolean | null
  /** What the verdict says; null for the other turns. */
  readonly verdict: 'correct' | 'wrong' | 'unparsed' | null
  readonly tokens: number
  readonly finishReason: 'stop' | 'length'
}

/** What happens while a replay is under way. `policy` is its place in the request, from 0. */
export type ReplayEvent =
  | { readonly type: 'opened'; readonly policy: number; readonly device: string }
  /** A turn begins, with what the model is given for it. */
  | {
      readonly type: 'turn'
      readonly policy: number
      readonly kind: ReplayedTurn['kind']
      readonly promptText: string
    }
  /** What was written since the last one. */
  | { readonly type: 'text'; readonly policy: number; readonly text: string }
  | { readonly type: 'graded'; readonly policy: number; readonly turn: ReplayedTurn }

/** To every page: the one that asked knows its replay's id. */
export interface ReplayNews {
  readonly type: 'replay'
  readonly replayId: string
  readonly events: readonly ReplayEvent[]
}

/** A problem that a run has met. */
export interface MetProblem {
  readonly problemId: string
  readonly question: string
  readonly knownAnswer: string
  readonly subject: string | null
  readonly level: string | null
}

export const replayRoutes = {
  /**
   * Attempt, verdict and revision of one problem; told token by token as `replay` events, and whole in the
   * end.
   */
  'replay.run': {
    input: z.strictObject({
      /** Chosen by the page: it names the events. */
      replayId: z.string().min(1).max(100),
      policies: z.array(replayedPolicy).min(1).max(2),
      question: z.string().trim().min(1).max(longestQuestion),
      /** Null: nothing is graded but the verdict's form. */
      knownAnswer: z.string().trim().min(1).max(longestAnswer).nullable(),
      sampling: replaySampling,
      /** A revision whatever the verdict says. */
      alwaysRevise: z.boolean().default(false),
    }),
    /** The turns of each policy. */
    output: output<readonly (readonly ReplayedTurn[])[]>(),
  },
  /** Problems of a run's rollouts, in the order in which they came. */
  'problems.list': {
    input: z.strictObject({
      runId,
      /** A part of the question, the answer or the id; '' = all. */
      search: z.string().max(200).default(''),
      problemId: z.string().max(200).nullable().default(null),
      limit: z.int().min(1).max(200).default(50),
    }),
    output: output<{ readonly total: number; readonly problems: readonly MetProblem[] }>(),
  },
} as const
