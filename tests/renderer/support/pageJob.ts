import { setTimeout as wait } from 'node:timers/promises'
import { writeCheckpoint } from '../../../src/main/run/checkpointFolder.ts'
import type { JobEvent, JobPort, JobRequest, RunJob } from '../../../src/main/wire/jobPort.ts'
import { openNewestCheckpoint } from '../../../src/main/run/newestCheckpoint.ts'
import type { RunConfig } from '../../../src/shared/config/parseConfig.ts'
import type { Progress } from '../../../src/shared/runs/runEvent.ts'
import { wilson } from '../../../src/shared/statistics.ts'
import {
  sampleEstimate,
  sampleMetrics,
  sampleRollout,
  sampleValidation,
  type SampleRun,
} from './sampleRun.ts'

/**
 * Slow enough at first that a busy machine's browser can stop it under way, slower still from the middle on;
 * quick to the end once it was resumed.
 */
const stepMs = { fresh: 300, freshSecondHalf: 1500, resumed: 30 }
const evalEvery = 5

/**
 * The trainer of the pages' tests: reports a run that learns, step by step, and can be paused, stopped and
 * resumed.
 */
export const pageJob: RunJob = async (request, port) => {
  const config = JSON.parse(request.run.config) as RunConfig
  const { totalSteps, runId } = request.run
  const run: SampleRun = { seed: config.seed, steps: totalSteps, problemsPerStep: config.problemsPerStep }
  port.emit({ type: 'device', device: 'cpu (2 threads)' })
  const newest = await openNewestCheckpoint(request.dataDir, request.checkpoints)
  let step = newest === null ? 0 : (newest.checkpoint.state as { step: number }).step
  const isStage1 = request.run.stage === 'estimate-v-star'
  if ((isStage1 || step === 0) && request.vStar?.artifact.complete !== true) {
    const end = await estimate(request, config.vStar.samples, port)
    if (end === 'stopped' || isStage1) return end
  }
  while (step < totalSteps) {
    await wait(
      newest !== null ? stepMs.resumed : step < totalSteps / 2 ? stepMs.fresh : stepMs.freshSecondHalf,
    )
    if (port.stopNow.aborted) return 'stopped'
    reportStep(run, step, port)
    step++
    if (step % evalEvery === 0) evaluate(runId, run, { step, port })
    const isStopping = (await port.betweenSteps()) === 'stop'
    if (isStopping || step === totalSteps) await save(request, step, port)
    if (isStopping && step < totalSteps) return 'stopped'
  }
  return 'finished'
}

/** Problems of stage 1, in chunks of 50. */
export const estimatedProblems = 200

/** A chunk takes longer with more samples a problem: 100 ms with the four of the preset. */
async function estimate(
  { run, vStar }: JobRequest,
  samples: number,
  port: JobPort,
): Promise<'finished' | 'stopped'> {
  const { runId } = run
  const artifact = {
    vStarId: `v-${runId}`,
    runId,
    createdAtMs: 1,
    inputHash: runId,
    inputs: {},
    problems: estimatedProblems,
  }
  port.emit({ type: 'vStarArtifact', artifact: { ...artifact, complete: false } })
  for (let done = vStar?.estimates.length ?? 0; done < estimatedProblems; done += 50) {
    port.emit({ type: 'progress', progress: samplingAttempts(done) })
    await wait(25 * samples)
    if (port.stopNow.aborted) return 'stopped'
    const estimates = Array.from({ length: 50 }, (_, index) => sampleEstimate(1, done + index))
    port.emit({ type: 'vStar', estimates })
    if (run.stage === 'estimate-v-star') port.emit(estimated(done + 50, port))
    if ((await port.betweenSteps()) === 'stop') return 'stopped'
  }
  port.emit({ type: 'vStarArtifact', artifact: { ...artifact, complete: true } })
  await port.flush()
  return 'finished'
}

/** At the end of a chunk's part: its own count is full. */
function samplingAttempts(done: number): Progress {
  return {
    activity: 'sampling attempts',
    done: 512,
    total: 512,
    unit: 'completions',
    ratePerSecond: 41.2,
    secondsLeft: 0,
    stage: {
      name: 'estimate-v-star',
      done,
      total: estimatedProblems,
      unit: 'problems',
      secondsLeft: done === 0 ? null : 74,
    },
  }
}

function estimated(problems: number, port: JobPort): JobEvent {
  const place = {
    step: problems,
    stepsDone: problems,
    timeMs: port.activeMs(),
    tokens: 31 * problems,
    problems,
  }
  return { type: 'metrics', ...place, values: { 'vStar/mean': 0.5 } }
}

function reportStep(run: SampleRun, step: number, port: JobPort): void {
  const left = (run.steps - step) * (stepMs.fresh / 1000)
  port.emit({
    type: 'progress',
    progress: {
      activity: 'rolling out',
      done: 96,
      total: run.problemsPerStep,
      unit: 'problems',
      ratePerSecond: 71.4,
      secondsLeft: left,
    },
  })
  port.emit({ type: 'rollouts', rollouts: [0, 1, 2, 3].map((index) => sampleRollout(run.seed, step, index)) })
  const metrics = sampleMetrics(run, step)
  const validation = step % evalEvery === 0 ? sampleValidation(run, step) : {}
  port.emit({ ...metrics, timeMs: port.activeMs(), values: { ...metrics.values, ...validation } })
}

function evaluate(runId: string, run: SampleRun, { step, port }: { step: number; port: JobPort }): void {
  const shares = sampleValidation(run, step)
  const rollouts = [0, 1].map((index) => sampleRollout(run.seed + 1, step, index))
  port.emit({ type: 'rollouts', rollouts: rollouts.map((each) => ({ ...each, split: 'validation' })) })
  // the last evaluation is a step of its own: no training step has its number
  const { tokens, problems } = sampleMetrics(run, step - 1)
  const point = {
    type: 'metrics',
    step,
    stepsDone: step,
    timeMs: port.activeMs(),
    tokens,
    problems,
    values: shares,
  } as const
  if (step === run.steps) port.emit(point)
  const final = wilson(Math.round(256 * (shares['validation/accuracy/final'] ?? 0)), 256)
  port.emit({
    type: 'evaluation',
    evaluation: {
      evaluationId: `${runId}-${step}`,
      runId,
      step,
      split: 'validation',
      samples: 1,
      problems: 256,
      proportions: { 'accuracy/final': final },
      createdAtMs: 1_790_000_000_000,
    },
  })
}

async function save(request: JobRequest, step: number, port: JobPort): Promise<void> {
  const { runId } = request.run
  const place = { dataDir: request.dataDir, runId, step }
  const written = await writeCheckpoint(place, {
    blobs: { 'weights.bin': new Uint8Array(64) },
    state: { step },
  })
  await port.checkpoint({
    checkpointId: `${runId}-c${step}`,
    runId,
    step,
    ...written,
    validation: null,
    createdAtMs: 1_790_000_000_000,
  })
}
