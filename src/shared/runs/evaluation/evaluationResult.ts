import { z } from 'zod'

/**
 * One rollout of one problem in an evaluation: what two evaluations are compared by, and what votes are taken
 * from.
 */
const sampleSchema = z.strictObject({
  attemptAnswer: z.string().nullable().describe('null: none found, or truncated'),
  attemptCorrect: z.boolean(),
  verdict: z.enum(['correct', 'wrong', 'unparsed']).nullable().describe('null: none was asked for'),
  verdictLogProb: z
    .number()
    .nullable()
    .describe('ln probability of the word that is the verdict, as sampled'),
  isRevised: z.boolean(),
  finalAnswer: z.string().nullable().describe('of the revision, else of the attempt'),
  finalCorrect: z.boolean(),
  attemptTokens: z.int().min(0).describe('generated, end token included'),
  verdictTokens: z.int().min(0),
  revisionTokens: z.int().min(0),
})
export type EvaluatedSample = z.infer<typeof sampleSchema>

export const evaluatedProblemSchema = z.strictObject({
  problemId: z.string(),
  subject: z.string().nullable(),
  level: z.string().nullable(),
  samples: z.array(sampleSchema).min(1),
})
export type EvaluatedProblem = z.infer<typeof evaluatedProblemSchema>

/**
 * What `recheck compare-evals` needs of the document that `recheck eval --json` prints; other fields may
 * stand beside it.
 */
export const evaluationDocumentSchema = z.object({ problems: z.array(evaluatedProblemSchema).min(1) })
