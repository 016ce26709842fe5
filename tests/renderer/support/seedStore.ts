import { alarmEvents } from '../../../src/core/train/alarms/alarmEvents.ts'
import { alarmSigns } from '../../../src/core/train/alarms/alarms.ts'
import { countOutcomes } from '../../../src/core/train/evaluation/outcomeCounts.ts'
import { openBatchWriter } from '../../../src/main/store/batchStore.ts'
import { openForWriting, type Database } from '../../../src/main/store/database.ts'
import { changeStatus, insertRun } from '../../../src/main/store/runs/runStore.ts'
import { hashConfig } from '../../../src/main/owner/startRuns.ts'
import { mergeConfigs, type ConfigLayer } from '../../../src/shared/config/layers.ts'
import { presetConfig } from '../../../src/shared/config/presets.ts'
import type { RunEvent } from '../../../src/shared/runs/runEvent.ts'
import type { RunStatus } from '../../../src/shared/runs/records.ts'
import { wilson } from '../../../src/shared/statistics.ts'
import {
  sampleEstimate,
  sampleMetrics,
  sampleRollout,
  sampleSamples,
  sampleValidation,
  type SampleRun,
} from './sampleRun.ts'

/** A fixed day, so that tests are the same every time. */
export const seedTimeMs = Date.UTC(2026, 10, 20, 9, 30)

export interface SeedRun {
  readonly runId: string
  readonly name: string
  readonly steps: number
  readonly doneSteps: number
  readonly status: Exclude<RunStatus, 'queued' | 'paused'>
  readonly tags?: readonly string[]
  readonly notes?: string
  readonly group?: string | null
  readonly layer?: ConfigLayer
  readonly warnings?: boolean
}

/** Written out: the preset may change. */
const seedConfig: ConfigLayer = {
  seed: 0,
  problemsPerStep: 192,
  revisionBonus: 1,
  optimizer: { learningRate: 5e-5 },
}

export const evilName = '<img src=x onerror=alert(1)>'

/** The runs of the pages' tests. */
export const seedRuns: readonly SeedRun[] = [
  {
    runId: 'r-first',
    name: 'balanced, learning rate 5e-5',
    steps: 40,
    doneSteps: 40,
    status: 'finished',
    tags: ['baseline'],
    group: 'learning rate',
  },
  {
    runId: 'r-second',
    name: 'balanced, learning rate 1e-4',
    steps: 40,
    doneSteps: 40,
    status: 'finished',
    group: 'learning rate',
    layer: { seed: 1, optimizer: { learningRate: 1e-4 } },
    warnings: true,
    notes: 'Twice the step: the verdict drifts towards “correct” after step 25.',
  },
  {
    runId: 'r-stopped',
    name: 'revision bonus 2',
    steps: 60,
    doneSteps: 23,
    status: 'stopped',
    tags: ['bonus'],
    layer: { seed: 2, revisionBonus: 2, steps: 60 },
  },
  {
    runId: 'r-killed',
    name: 'revision bonus 0.5',
    steps: 60,
    doneSteps: 31,
    status: 'running',
    tags: ['bonus'],
    layer: { seed: 3, revisionBonus: 0.5, steps: 60 },
  },
  {
    runId: 'r-failed',
    name: 'too large for this memory',
    steps: 40,
    doneSteps: 3,
    status: 'failed',
    layer: { seed: 4, problemsPerStep: 4096 },
  },
  {
    runId: 'r-evil',
    name: evilName,
    steps: 40,
    doneSteps: 12,
    status: 'stopped',
    tags: ['<b>tag</b>'],
    layer: { seed: 5 },
  },
]

export function seedStore(dataDir: string, runs: readonly SeedRun[] = seedRuns): void {
  const db = openForWriting(dataDir)
  try {
    runs.forEach((run, index) => addRun(db, run, seedTimeMs + index * 3_600_000))
  } finally {
    db.close()
  }
}

function addRun(db: Database, seed: SeedRun, nowMs: number): void {
  const config = presetConfig('builtin', mergeConfigs(seedConfig, { steps: seed.steps }, seed.layer ?? {}))
  const { runId, name, tags = [], notes = '', group = null, steps: totalSteps } = seed
  insertRun(
    db,
    {
      runId,
      name,
      tags,
      notes,
      group,
      totalSteps,
      stage: 'self-correction',
      vStarId: null,
      config: JSON.stringify(config),
      configHash: hashConfig(config),
    },
    nowMs,
  )
  changeStatus(db, runId, { status: 'running', nowMs })
  const run = { seed: config.seed, steps: totalSteps, problemsPerStep: config.problemsPerStep }
  const writer = openBatchWriter(db, runId, 'must-equal')
  seedEvents(seed, run).forEach((events, index) => {
    writer.store({ runId, sequence: index + 1, events }, nowMs + index * 2600)
  })
  if (seed.status === 'running') return // the owner finds its process gone: interrupted
  const error =
    seed.status === 'failed'
      ? ({
          code: 'trainer.out-of-memory',
          message: 'The update needs 9.1 GiB and 6.2 GiB are free. Lower problemsPerStep or microBatch.',
        } as const)
      : null
  changeStatus(db, runId, { status: seed.status, nowMs: nowMs + 200_000, error })
}

