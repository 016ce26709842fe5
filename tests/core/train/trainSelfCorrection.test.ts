import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trainSelfCorrection } from '../../../src/core/train/trainSelfCorrection.ts'
import type { SelfCorrectionSetup } from '../../../src/core/train/trainSelfCorrection.ts'
import type { TrainEvent } from '../../../src/core/train/trainEvent.ts'
import type { TrainState } from '../../../src/core/train/trainState.ts'
import type { TrainerState } from '../../../src/core/train/trainer.ts'
import { parseConfig } from '../../../src/shared/config.ts'
import { findMetric } from '../../../src/shared/metrics.ts'
import type { VStarEstimate } from '../../../src/shared/records.ts'
import { assertClose } from '../../assertClose.ts'
import { conversationWith, fakeSampler, fakeScorer, fakeTrainer, grading, sums } from './fakeEngine.ts'

const problems = sums(30)
const train = problems.slice(0, 20)

function estimateFor(problemId: string, correctAttempts: number): VStarEstimate {
  return {
    problemId,
    canonical: problemId,
    samples: 4,
    correctAttempts,
    verdictsAfterCorrect: correctAttempts,
    rightVerdictsAfterCorrect: Math.floor(correctAttempts / 2),
    verdictsAfterWrong: 4 - correctAttempts,
    rightVerdictsAfterWrong: Math.floor((4 - correctAttempts) / 2),
    revisionsAfterCorrect: correctAttempts,
    rightRevisionsAfterCorrect: Math.floor(correctAttempts / 2),
    revisionsAfterWrong: 4 - correctAttempts,
    rightRevisionsAfterWrong: Math.floor((4 - correctAttempts) / 2),
  }
}

/** Every third problem never solved, every third always. */
const estimates = new Map(train.map(({ id }, index) => [id, estimateFor(id, [0, 2, 4][index % 3] ?? 0)]))

const baseConfig = {
  seed: 3,
  steps: 6,
  problemsPerStep: 6,
  evalEvery: 2,
  verdictReward: 'balanced',
  lossScale: 'paper',
  normalise: 'whiten',
  runningStatistics: true,
  vStar: { samples: 4, baseline: 'running-mean' },
  optimizer: { learningRate: 1e-3, schedule: 'linear', warmupSteps: 2 },
}

const oneStep = { steps: 1, optimizer: {} }

interface Overrides {
  readonly config?: Readonly<Record<string, unknown>>
  readonly setup?: Partial<SelfCorrectionSetup>
}

function makeSetup({ config = {}, setup = {} }: Overrides = {}) {
  const sampler = fakeSampler({ truncated: 0.1, unparsed: 0.1 })
  const trainer = fakeTrainer()
  const clock = { now: 0 }
  const whole: SelfCorrectionSetup = {
    config: parseConfig({ ...baseConfig, ...config }, 'test'),
    conversation: conversationWith(sampler, 3),
    grading,
    trainer,
    reference: fakeScorer(0),
    estimates,
    train,
    validation: problems.slice(20, 24),
    test: problems.slice(24),
    state: null,
    checkpointEvery: 3,
    stop: { aborted: false },
    nowMs: () => (clock.now += 5),
    ...setup,
  }
  return { whole, trainer, sampler }
}

/** Every event but progress, whose number depends on timing. */
async function collect(
  setup: SelfCorrectionSetup,
  onEvent: (event: TrainEvent) => void | Promise<void> = () => undefined,
) {
  const events: TrainEvent[] = []
  for await (const event of trainSelfCorrection(setup)) {
    await onEvent(event)
    if (event.type !== 'progress') events.push(event)
  }
  return events
}

const metricsOf = (events: readonly TrainEvent[]) =>
  events.flatMap((event) =>
    event.type === 'metrics' && event.values['loss/policy'] !== undefined ? [event] : [],
  )

test('same seed, same events; another seed, others', async () => {
  const [one, two] = [await collect(makeSetup().whole), await collect(makeSetup().whole)]
  assert.deepEqual(one, two)
  const other = await collect(makeSetup({ config: { seed: 4 } }).whole)
  assert.notDeepEqual(metricsOf(other), metricsOf(one))
})

test('resumed at any checkpoint = never stopped: same events, same parameters and moments', async () => {
  const saved: { state: TrainState; trainer: TrainerState; at: number }[] = []
  const { whole, trainer } = makeSetup({ setup: { checkpointEvery: 1 } })
  const all: TrainEvent[] = []
  for await (const event of trainSelfCorrection(whole)) {
    if (event.type === 'progress') continue
    all.push(event)
    if (event.type !== 'checkpoint') continue
    // through JSON, as on disk
    const state = JSON.parse(JSON.stringify(event.state)) as TrainState
    saved.push({ state, trainer: await trainer.readState(), at: all.length })
  }
  const end = await trainer.readState()
  assert.ok(saved.length >= 6)
  for (const { state, trainer: trainerState, at } of saved.slice(0, -1)) {
    const resumed = makeSetup({ setup: { checkpointEvery: 1, state } })
    await resumed.trainer.writeState(trainerState)
    await resumed.sampler.refresh(trainerState.parameters)
    // the clock is the machine's: its two metrics and the speeds made from it begin anew
    assert.deepEqual(withoutClock(await collect(resumed.whole)), withoutClock(all.slice(at)))
    assert.deepEqual(await resumed.trainer.readState(), end)
  }
})

