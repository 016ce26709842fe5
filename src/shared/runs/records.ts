/** What the run store keeps, as the API and the pages see it. Times are ms since 1970; ids are text. */

/** In the order in which a run goes through them; a warm-up (stage 0) is optional. */
export const stages = ['warm-up', 'estimate-v-star', 'self-correction'] as const
export type Stage = (typeof stages)[number]

/** What stands in a run's row. `imported`: another tool has logged it, and it is only read. */
export const storedStages = [...stages, 'imported'] as const
export type StoredStage = (typeof storedStages)[number]

/**
 * `interrupted`: the process is gone and the run can be resumed. `failed`: the job reported an error.
 * The allowed changes stand in `runTransitions.ts`.
 */
export const runStatuses = [
  'queued',
  'running',
  'paused',
  'stopped',
  'interrupted',
  'failed',
  'finished',
] as const
export type RunStatus = (typeof runStatuses)[number]

/** Acc@final of the newest evaluation on the held-out test split. */
export interface TestScore {
  /** Steps done before it. */
  readonly step: number
  readonly successes: number
  /** Rollouts: problems × samples of each. */
  readonly trials: number
}

export interface Run {
  readonly runId: string
  readonly name: string
  readonly stage: StoredStage
  readonly status: RunStatus
  /** The resolved config as JSON text: every field, defaults filled in. */
  readonly config: string
  readonly configHash: string
  readonly tags: readonly string[]
  readonly notes: string
  readonly group: string | null
  readonly archived: boolean
  /** First in lists, however they are sorted. */
  readonly pinned: boolean
  /** Deleted runs stay until `recheck gc` erases them, so that a delete can be undone. */
  readonly deletedAtMs: number | null
  readonly createdAtMs: number
  readonly startedAtMs: number | null
  readonly endedAtMs: number | null
  /**
   * Process that runs it; null when none does. The start time is ms since the machine started, as the system
   * counts it: with the id it names one process, whatever happens to the clock.
   */
  readonly processId: number | null
  readonly processStartedAtMs: number | null
  readonly heartbeatAtMs: number | null
  /** Device really in use, for example `cpu (2 threads)` or the card's name. */
  readonly device: string | null
  /** Number of the last step or evaluation that was reported, from 0: no count. */
  readonly step: number
  /** Steps that are over; of stage 1, problems estimated. */
  readonly stepsDone: number
  readonly totalSteps: number
  /** Time spent running, pauses and interruptions left out. */
  readonly activeMs: number
  readonly tokensGenerated: number
  readonly problemsSeen: number
  readonly error: { readonly code: string; readonly message: string } | null
  /** Latest value of each metric, so that a run list joins no history. */
  readonly latest: Readonly<Record<string, number | null>>
  /** null = not evaluated on the test split. */
  readonly testScore: TestScore | null
  /** The V* artifact a stage-2 run uses, or the one a stage-1 run made. */
  readonly vStarId: string | null
}

export interface MetricPoint {
  readonly step: number
  /** Active time since the run began, ms. */
  readonly timeMs: number
  readonly tokens: number
  readonly problems: number
  readonly value: number
}

/** One bucket of a long series: every point kept, four of them shown. */
export interface MetricBucket {
  readonly first: MetricPoint
  readonly last: MetricPoint
  readonly min: MetricPoint
  readonly max: MetricPoint
  readonly count: number
}

export interface StoredTurn {
  readonly kind: 'attempt' | 'verdict' | 'revision'
  /** Text injected before the completion (template, problem or check prompt). */
  readonly promptText: string
  readonly completionText: string
  readonly answer: string | null
  readonly isCorrect: boolean
  readonly reward: number
  readonly turnBaseline: number | null
  readonly advantage: number | null
  /** ρ: sum over the turn's own tokens of ln π − ln π_ref. */
  readonly logRatio: number | null
  readonly tokens: number
  readonly finishReason: 'stop' | 'length'
  /** Absent where they were not kept: of each step and evaluation, the first four rollouts have them. */
  readonly perToken?: TurnTokens
}

