import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { recordsName, requestName } from '../../../../src/main/wire/attemptFolder.ts'
import type { JobRequest } from '../../../../src/main/wire/jobPort.ts'
import type { RunConfig } from '../../../../src/shared/config/parseConfig.ts'
import type { Evaluation } from '../../../../src/shared/runs/records.ts'
import { recordedRay, type RecordedRay } from './recordedRay.ts'

/** Tokens that a made-up step generates. */
export const tokensPerStep = 10

/** Problems of 100 that a trial solves after its training: the rate and the seed decide, nothing else. */
export function solvedBy({ optimizer, policyBeta, seed }: RunConfig): number {
  return Math.round(50 + 40 * Math.sin(optimizer.learningRate * 1e6 + 300 * policyBeta)) + (seed % 4)
}

/**
 * A recorded Ray whose jobs do at once what a trainer would: each begins, does its steps, is evaluated, and
 * ends. Their records are written as they are handed over; no process is started.
 */
export function recordedTrials(t: Pick<TestContext, 'after'>): Promise<RecordedRay> {
  const opened = recordedRay(t, (submissionId, entrypoint) => {
    const folder = entrypoint.split(' ').at(-1) ?? ''
    const { run, config } = JSON.parse(readFileSync(join(folder, requestName), 'utf8')) as JobRequest
    writeFileSync(join(folder, recordsName), recordsOf(run, config))
    void opened.then((ray) => ray.set(submissionId, 'SUCCEEDED'))
  })
  return opened
}

function recordsOf({ runId, totalSteps }: JobRequest['run'], config: RunConfig): string {
  const steps = Array.from({ length: totalSteps }, (_, step) => ({
    type: 'metrics',
    step,
    stepsDone: step + 1,
    timeMs: 5 * (step + 1),
    tokens: tokensPerStep * (step + 1),
    problems: 2 * (step + 1),
    values: { 'loss/policy': 1 / (step + 1) },
  }))
  const evaluations = (['validation', 'test'] as const).map((split) => ({
    type: 'evaluation',
    evaluation: evaluationOf(runId, { split, step: totalSteps, successes: solvedBy(config) }),
  }))
  const messages = [
    { type: 'began', host: 'a node', processId: 1 },
    { type: 'batch', batch: { runId, sequence: 1, events: steps.concat(evaluations as never) } },
    { type: 'ended', outcome: 'finished' },
  ]
  return messages.map((message, index) => `${JSON.stringify({ number: index + 1, message })}\n`).join('')
}

function evaluationOf(
  runId: string,
  found: { readonly split: Evaluation['split']; readonly step: number; readonly successes: number },
): Evaluation {
  const { split, step, successes } = found
  const proportion = { successes, trials: 100, value: successes / 100, low: null, high: null }
  return {
    evaluationId: `${runId}-${split}-${step}`,
    runId,
    step,
    split,
    samples: 1,
    problems: 100,
    proportions: { 'accuracy/final': proportion },
    createdAtMs: 0,
  }
}