function withoutClock(events: readonly TrainEvent[]): TrainEvent[] {
  return events.map((event) =>
    event.type === 'metrics'
      ? {
          ...event,
          values: Object.fromEntries(
            Object.entries(event.values).filter(([name]) => !/^(time|speed)\//.test(name)),
          ),
        }
      : event,
  )
}

test('ρ is exactly 0 at step 0, where policy and reference are one model', async () => {
  const events = await collect(makeSetup().whole)
  const first = events.flatMap((event) =>
    event.type === 'rollouts'
      ? event.rollouts.filter((rollout) => rollout.split === 'train' && rollout.step === 0)
      : [],
  )
  assert.equal(first.length, 6)
  for (const turn of first.flatMap((rollout) => rollout.turns)) assert.equal(turn.logRatio, 0)
  const later = events.flatMap((event) =>
    event.type === 'rollouts'
      ? event.rollouts.filter((rollout) => rollout.split === 'train' && rollout.step === 3)
      : [],
  )
  assert.ok(later.some((rollout) => rollout.turns.some((turn) => turn.logRatio !== 0)))
})

test('an epoch is without replacement: 3 steps of 6 from 20 problems share none', async () => {
  const events = await collect(makeSetup({ config: { steps: 3 } }).whole)
  const seen = events.flatMap((event) =>
    event.type === 'rollouts' ? event.rollouts.filter((rollout) => rollout.split === 'train') : [],
  )
  assert.equal(new Set(seen.map((rollout) => rollout.problemId)).size, 18)
})

test('evaluations: validation every 2 steps and at both ends, test at both ends only', async () => {
  const events = await collect(makeSetup().whole)
  const held = events.flatMap((event) => (event.type === 'evaluation' ? [event.evaluation] : []))
  assert.deepEqual(
    held.map(({ step, split }) => `${step} ${split}`),
    ['0 validation', '0 test', '2 validation', '4 validation', '6 validation', '6 test'],
  )
  const proportion = held[1]?.proportions['accuracy/attempt']
  assert.equal(proportion?.trials, 6)
  assert.ok(
    (proportion?.low ?? 1) <= (proportion?.value ?? 0) && (proportion?.value ?? 1) <= (proportion?.high ?? 0),
  )
  const values = events.flatMap((event) =>
    event.type === 'metrics' && event.step === 6 ? [event.values] : [],
  )
  assert.equal(
    values.some((each) => each['test/accuracy/final'] !== undefined),
    true,
  )
})

test('every metric of a step is in the registry, and the learning rate follows warm-up and decay', async () => {
  const events = metricsOf(await collect(makeSetup().whole))
  assert.equal(events.length, 6)
  for (const { values } of events) {
    for (const name of Object.keys(values)) assert.ok(findMetric(name) !== null, name)
    assertClose(values['loss/solver'] ?? NaN, 0.25, 1e-12)
    assertClose(values['loss/policy'] ?? NaN, 0.75, 1e-12)
  }
  const rates = events.map(({ values }) => values['update/learningRate'] ?? NaN)
  const expected = [0.5e-3, 1e-3, 1e-3, 0.75e-3, 0.5e-3, 0.25e-3]
  rates.forEach((rate, step) => assertClose(rate, expected[step] ?? NaN, 1e-12))
})

test('stop finishes the step, asks for a checkpoint and ends; abort drops the step in hand', async () => {
  const stop = { aborted: false }
  const { whole } = makeSetup({ setup: { stop } })
  const events = await collect(whole, (event) => {
    if (event.type === 'rollouts' && event.rollouts[0]?.step === 1 && event.rollouts[0].split === 'train')
      stop.aborted = true
  })
  const last = events.at(-1)
  assert.ok(last?.type === 'checkpoint' && last.reason === 'stopped')
  assert.equal(last.state.step, 2)

  const abort = { aborted: false }
  const aborted = makeSetup({ setup: { abort } })
  const dropped = await collect(aborted.whole, (event) => {
    if (event.type === 'metrics' && event.values['loss/policy'] !== undefined) abort.aborted = true
  })
  const end = dropped.at(-1)
  assert.ok(end?.type === 'checkpoint' && end.reason === 'stopped')
  assert.equal(end.state.step, 1)
  assert.equal((await aborted.trainer.readState()).updates, 1)
})

test('checkpoints: every third step, the best on validation, and the end with its evaluations done', async () => {
  const events = await collect(makeSetup().whole)
  const asked = events.flatMap((event) => (event.type === 'checkpoint' ? [event] : []))
  assert.deepEqual(
    asked.filter(({ reason }) => reason !== 'best').map(({ reason, state }) => [reason, state.step]),
    [
      ['due', 3],
      ['end', 6],
    ],
  )
  assert.equal(asked.at(-1)?.state.evaluatedStep, 6)
})

test('mini-batches: two updates a step, whose weights count their own rows only', async () => {
  const { whole, trainer } = makeSetup({
    config: { ...oneStep, miniBatches: 2, problemsPerStep: 5, turnWeights: { attempt: 2 } },
  })
  await collect(whole)
  assert.deepEqual(
    trainer.batches.map((batch) => batch.rows.length),
    [2, 3],
  )
  assertClose(trainer.batches[0]?.rows[0]?.inputs.turnWeight?.[0] ?? NaN, 2 / 2, 1e-7)
  assertClose(trainer.batches[1]?.rows[0]?.inputs.turnWeight?.[0] ?? NaN, 2 / 3, 1e-6)
})

test('no signal: stops with a message, or warns and trains', async () => {
  const none = new Map(train.map(({ id }) => [id, estimateFor(id, 0)]))
  await assert.rejects(
    collect(makeSetup({ setup: { estimates: none } }).whole),
    (error: Error & { code?: string }) => {
      assert.equal(error.code, 'vstar.no-signal')
      assert.match(error.message, /20 of 20 problems carry no signal: 20 never solved .* stronger model/)
      return true
    },
  )
  const warned = await collect(
    makeSetup({ setup: { estimates: none }, config: { onNoSignal: 'warn', ...oneStep } }).whole,
  )
  assert.ok(
    warned[0]?.type === 'log' && warned[0].level === 'warning' && warned[0].code === 'vstar.no-signal',
  )
})

test('the share without signal is reported at the start', async () => {
  const [first] = await collect(makeSetup({ config: { ...oneStep } }).whole)
  assert.ok(first?.type === 'log' && first.level === 'info')
  assert.match(
    first.message,
    /^13 of 20 problems carry no signal: 7 never solved by the reference \(V\* = 0\), 6 always/,
  )
})

test('data.filter drops by V*; an estimate that misses a problem is refused', async () => {
  const seen = async (filter: string) => {
    const { whole } = makeSetup({ config: { data: { filter }, problemsPerStep: 100, ...oneStep } })
    const events = await collect(whole)
    return events.flatMap((event) =>
      event.type === 'rollouts' ? event.rollouts.filter((rollout) => rollout.split === 'train') : [],
    ).length
  }
  assert.deepEqual(
    [await seen('none'), await seen('drop-all-wrong'), await seen('drop-no-signal')],
    [20, 13, 7],
  )
  const partial = new Map([...estimates].slice(0, 5))
  await assert.rejects(
    collect(makeSetup({ setup: { estimates: partial } }).whole),
    /covers 5 of 20 training problems/,
  )
})

test('rows longer than the trainer takes are refused before anything is sampled', async () => {
  const { whole, sampler } = makeSetup({ config: { sampling: { maxCompletionTokens: 400 } } })
  await assert.rejects(
    collect(whole),
    /a rollout of problem sum-0 may have \d+ tokens, the trainer takes 400/,
  )
  assert.equal(sampler.calls.length, 0)
})

test('every method trains: group methods draw G rollouts a problem and need no V*', async () => {
  for (const method of ['grpo', 'dr-grpo', 'dapo', 'rloo', 'reinforce']) {
    const isGroup = method !== 'reinforce'
    const { whole, trainer } = makeSetup({
      config: { method, normalise: 'none', groupSize: 3, ...oneStep, problemsPerStep: 4 },
      setup: {
        ...(isGroup ? { estimates: new Map() } : {}),
        ...(method === 'dapo' ? { reference: null } : {}),
      },
    })
    const [step] = metricsOf(await collect(whole))
    assert.equal(trainer.batches[0]?.rows.length, isGroup ? 12 : 4, method)
    assert.equal(step?.values['advantage/attempt'] === null, isGroup, method)
    assert.equal(step?.values['tokens/perProblem'], (step?.values['tokens/generated'] ?? NaN) / 4)
  }
})

test('RLOO takes the KL into the reward: advantages of a problem’s attempts add up to 0 and see ρ', async () => {
  const { whole } = makeSetup({
    config: {
      method: 'rloo',
      normalise: 'none',
      policyBeta: 0.5,
      groupSize: 2,
      ...oneStep,
      problemsPerStep: 10,
      turns: 'single',
    },
    setup: { estimates: new Map(), reference: fakeScorer(1) },
  })
  const events = await collect(whole)
  const rollouts = events.flatMap((event) =>
    event.type === 'rollouts' ? event.rollouts.filter((rollout) => rollout.split === 'train') : [],
  )
  for (let problem = 0; problem < 10; problem++) {
    const [one, two] = rollouts.slice(2 * problem, 2 * problem + 2).map((rollout) => rollout.turns[0])
    const value = (turn: typeof one) => (turn?.reward ?? NaN) - 0.5 * (turn?.logRatio ?? NaN)
    assertClose(one?.advantage ?? NaN, value(one) - value(two), 1e-9)
    assertClose((one?.advantage ?? NaN) + (two?.advantage ?? NaN), 0, 1e-9)
  }
})