/** Values of a completion's tokens, one a token, from the first on; 1,024 at most. */
export interface TurnTokens {
  /** Where each ends in the completion's text, in UTF-16 units; the end token has no text. */
  readonly ends: readonly number[]
  /** ln π of each under the policy that sampled it, nats. */
  readonly logProbs: readonly number[]
  /** ln π_ref of each; null where there was no reference, as in evaluations. */
  readonly referenceLogProbs: readonly number[] | null
}

export interface StoredRollout {
  readonly step: number
  readonly split: 'train' | 'validation' | 'test'
  readonly problemId: string
  readonly question: string
  readonly knownAnswer: string
  readonly subject: string | null
  readonly level: string | null
  readonly verdict: 'correct' | 'wrong' | 'unparsed' | null
  readonly turns: readonly StoredTurn[]
}

/** Stage 1's result for one problem: counts per turn kind and class of attempt. */
export interface VStarEstimate {
  readonly problemId: string
  readonly canonical: string
  readonly samples: number
  readonly correctAttempts: number
  /**
   * Reference verdicts (revisions) drawn after correct / wrong attempts, and how many of them were correct.
   */
  readonly verdictsAfterCorrect: number
  readonly correctVerdictsAfterCorrect: number
  readonly verdictsAfterWrong: number
  readonly correctVerdictsAfterWrong: number
  readonly revisionsAfterCorrect: number
  readonly correctRevisionsAfterCorrect: number
  readonly revisionsAfterWrong: number
  readonly correctRevisionsAfterWrong: number
  /**
   * Of those revisions the ones whose verdict was "wrong", the only ones that stage 2 makes where it revises
   * selectively, and how many of them were correct. null in estimates from before they were counted apart.
   */
  readonly revisionsAfterRejectedCorrect: number | null
  readonly correctRevisionsAfterRejectedCorrect: number | null
  readonly revisionsAfterRejectedWrong: number | null
  readonly correctRevisionsAfterRejectedWrong: number | null
  /**
   * Completion tokens sampled for it, end tokens included; null in estimates from before they were counted.
   */
  readonly tokens: number | null
}

/** A versioned stage-1 result. It stores counts, so another β₁ needs no new samples. */
export interface VStarArtifact {
  readonly vStarId: string
  readonly runId: string
  readonly createdAtMs: number
  /** Hash over all fields of the config marked h; a stage-2 run whose hash differs is refused. */
  readonly inputHash: string
  /** The hashed parts one by one, so that a refusal can name the part that differs. */
  readonly inputs: Readonly<Record<string, string>>
  readonly complete: boolean
  readonly problems: number
}

/** An estimate as a list shows it. */
export interface ListedVStar extends VStarArtifact {
  /** Of the run that made it, deleted or not; null once that is erased. */
  readonly runName: string | null
  /** β₁ of that run (`vStar.beta`); null once it is erased. */
  readonly beta: number | string | null
}

export interface Proportion {
  /** Successes and trials; the interval is Wilson's, 95 %. */
  readonly successes: number
  readonly trials: number
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
}

export interface Evaluation {
  readonly evaluationId: string
  readonly runId: string | null
  readonly step: number
  readonly split: 'validation' | 'test'
  readonly samples: number
  readonly problems: number
  readonly proportions: Readonly<Record<string, Proportion>>
  readonly createdAtMs: number
}

export interface CheckpointRecord {
  readonly checkpointId: string
  readonly runId: string
  readonly step: number
  /** Folder relative to the data folder. */
  readonly folder: string
  readonly bytes: number
  readonly sha256: string
  readonly validation: number | null
  readonly createdAtMs: number
}

export type EventLevel = 'info' | 'warning' | 'error'

export interface RunLogEntry {
  readonly runId: string
  readonly sequence: number
  readonly atMs: number
  readonly level: EventLevel
  readonly code: string
  readonly message: string
  /** What to do about it, in plain words; null when nothing need be done. */
  readonly remedy: string | null
  /** Of training, from 0, where a step gave rise to it. */
  readonly step: number | null
}
