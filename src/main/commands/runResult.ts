import { z } from 'zod'
import type { Evaluation, Run } from '../../shared/runs/records.ts'
import type { PairedTest } from '../../shared/runs/evaluation/pairedTest.ts'
import type { ExitCode } from './exitCode.ts'

/** A share with its 95 % Wilson interval; nulls where nothing was counted. */
export const ProportionOutput = z.object({
  successes: z.number(),
  trials: z.number(),
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
})

/** The document of `estimate`, `train` and `resume`. */
export const RunOutput = z.object({
  runId: z.string(),
  status: z.string(),
  stage: z.string(),
  vStarId: z.string().nullable(),
  vStarSha256: z
    .string()
    .nullable()
    .describe('of the inputs and the counts by problem; equal where two estimates are, null until complete'),
  step: z.number(),
  stepsDone: z.number(),
  totalSteps: z.number(),
  activeMs: z.number(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  evaluations: z.array(
    z.object({
      step: z.number(),
      split: z.string(),
      problems: z.number(),
      proportions: z.record(z.string(), ProportionOutput),
    }),
  ),
  testDifferences: z
    .record(z.string(), z.object({ estimate: z.number(), low: z.number(), high: z.number() }))
    .describe('last test evaluation − first, paired by problem, 95 %; empty before both exist'),
})
export type RunOutput = z.infer<typeof RunOutput>

export function runOutput(
  run: Run,
  {
    evaluations,
    paired,
    vStarSha256,
  }: {
    readonly evaluations: readonly Evaluation[]
    readonly paired: PairedTest | null
    readonly vStarSha256: string | null
  },
): RunOutput {
  const { runId, status, stage, vStarId, step, stepsDone, totalSteps, activeMs, error } = run
  return {
    runId,
    status,
    stage,
    vStarId,
    vStarSha256,
    step,
    stepsDone,
    totalSteps,
    activeMs,
    error,
    evaluations: evaluations.map((evaluation) => ({
      step: evaluation.step,
      split: evaluation.split,
      problems: evaluation.problems,
      proportions: { ...evaluation.proportions },
    })),
    testDifferences: Object.fromEntries(Object.entries(paired?.differences ?? {})),
  }
}

/** Finished 0, stopped by Ctrl-C 130, anything else 1: an update that was refused pauses a run, too. */
export function runExitCode(run: Run): ExitCode {
  if (run.status === 'finished') return 0
  const isStopped = run.status === 'stopped' || run.status === 'paused'
  return isStopped && run.error === null ? 130 : 1
}