/** One batch: stage 1; then one for each step. */
function seedEvents(seed: SeedRun, run: SampleRun): RunEvent[][] {
  const { runId, doneSteps } = seed
  const artifact = {
    vStarId: `v-${runId}`,
    runId,
    createdAtMs: seedTimeMs,
    inputHash: `h-${runId}`,
    inputs: {},
    problems: 400,
  }
  const estimates = Array.from({ length: 400 }, (_, index) => sampleEstimate(run.seed, index))
  const batches: RunEvent[][] = [
    [
      { type: 'device', device: 'cpu (2 threads)' },
      {
        type: 'log',
        level: 'info',
        code: 'device',
        message: 'training on cpu (2 threads): no NVIDIA card was found',
        remedy: null,
      },
      { type: 'vStarArtifact', artifact: { ...artifact, complete: false } },
      { type: 'vStar', estimates, samples: estimates.slice(0, 300).map(sampleSamples) },
      { type: 'vStarArtifact', artifact: { ...artifact, complete: true } },
      evaluationEvent(seed, run, 0, 'test'),
    ],
  ]
  for (let step = 0; step < doneSteps; step++) batches.push(stepEvents(seed, run, step))
  if (seed.status === 'finished') batches.push([evaluationEvent(seed, run, doneSteps, 'test')])
  return batches
}

function stepEvents(seed: SeedRun, run: SampleRun, step: number): RunEvent[] {
  const { runId } = seed
  const metrics = sampleMetrics(run, step)
  const isEvaluated = step % 10 === 0
  const events: RunEvent[] = [
    { ...metrics, values: { ...metrics.values, ...(isEvaluated ? sampleValidation(run, step) : {}) } },
    {
      type: 'rollouts',
      rollouts: Array.from({ length: 12 }, (_, index) => sampleRollout(run.seed, step, index)),
    },
  ]
  if (isEvaluated) events.push(evaluationEvent(seed, run, step, 'validation'))
  if (step % 20 === 19) {
    const place = {
      checkpointId: `${runId}-c${step + 1}`,
      runId,
      step: step + 1,
      folder: `checkpoints/${runId}/${step + 1}`,
    }
    const checkpoint = {
      ...place,
      bytes: 13_214_976,
      sha256: 'a3f1'.repeat(16),
      validation: 0.61,
      createdAtMs: seedTimeMs,
    }
    events.push({ type: 'checkpoint', checkpoint })
  }
  if (seed.warnings === true && step === 25) events.push(alarmOf(seed, step))
  return events
}

/** As the program itself raises it: 3 of 73 wrong attempts called wrong. */
function alarmOf(seed: SeedRun, step: number): RunEvent {
  const config = presetConfig('builtin', mergeConfigs(seedConfig, seed.layer ?? {}))
  const counts = { ...countOutcomes([]), verdicts: 173, verdictsOnCorrect: 100, verdictsOnWrong: 73 }
  const half = {
    'verdict/correct': 0.5,
    'verdict/wrong': 0.5,
    'revision/correct': 0.5,
    'revision/wrong': 0.5,
  }
  const signs = alarmSigns(
    {
      values: {},
      counts: { ...counts, truePositives: 97, trueNegatives: 3 },
      firstLengths: null,
      firstAttempts: { correct: 0, count: 0 },
      recentTurns: [],
      referenceShares: half,
    },
    config,
  )
  const [event] = alarmEvents({ signs, active: {}, step }, config).events
  if (event === undefined) throw new Error('seedStore: this step raises no alarm')
  return event
}

function evaluationEvent(
  seed: SeedRun,
  run: SampleRun,
  step: number,
  split: 'validation' | 'test',
): RunEvent {
  const trials = split === 'test' ? 1000 : 256
  const { values } = sampleMetrics({ ...run, seed: run.seed + 7 }, step)
  const names = ['accuracy/attempt', 'accuracy/final', 'verifier/accuracy', 'revision/rate'] as const
  const proportions = Object.fromEntries(
    names.map((name) => [name, wilson(Math.round(trials * (values[name] ?? 0)), trials)]),
  )
  return {
    type: 'evaluation',
    evaluation: {
      evaluationId: `${seed.runId}-${split}-${step}`,
      runId: seed.runId,
      step,
      split,
      samples: 1,
      problems: trials,
      proportions,
      createdAtMs: seedTimeMs + step * 2600,
    },
  }
}
