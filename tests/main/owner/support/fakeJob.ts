import { appendFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { writeCheckpoint } from '../../../../src/main/run/checkpointFolder.ts'
import { shardRange } from '../../../../src/core/train/vStar/vStarShards.ts'
import type { JobEvent, JobPort, JobRequest, RunJob } from '../../../../src/main/wire/jobPort.ts'
import { openNewestCheckpoint } from '../../../../src/main/run/newestCheckpoint.ts'
import type { VStarEstimate } from '../../../../src/shared/runs/records.ts'
import type { KeptSamples } from '../../../../src/shared/runs/vStarSamples.ts'
import { rollout } from '../../store/storeFixtures.ts'

/** The fake job's config: deterministic by its seed, quick, and able to misbehave. */
export interface FakeConfig {
  readonly seed: number
  readonly stepMs: number
  readonly checkpointEvery: number
  readonly evalEvery: number
  /** What was emitted and when, a line each: `session`, `step s ms`. */
  readonly journal: string | null
  /** At which step it does what. */
  readonly misbehaves: { readonly step: number; readonly how: Misbehaviour } | null
}
export type Misbehaviour =
  'throw' | 'throw-memory' | 'abort' | 'heap' | 'exit' | 'block' | 'nan' | 'ignore-stop'

export const fakeConfig: FakeConfig = {
  seed: 1,
  stepMs: 2,
  checkpointEvery: 10,
  evalEvery: 25,
  journal: null,
  misbehaves: null,
}

interface FakeState {
  readonly step: number
  readonly random: number
}

const weightCount = 20_000

/** A linear congruential generator, so that every number of a run follows from the one before. */
export function nextRandom(random: number): number {
  return (Math.imul(random, 1664525) + 1013904223) >>> 0
}

export const fakeRunJob: RunJob = async (request, port) => {
  const config = JSON.parse(request.run.config) as FakeConfig
  note(config, 'session')
  port.emit({ type: 'device', device: 'none' })
  return request.run.stage === 'estimate-v-star'
    ? estimate(config, request, port)
    : train(config, request, port)
}

function note(config: FakeConfig, line: string): void {
  if (config.journal !== null) appendFileSync(config.journal, `${line} ${Date.now()}\n`)
}

async function train(
  config: FakeConfig,
  request: JobRequest,
  port: JobPort,
): Promise<'finished' | 'stopped'> {
  const { weights, ...start } = await load(config, request, port)
  let { step, random } = start
  while (step < request.run.totalSteps) {
    port.emit({
      type: 'rollouts',
      rollouts: [rollout(step, `p${random % 7}`), rollout(step, `p${random % 5}`)],
    })
    await wait(config.stepMs)
    if (port.stopNow.aborted && config.misbehaves?.how !== 'ignore-stop') return 'stopped'
    if (config.misbehaves?.step === step) await misbehave(config.misbehaves.how, { config, port, step })
    random = nextRandom(random)
    weights[random % weightCount] = random / 3
    port.emit({
      type: 'metrics',
      step,
      stepsDone: step + 1,
      timeMs: port.activeMs(),
      tokens: (step + 1) * 10,
      problems: (step + 1) * 2,
      values: { 'loss/policy': random / 2 ** 32, 'time/update': port.activeMs() },
    })
    if (random % 29 === 0) port.emit(alarmAt(step))
    note(config, `step ${step}`)
    step++
    if (step % config.evalEvery === 0) evaluate(request.run.runId, step, { random, port })
    const isStopping = (await port.betweenSteps()) === 'stop'
    if (isStopping || step % config.checkpointEvery === 0 || step === request.run.totalSteps) {
      await save(request, port, { state: { step, random }, weights })
    }
    if (isStopping && step < request.run.totalSteps) return 'stopped'
  }
  return 'finished'
}

function alarmAt(step: number): JobEvent {
  const said = { code: 'alarm.fake', message: `at step ${step}`, remedy: null } as const
  return { type: 'log', level: 'warning', ...said, key: `alarm.fake@${step}`, step }
}

function evaluate(runId: string, step: number, { random, port }: { random: number; port: JobPort }): void {
  const proportion = {
    successes: random % 100,
    trials: 100,
    value: (random % 100) / 100,
    low: null,
    high: null,
  }
  port.emit({
    type: 'evaluation',
    evaluation: {
      evaluationId: `${runId}-${step}`,
      runId,
      step,
      split: 'validation',
      samples: 1,
      problems: 100,
      proportions: { 'accuracy/final': proportion },
      createdAtMs: Date.now(),
    },
  })
}

async function load(
  config: FakeConfig,
  request: JobRequest,
  port: JobPort,
): Promise<FakeState & { weights: Float64Array }> {
  const newest = await openNewestCheckpoint(request.dataDir, request.checkpoints)
  if (newest === null) return { step: 0, random: config.seed, weights: new Float64Array(weightCount) }
  for (const message of newest.damaged) {
    port.emit({
      type: 'log',
      level: 'warning',
      code: 'checkpoint.damaged',
      message,
      remedy: 'The one before is used.',
    })
  }
  const bytes = await readFile(newest.checkpoint.blobPath('weights.bin'))
  return {
    ...(newest.checkpoint.state as FakeState),
    weights: new Float64Array(new Uint8Array(bytes).buffer),
  }
}

async function save(
  request: JobRequest,
  port: JobPort,
  { state, weights }: { state: FakeState; weights: Float64Array },
): Promise<void> {
  const { runId } = request.run
  const place = { dataDir: request.dataDir, runId, step: state.step }
  const written = await writeCheckpoint(place, {
    blobs: { 'weights.bin': new Uint8Array(weights.buffer) },
    state,
  })
  await port.checkpoint({
    checkpointId: `${runId}-c${state.step}`,
    runId,
    step: state.step,
    ...written,
    validation: null,
    createdAtMs: Date.now(),
  })
}

async function misbehave(
  how: Misbehaviour,
  { config, port, step }: { readonly config: FakeConfig; readonly port: JobPort; readonly step: number },
): Promise<void> {
  switch (how) {
    case 'throw':
      throw new Error('the fake job was told to fail')
    case 'throw-memory':
      throw new Error('OOM when allocating tensor with shape[64,512]')
    case 'abort':
      return process.abort()
    case 'exit':
      return process.exit(7)
    case 'heap': {
      const hoard: unknown[] = []
      for (;;) hoard.push(new Array(100_000).fill(hoard.length))
    }
    case 'block':
      await port.flush()
      note(config, 'blocks')
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000)
      return
    case 'nan':
      return port.emit({
        type: 'metrics',
        step,
        stepsDone: step + 1,
        timeMs: 1,
        tokens: 1,
        problems: 1,
        values: { 'policy/klK3': Number.NaN, 'reward/attempt': 0.5 },
      })
    case 'ignore-stop':
      return
  }
}

