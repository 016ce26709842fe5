import { z } from 'zod'

const interval = z.strictObject({ estimate: z.number(), low: z.number(), high: z.number() })

/**
 * `majority-vote` of attempts alone: of one it is a plain attempt (pass@1). `self-correction`: votes over
 * final answers. `self-verified-best`: the attempt that the policy's own verdict is surest of.
 */
export const selectionMethods = ['majority-vote', 'self-correction', 'self-verified-best'] as const
export type SelectionMethod = (typeof selectionMethods)[number]

const curveRow = z.strictObject({
  method: z.enum(selectionMethods),
  /** Samples of a problem that it draws on. */
  n: z.int().min(1),
  /** Mean over the problems. */
  tokensPerProblem: z.number(),
  /** Of the chosen answers; problems resampled. */
  accuracy: interval,
})

/** What several samples a problem of one policy are worth for the tokens that they cost. */
export const voteCurveSchema = z.strictObject({
  /** Of the policy; 0 = the model that its run began from. */
  step: z.int().min(0),
  /** Hash of its checkpoint; null = the model folder's own weights. */
  checkpoint: z.string().nullable(),
  problems: z.int().min(1),
  samples: z.int().min(2),
  createdAtMs: z.number(),
  /** Each method with 1 to 16 samples, or as many as there are. */
  curve: z.array(curveRow).max(200),
  /** One self-correction, and the other methods with as many samples as cost just less and just more. */
  atEqualTokens: z
    .array(
      curveRow.extend({
        bound: z.enum(['equal', 'below', 'above']),
        /** Accuracy of one self-correction − this one's, paired by problem. */
        selfCorrectionAhead: interval.nullable(),
      }),
    )
    .max(20),
})
export type VoteCurve = z.output<typeof voteCurveSchema>
