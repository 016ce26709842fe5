import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arithmeticProblem } from '../../../../src/core/data/arithmeticProblem.ts'
import { arithmeticSource, longestArithmeticRow } from '../../../../src/core/train/warmUp/warmUpSource.ts'
import {
  trainWarmUp,
  type WarmUpEvent,
  type WarmUpSetup,
} from '../../../../src/core/train/warmUp/trainWarmUp.ts'
import type { WarmUpState } from '../../../../src/core/train/warmUp/warmUpState.ts'
import { warmUpBatch } from '../../../../src/core/train/warmUp/warmUpBatch.ts'
import { parseConfig } from '../../../../src/shared/config/parseConfig.ts'
import type { ReportedMetricName } from '../../../../src/shared/metrics/table.ts'
import { fakeTrainer, prompts, tokenizer } from '../fakeEngine.ts'
import { withRowsInMind } from './rowTrainer.ts'

const problems = Array.from({ length: 30 }, (_, i) =>
  arithmeticProblem({ kind: 'sum', left: 10 + i, right: 20 + 2 * i }, 'starter'),
)
const setupOf = (seed: number) => ({ seed, wrongShare: 0.5, prompts, tokenizer })
const heldOut = arithmeticSource(problems.slice(20), setupOf(5))

function makeSetup(changes: Partial<WarmUpSetup> = {}, seed = 5): WarmUpSetup {
  const config = parseConfig(
    {
      seed,
      warmUp: { steps: 9, conversationsPerStep: 6, evalEvery: 4, schedule: 'linear', riseSteps: 2 },
    },
    'test',
  )
  assert.ok(config.warmUp)
  return {
    config,
    warmUp: config.warmUp,
    steps: 9,
    trainer: withRowsInMind(),
    train: arithmeticSource(problems.slice(0, 20), setupOf(seed)),
    validation: [0, 1, 2].map((index) => heldOut.row(index, 0)),
    state: null,
    checkpointEvery: 2,
    stop: { aborted: false },
    nowMs: () => 0,
    ...changes,
  }
}

async function eventsOf(setup: WarmUpSetup): Promise<WarmUpEvent[]> {
  const events: WarmUpEvent[] = []
  for await (const event of trainWarmUp(setup)) events.push(event)
  return events
}

function values(events: readonly WarmUpEvent[], name: ReportedMetricName): (readonly [number, number])[] {
  return events.flatMap((event) => {
    const value = event.type === 'metrics' ? event.values[name] : null
    return event.type === 'metrics' && typeof value === 'number' ? [[event.step, value] as const] : []
  })
}

test('the loss at every step, the validation loss before the first, every few and after the last', async () => {
  const events = await eventsOf(makeSetup())
  assert.deepEqual(
    values(events, 'warmUp/loss').map(([step]) => step),
    [0, 1, 2, 3, 4, 5, 6, 7, 8],
  )
  assert.deepEqual(
    values(events, 'warmUp/validationLoss').map(([step]) => step),
    [0, 4, 8, 9],
  )
  const rates = values(events, 'warmUp/learningRate').map(([, rate]) => rate)
  assert.deepEqual(
    rates.slice(0, 3).map((rate) => Number(rate.toPrecision(6))),
    [5e-5, 1e-4, 1e-4],
  )
  const last = events.at(-1)
  assert.ok(last?.type === 'checkpoint' && last.reason === 'end' && last.state.step === 9)
})

test('resumed at every checkpoint = never stopped: same metrics, same trainer', async () => {
  const whole = makeSetup()
  const events: WarmUpEvent[] = []
  const saved: { state: WarmUpState; trainer: ReturnType<WarmUpSetup['trainer']['viewState']> }[] = []
  for await (const event of trainWarmUp(whole)) {
    events.push(event)
    if (event.type === 'checkpoint')
      saved.push({
        state: JSON.parse(JSON.stringify(event.state)) as WarmUpState,
        trainer: whole.trainer.viewState(),
      })
  }
  const end = whole.trainer.viewState()
  assert.deepEqual(
    saved.map(({ state }) => state.step),
    [2, 4, 6, 8, 9],
  )
  for (const { state, trainer } of saved) {
    const resumed = makeSetup({ state })
    await resumed.trainer.writeState(trainer)
    const after = await eventsOf(resumed)
    const from = (each: readonly WarmUpEvent[]) =>
      values(each, 'warmUp/loss').filter(([step]) => step >= state.step)
    assert.deepEqual(from(after), from(events))
    assert.deepEqual(resumed.trainer.viewState(), end)
  }
})

test('same seed, same rows; another seed, other rows; another epoch, other attempts', () => {
  const source = arithmeticSource(problems, setupOf(1))
  const all = (seed: number, epoch: number) =>
    problems.map((_, i) =>
      tokenizer.decode(Array.from(arithmeticSource(problems, setupOf(seed)).row(i, epoch).ids)),
    )
  assert.deepEqual(all(1, 0), all(1, 0))
  assert.notDeepEqual(all(1, 0), all(2, 0))
  assert.notDeepEqual(all(1, 0), all(1, 1))
  assert.equal(source.size, 30)
})

test('no row exceeds what the trainer is made for', () => {
  const longest = longestArithmeticRow(problems, setupOf(1))
  const source = arithmeticSource(problems, { ...setupOf(1), wrongShare: 1 })
  for (let epoch = 0; epoch < 50; epoch++)
    problems.forEach((_, i) => assert.ok(source.row(i, epoch).ids.length <= longest))
})

test('a stop ends it after the step in hand, with a checkpoint', async () => {
  const stop = { aborted: false }
  const events: WarmUpEvent[] = []
  for await (const event of trainWarmUp(makeSetup({ stop }))) {
    events.push(event)
    if (event.type === 'stepEnds' && event.step === 2) stop.aborted = true
  }
  const last = events.at(-1)
  assert.ok(last?.type === 'checkpoint' && last.reason === 'stopped' && last.state.step === 3)
})

test('the weights of a batch are one over all its trained tokens, however the trainer splits it', () => {
  const rows = [0, 1, 2].map((index) => heldOut.row(index, 0))
  const total = warmUpBatch(rows).rows.reduce(
    (sum, { inputs }) => sum + (inputs.tokenWeight ?? new Float32Array()).reduce((a, b) => a + b, 0),
    0,
  )
  assert.ok(Math.abs(total - 1) < 1e-6)
  assert.equal(fakeTrainer().batches.length, 0)
})