/**
 * Stage 1: `totalSteps` problems, resumable at any of them. A shard tells of each problem twice, and of the
 * whole nothing.
 */
async function estimate(
  config: FakeConfig,
  request: JobRequest,
  port: JobPort,
): Promise<'finished' | 'stopped'> {
  const { runId, totalSteps } = request.run
  const artifact = {
    vStarId: `v-${runId}`,
    runId,
    createdAtMs: 1,
    inputHash: 'h',
    inputs: { seed: String(config.seed) },
    problems: totalSteps,
  }
  port.emit({ type: 'vStarArtifact', artifact: { ...artifact, complete: false } })
  const done = new Set(request.vStar?.estimates.map(({ problemId }) => problemId))
  const { shard } = request
  const { first, end } = shardRange(totalSteps, shard ?? { number: 1, of: 1 }, 1)
  for (let index = first; index < end; index++) {
    if (done.has(`p${index}`)) continue
    await wait(config.stepMs)
    const how = config.misbehaves?.step === index ? config.misbehaves.how : null
    if (how === 'abort') process.abort()
    const estimates = [estimateOf(index, config.seed)]
    const event = { type: 'vStar', estimates, places: [index], samples: [samplesOf(index)] } as const
    port.emit(event)
    if (shard !== undefined) port.emit(event)
    if ((await port.betweenSteps()) === 'stop') return 'stopped'
    if (how !== null) await port.flush()
    if (how !== null) await misbehave(how, { config, port, step: index })
  }
  if (shard !== undefined) return 'finished'
  port.emit({ type: 'vStarArtifact', artifact: { ...artifact, complete: true } })
  return 'finished'
}

/** What was written for a problem: each has a text of its own. */
function samplesOf(index: number): KeptSamples {
  const text = (words: string) => ({ text: `${words} ${index} ∂\n`, cut: 0 })
  const turn = {
    ...text('attempt'),
    kind: 'attempt',
    answer: `${index}`,
    isCorrect: true,
    finishReason: 'stop',
  } as const
  return {
    problemId: `p${index}`,
    question: text('question'),
    knownAnswer: text('answer'),
    drawn: 8,
    samples: [{ verdict: index % 2 === 0 ? 'correct' : null, turns: [turn] }],
  }
}

export function estimateOf(index: number, seed: number): VStarEstimate {
  const correct = nextRandom(seed + index) % 9
  return {
    problemId: `p${index}`,
    canonical: `c${index}`,
    samples: 8,
    correctAttempts: correct,
    verdictsAfterCorrect: correct,
    correctVerdictsAfterCorrect: 0,
    verdictsAfterWrong: 8 - correct,
    correctVerdictsAfterWrong: 0,
    revisionsAfterCorrect: 0,
    correctRevisionsAfterCorrect: 0,
    revisionsAfterWrong: 0,
    correctRevisionsAfterWrong: 0,
    revisionsAfterRejectedCorrect: 0,
    correctRevisionsAfterRejectedCorrect: 0,
    revisionsAfterRejectedWrong: 0,
    correctRevisionsAfterRejectedWrong: 0,
    tokens: 100,
  }
}
