import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countedTokens } from '../../../src/core/train/tokenBudget.ts'
import type { TrainerState } from '../../../src/core/train/engine/trainer.ts'
import type { TrainEvent } from '../../../src/core/train/trainEvent.ts'
import { trainSelfCorrection } from '../../../src/core/train/trainSelfCorrection.ts'
import type { TrainState } from '../../../src/core/train/trainState.ts'
import { collect, estimates, isOutcome, makeSetup, metricsOf } from './trainingSetup.ts'

/** 20 estimates of 100 tokens each; the fixture's schedule falls, which a budget does not allow. */
const stageOne = 2000
const constant = { schedule: 'constant', learningRate: 1e-3, warmupSteps: 0 }
const budget = (maxTokens: number) => ({ steps: null, maxTokens, optimizer: constant })

/** Tokens after each step, of a run of six steps without a budget. */
async function tokensByStep(): Promise<number[]> {
  const events = await collect(makeSetup({ config: { optimizer: constant } }).whole)
  return metricsOf(events).map(({ tokens }) => tokens)
}

function lastState(events: readonly TrainEvent[]): TrainState {
  const end = events.at(-1)
  assert.ok(end?.type === 'checkpoint')
  assert.equal(end.reason, 'end')
  return end.state
}

test('the step that crosses the budget is finished and the last; stage 1 is charged', async () => {
  const tokens = await tokensByStep()
  const third = tokens[2] ?? 0
  for (const [maxTokens, steps] of [
    [stageOne + third, 3],
    [stageOne + third - 1, 3],
    [stageOne + third + 1, 4],
  ] as const) {
    const events = await collect(makeSetup({ config: budget(maxTokens) }).whole)
    assert.equal(lastState(events).step, steps)
    assert.equal(lastState(events).evaluatedStep, steps)
    const tests = events.flatMap((event) =>
      event.type === 'evaluation' && event.evaluation.split === 'test' ? [event.evaluation.step] : [],
    )
    assert.deepEqual(tests, [0, steps])
  }
})

test('a method that compares rollouts has no stage 1, and its budget is its own tokens', async () => {
  const group = { method: 'grpo', groupSize: 2, normalise: 'none', runningStatistics: false }
  const setup = { estimates: new Map() }
  const free = await collect(makeSetup({ config: { ...group, optimizer: constant }, setup }).whole)
  const second = metricsOf(free)[1]?.tokens ?? 0
  const events = await collect(makeSetup({ config: { ...group, ...budget(second) }, setup }).whole)
  assert.equal(lastState(events).step, 2)
})

test('progress counts the tokens of both stages up to the budget', async () => {
  const tokens = await tokensByStep()
  const maxTokens = stageOne + (tokens[1] ?? 0) - 1
  const counts: number[] = []
  for await (const event of trainSelfCorrection(makeSetup({ config: budget(maxTokens) }).whole)) {
    if (event.type !== 'progress' || event.stage !== 'self-correction') continue
    assert.deepEqual([event.total, event.unit], [maxTokens, 'tokens'])
    counts.push(event.done)
  }
  assert.deepEqual(counts, [stageOne, stageOne + (tokens[0] ?? 0), maxTokens])
})

test('resumed at any checkpoint it ends at the same step with the same parameters', async () => {
  const config = budget(stageOne + ((await tokensByStep())[4] ?? 0) - 1)
  const saved: { state: TrainState; trainer: TrainerState; at: number }[] = []
  const { whole, trainer } = makeSetup({ config, setup: { checkpointEvery: 1 } })
  const all: TrainEvent[] = []
  for await (const event of trainSelfCorrection(whole)) {
    if (!isOutcome(event)) continue
    all.push(event)
    if (event.type !== 'checkpoint') continue
    const state = JSON.parse(JSON.stringify(event.state)) as TrainState
    saved.push({ state, trainer: trainer.viewState(), at: all.length })
  }
  assert.equal(lastState(all).step, 5)
  const end = trainer.viewState()
  for (const { state, trainer: trainerState, at } of saved.slice(0, -1)) {
    const resumed = makeSetup({ config, setup: { checkpointEvery: 1, state } })
    await resumed.trainer.writeState(trainerState)
    await resumed.sampler.refresh(resumed.trainer)
    const events = await collect(resumed.whole)
    assert.deepEqual(lastState(events), lastState(all))
    assert.equal(events.length, all.length - at)
    assert.deepEqual(resumed.trainer.viewState(), end)
  }
})

test('stage 1 alone uses the budget up, or was not counted: refused before anything is sampled', async () => {
  await assert.rejects(collect(makeSetup({ config: budget(stageOne) }).whole), {
    code: 'train.no-budget',
    message: /stage 1 has generated 2,000 tokens, all of maxTokens=2,000/,
  })
  const old = new Map([...estimates].map(([id, each]) => [id, { ...each, tokens: null }]))
  await assert.rejects(collect(makeSetup({ config: budget(1e6), setup: { estimates: old } }).whole), {
    code: 'vstar.uncounted',
  })
  // without a budget an estimate from before is as good as it was
  await collect(makeSetup({ config: { steps: 1, optimizer: {} }, setup: { estimates: old } }).whole)
  assert.equal(countedTokens(estimates.values()), stageOne)
  assert.equal(countedTokens(old.values()), null)
})
