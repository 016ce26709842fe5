import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { childEnvironment } from '../../../../src/main/host/tensorflow/childEnvironment.ts'
import type { Owner } from '../../../../src/main/owner/owner.ts'
import type { TrainerProgram } from '../../../../src/main/owner/processes/trainingProcess.ts'
import { trainerBlobName } from '../../../../src/main/trainer/trainerStateFile.ts'
import { readCheckpoints } from '../../../../src/main/store/checkpointStore.ts'
import type { Database } from '../../../../src/main/store/database.ts'
import { readEvaluations } from '../../../../src/main/store/evaluationStore.ts'
import { readLog } from '../../../../src/main/store/eventLog.ts'
import { listSeries, readSeries } from '../../../../src/main/store/metrics/metricQuery.ts'
import { isMeasured } from '../../../../src/main/store/metrics/metricStore.ts'
import { readRun } from '../../../../src/main/store/runs/runStore.ts'
import { readVStarEstimates } from '../../../../src/main/store/vStarStore.ts'
import { presetConfig } from '../../../../src/shared/config/presets.ts'
import type { ConfigLayer } from '../../../../src/shared/config/layers.ts'
import type { Run, Stage } from '../../../../src/shared/runs/records.ts'
import { fileSuite } from '../../fileSuite.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'
import { bareEnvironment, testOwner } from '../support/ownerFixtures.ts'
import { linesOf } from '../support/speakingOwner.ts'

export const realProgram: TrainerProgram = {
  nodePath: process.execPath,
  workerPath: fileURLToPath(new URL('../../../../src/main/worker.ts', import.meta.url)),
  // a card would not give the same bytes twice
  environment: { ...childEnvironment(), CUDA_VISIBLE_DEVICES: '-1' },
}

/**
 * A program whose trainers hand their runs on to one process, which loads TensorFlow once for all of them. For tests of what
 * a run does; where a process is killed, or its own settings count, {@link realProgram} is the one.
 */
export async function lastingProgram(t: Pick<TestContext, 'after'>): Promise<TrainerProgram> {
  const socket = join(temporaryFolder(t), 'trainers')
  const file = fileURLToPath(new URL('../support/lastingTrainer.ts', import.meta.url))
  const child = spawn(process.execPath, [file, socket], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: realProgram.environment,
  })
  t.after(() => void child.kill('SIGKILL'))
  await linesOf(child.stdout)('ready')
  return {
    ...realProgram,
    workerPath: fileURLToPath(new URL('../support/relayWorker.ts', import.meta.url)),
    environment: { ...bareEnvironment, RECHECK_TEST_LASTING: socket },
  }
}

/** One such process for all tests of a file: begun before the first, ended after the last. */
export function lastingTrainers(): { readonly program: TrainerProgram } {
  const suite = fileSuite()
  let program: TrainerProgram | null = null
  before(async () => {
    program = await lastingProgram(suite)
  })
  return {
    get program() {
      return program ?? assert.fail('asked for before the first test has begun')
    },
  }
}

export function realOwner(
  t: Pick<TestContext, 'after'>,
  dataDir: string,
  program: TrainerProgram = realProgram,
): Promise<Owner> {
  return testOwner(t, dataDir, { program, stopNowWithinMs: 30_000 })
}

/** A model of one layer, which a trainer opens in half the time of the built-in one. */
export const littleModelFolder = fileURLToPath(new URL('../../../fixtures/littleModel', import.meta.url))

/** Both stages on the little model: six steps, an evaluation and a checkpoint every two. */
export const tinyConfig: ConfigLayer = {
  model: { path: littleModelFolder },
  steps: 6,
  problemsPerStep: 6,
  data: { train: 8, validation: 8, test: 6, levels: ['easy', 'starter'] },
  vStar: { samples: 16 },
  evalEvery: 2,
  checkpointEvery: 2,
  optimizer: { learningRate: 3e-4 },
  // steps of six rollouts say little: thresholds that some of them pass
  alarms: { klAbove: 1e-6, entropyBelow: 10, lengthGrowthAbove: 1.01 },
}

export interface RealRun {
  readonly stage?: Stage
  readonly totalSteps?: number
  readonly vStarId?: string
}

export function realRun(owner: Owner, config: ConfigLayer = {}, fields: RealRun = {}): Run {
  const resolved = presetConfig('builtin', tinyConfig, config)
  return owner.createRun({
    name: 'tiny',
    stage: fields.stage ?? 'self-correction',
    config: JSON.stringify(resolved),
    configHash: 'h',
    totalSteps: fields.totalSteps ?? resolved.steps ?? 0,
    tags: [],
    notes: '',
    group: null,
    vStarId: fields.vStarId ?? null,
  })
}

export async function runToEnd(owner: Owner, run: Run): Promise<Run> {
  owner.start(run.runId)
  return owner.whenEnded(run.runId)
}

/** Everything a run has stored but times and ids: two runs of one config must have the same. */
export function factsOf(db: Database, runId: string): Readonly<Record<string, unknown>> {
  const run = readRun(db, runId)
  return {
    status: [run.status, run.error, run.step, run.tokensGenerated, run.problemsSeen],
    metrics: Object.fromEntries(
      listSeries(db, runId)
        .map(({ name }) => name)
        .filter((name) => !isMeasured(name))
        .sort()
        .map((name) => [name, pointsOf(db, runId, name)]),
    ),
    rollouts: db
      .prepare(
        `SELECT r.split, r.step, r.position AS place, p.problem_id, r.verdict, t.position, t.kind, t.prompt_text,
           t.completion_text, t.answer, t.reward, t.turn_baseline, t.advantage, t.log_ratio, t.tokens
         FROM rollout r JOIN problem p USING (problem_key) JOIN turn t USING (rollout_id) WHERE r.run_id = ?
         ORDER BY r.split, r.step, r.position, t.position`,
      )
      .all(runId),
    log: readLog(db, runId, { after: 0, limit: 999 })
      .filter(({ code }) => /^(alarm|vstar|data|metric)\./.test(code))
      .map(({ level, code, message, remedy }) => ({ level, code, message, remedy })),
    evaluations: readEvaluations(db, runId).map(({ step, split, samples, problems, proportions }) => ({
      step,
      split,
      samples,
      problems,
      proportions,
    })),
    estimates: readVStarEstimates(db, run.vStarId ?? ''),
  }
}

function pointsOf(db: Database, runId: string, name: string): unknown {
  const { step, tokens, problems, value } = readSeries(db, runId, name)
  return { step: [...step], tokens: [...tokens], problems: [...problems], value: [...value] }
}

/** SHA-256 of parameters and moments in the newest checkpoint, and its step. */
export function finalWeights(db: Database, dataDir: string, runId: string): readonly [number, string] {
  const newest = readCheckpoints(db, runId)[0]
  if (newest === undefined) return [-1, 'none']
  const bytes = readFileSync(join(dataDir, newest.folder, trainerBlobName))
  return [newest.step, createHash('sha256').update(bytes).digest('hex')]
}
