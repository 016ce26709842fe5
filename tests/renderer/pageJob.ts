import { setTimeout as wait } from 'node:timers/promises'
import { writeCheckpoint } from '../../src/main/jobs/checkpointFolder.ts'
import type { JobPort, JobRequest, RunJob } from '../../src/main/jobs/jobPort.ts'
import { openNewestCheckpoint } from '../../src/main/jobs/newestCheckpoint.ts'
import type { RunConfig } from '../../src/shared/config.ts'
import { wilson } from '../../src/shared/statistics.ts'
import {
  sampleEstimate,
  sampleMetrics,
  sampleRollout,
  sampleValidation,
  type SampleRun,
} from './sampleRun.ts'

/** Slow enough at first that a busy machine's browser can stop it under way; quick to the end once it was resumed. */
const stepMs = { fresh: 300, resumed: 30 }
const evalEvery = 5

/** The trainer of the pages' tests: reports a run that learns, step by step, and can be paused, stopped and resumed. */
export const pageJob: RunJob = async (request, port) => {
  const config = JSON.parse(request.run.config) as RunConfig
  const { totalSteps, runId } = request.run
  const run: SampleRun = { seed: config.seed, steps: totalSteps, problemsPerStep: config.problemsPerStep }
  port.emit({ type: 'device', device: 'cpu (2 threads)' })
  const newest = await openNewestCheckpoint(request.dataDir, request.checkpoints)
  let step = newest === null ? 0 : (newest.checkpoint.state as { step: number }).step
  if (step === 0 && request.vStar === null) await estimate(runId, port)
  while (step < totalSteps) {
    await wait(newest === null ? stepMs.fresh : stepMs.resumed)
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

async function estimate(runId: string, port: JobPort): Promise<void> {
  const artifact = {
    vStarId: `v-${runId}`,
    runId,
    createdAtMs: 1,
    inputHash: runId,
    inputs: {},
    problems: 200,
  }
  port.emit({ type: 'vStarArtifact', artifact: { ...artifact, complete: false } })
  for (let first = 0; first < 200; first += 50) {
    await wait(100)
    const estimates = Array.from({ length: 50 }, (_, index) => sampleEstimate(1, first + index))
    port.emit({ type: 'vStar', estimates })
  }
  port.emit({ type: 'vStarArtifact', artifact: { ...artifact, complete: true } })
  await port.flush()
}

function reportStep(run: SampleRun, step: number, port: JobPort): void {
  const left = (run.steps - step) * (stepMs.fresh / 1000)
  port.emit({
    type: 'progress',
    progress: {
      ...{ activity: 'rolling out', done: 96, total: run.problemsPerStep, unit: 'problems' },
      ...{ ratePerSecond: 71.4, secondsLeft: left },
    },
  })
  port.emit({ type: 'rollouts', rollouts: [0, 1, 2, 3].map((index) => sampleRollout(run.seed, step, index)) })
  const metrics = sampleMetrics(run, step)
  const validation = step % evalEvery === 0 ? sampleValidation(run, step) : {}
  port.emit({ ...metrics, timeMs: port.activeMs(), values: { ...metrics.values, ...validation } })
}

function evaluate(runId: string, run: SampleRun, { step, port }: { step: number; port: JobPort }): void {
  const shares = sampleValidation(run, step)
  const final = wilson(Math.round(256 * (shares['validation/accuracy/final'] ?? 0)), 256)
  port.emit({
    type: 'evaluation',
    evaluation: {
      ...{ evaluationId: `${runId}-${step}`, runId, step, split: 'validation', samples: 1, problems: 256 },
      ...{ proportions: { 'accuracy/final': final }, createdAtMs: 1_790_000_000_000 },
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
    ...{ checkpointId: `${runId}-c${step}`, runId, step, ...written },
    ...{ validation: null, createdAtMs: 1_790_000_000_000 },
  })
}
