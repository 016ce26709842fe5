import { z } from 'zod'
import { AskedPlace } from '../runs/remotePlace.ts'
import type { Evaluation } from '../runs/records.ts'
import type { Progress } from '../runs/runEvent.ts'
import type { PairedTest } from '../runs/evaluation/pairedTest.ts'
import type { VoteCurve } from '../runs/evaluation/voteCurve.ts'
import type { Interval } from '../statistics.ts'
import { output, runId } from './parts.ts'

/** What is evaluated. */
export interface NamedEvaluation {
  readonly runId: string
  readonly step: number
  /** null = an evaluation as training makes it; else the vote curve of so many samples a problem. */
  readonly samples: number | null
}

/** An evaluation that somebody asked for, beside those that training makes. */
export interface AskedEvaluation extends NamedEvaluation {
  /** `Ray at http://head:8265`; null = this machine. */
  readonly engine: string | null
  /** As the cluster says it, until the first completions are there. */
  readonly waitsFor: string | null
  /** Null until the first completions are there. */
  readonly progress: Progress | null
}

export interface EvaluationsState {
  /** At most one of this machine, in the order in which they were asked for. */
  readonly underWay: readonly AskedEvaluation[]
  /** Of the last one that gave no result, until another is begun. */
  readonly problem: { readonly runId: string; readonly step: number; readonly message: string } | null
}

/** To every page: something in `evaluations.underWay` is another. */
export interface EvaluationNews {
  readonly type: 'evaluating'
}

export interface ComparedShare {
  readonly name: string
  readonly first: number
  readonly second: number
  /** second − first over the same problems, paired 95 % interval. */
  readonly difference: Interval
  /** p of McNemar's exact test, two-sided; null where a problem has several samples. */
  readonly mcNemarP: number | null
}

/** Two evaluations of one run and split, problem by problem; both drew with the same seeds. */
export interface ComparedSteps {
  /** In both. */
  readonly problems: number
  readonly shares: readonly ComparedShare[]
}

const step = z.int().min(0)
/** A number measures the vote curve instead: accuracy against tokens with up to so many samples a problem. */
const samples = z.int().min(2).max(64).nullable().default(null)

export const evaluationRoutes = {
  'evaluations.list': { input: z.strictObject({ runId }), output: output<readonly Evaluation[]>() },
  /**
   * The policy of a checkpoint (step 0: the model that the run began from) on the test split, as training
   * evaluates it.
   */
  'evaluations.start': {
    input: z.strictObject({
      runId,
      step,
      samples,
      /** Where; null = this machine. */
      place: AskedPlace.nullable().default(null),
    }),
    output: output<null>(),
  },
  /** By step. */
  'evaluations.votes': { input: z.strictObject({ runId }), output: output<readonly VoteCurve[]>() },
  'evaluations.cancel': { input: z.strictObject({ runId, step, samples }), output: output<null>() },
  'evaluations.underWay': { input: z.strictObject({}), output: output<EvaluationsState>() },
  /**
   * The first evaluation on the test split against the last; null with fewer than two, or without all their
   * rollouts. Normal intervals: `evaluations.compare` resamples.
   */
  'evaluations.learned': { input: z.strictObject({ runId }), output: output<PairedTest | null>() },
  'evaluations.compare': {
    input: z.strictObject({ runId, split: z.enum(['validation', 'test']), first: step, second: step }),
    output: output<ComparedSteps>(),
  },
} as const
