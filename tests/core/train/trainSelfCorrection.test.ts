import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trainSelfCorrection } from '../../../src/core/train/trainSelfCorrection.ts'
import type { TrainEvent } from '../../../src/core/train/trainEvent.ts'
import type { TrainState } from '../../../src/core/train/trainState.ts'
import type { TrainerState } from '../../../src/core/train/engine/trainer.ts'
import { findMetric } from '../../../src/shared/metrics/metrics.ts'
import { assertClose } from '../../assertClose.ts'
import { collect, isOutcome, makeSetup, metricsOf, oneStep, trainRollouts } from './trainingSetup.ts'

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
    if (!isOutcome(event)) continue
    all.push(event)
    if (event.type !== 'checkpoint') continue
    // through JSON, as on disk
    const state = JSON.parse(JSON.stringify(event.state)) as TrainState
    saved.push({ state, trainer: trainer.viewState(), at: all.length })
  }
  const end = trainer.viewState()
  assert.ok(saved.length >= 6)
  for (const { state, trainer: trainerState, at } of saved.slice(0, -1)) {
    const resumed = makeSetup({ setup: { checkpointEvery: 1, state } })
    await resumed.trainer.writeState(trainerState)
    await resumed.sampler.refresh(resumed.trainer)
    // the clock is the machine's: its two metrics and the speeds made from it begin anew
    assert.deepEqual(withoutClock(await collect(resumed.whole)), withoutClock(all.slice(at)))
    assert.deepEqual(resumed.trainer.viewState(), end)
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

test('a run with long steps has a checkpoint before its first update, and goes on from it as if it had not stopped', async () => {
  const reasons = (events: readonly TrainEvent[]) =>
    events.flatMap((event) => (event.type === 'checkpoint' ? [`${event.reason} ${event.state.step}`] : []))
  const slowly = () => {
    let nowMs = 0
    // each time that is looked at the clock: a step of some 26 s up to its update, of which the reference's
    // pass is 13
    return () => (nowMs += 13_000)
  }
  const { whole, trainer } = makeSetup({ setup: { nowMs: slowly() } })
  const before = trainer.viewState()
  const written: { state: TrainState; trainer: TrainerState }[] = []
  const all = await collect(whole, (event) => {
    if (event.type !== 'checkpoint') return
    written.push({
      state: JSON.parse(JSON.stringify(event.state)) as TrainState,
      trainer: trainer.viewState(),
    })
  })
  const [first] = written
  assert.ok(first !== undefined)
  assert.equal(reasons(all)[0], 'first 0')
  assert.deepEqual(first.trainer, before, 'nothing has been updated')
  assert.equal(first.state.evaluatedStep, 0, 'the evaluation before training is not made again')
  const resumed = makeSetup({ setup: { nowMs: slowly(), state: first.state } })
  await resumed.trainer.writeState(first.trainer)
  const after = await collect(resumed.whole)
  assert.ok(!reasons(after).includes('first 0'))
  assert.deepEqual(resumed.trainer.viewState(), trainer.viewState())
  assert.ok(!reasons(await collect(makeSetup().whole)).includes('first 0'), 'a run with short steps has none')
})

test('ρ is exactly 0 at step 0, where policy and reference are one model', async () => {
  const events = await collect(makeSetup().whole)
  const first = trainRollouts(events, 0)
  assert.equal(first.length, 6)
  for (const turn of first.flatMap((rollout) => rollout.turns)) assert.equal(turn.logRatio, 0)
  const later = trainRollouts(events, 3)
  assert.ok(later.some((rollout) => rollout.turns.some((turn) => turn.logRatio !== 0)))
})

test('an epoch is without replacement: 3 steps of 6 from 20 problems share none', async () => {
  const events = await collect(makeSetup({ config: { steps: 3 } }).whole)
  const seen = trainRollouts(events)
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

test('evalSamples: each evaluated problem is rolled out that often, with other draws, and each rollout counts', async () => {
  const events = await collect(makeSetup({ config: { ...oneStep, evalSamples: 3 } }).whole)
  const held = events.find((event) => event.type === 'evaluation')?.evaluation
  assert.deepEqual([held?.split, held?.samples, held?.problems], ['validation', 3, 4])
  assert.equal(held?.proportions['accuracy/final']?.trials, 12)
  const texts = new Map<string, string[]>()
  for (const event of events) {
    if (event.type !== 'rollouts') continue
    for (const { problemId, split, step, turns } of event.rollouts)
      if (split === 'validation' && step === 0)
        texts.set(problemId, [...(texts.get(problemId) ?? []), JSON.stringify(turns)])
  }
  assert.deepEqual(
    [...texts.values()].map((each) => each.length),
    [3, 3, 3, 3],
  )
  assert.ok([...texts.values()].some((each) => new Set(each).size > 1))
})

test('the stage counts its steps from before the first evaluation on, also where it goes on', async () => {
  const countsOf = async (setup: Parameters<typeof trainSelfCorrection>[0]): Promise<string[]> => {
    const counts: string[] = []
    for await (const event of trainSelfCorrection(setup)) {
      if (event.type === 'evaluation') counts.push('evaluation')
      if (event.type === 'progress' && event.stage !== undefined)
        counts.push(`${event.stage} ${event.done}/${event.total} ${event.unit}`)
    }
    return counts
  }
  const config = { steps: 2, evalEvery: 'never', optimizer: {} }
  const { whole } = makeSetup({ config })
  const step = (done: number): string => `self-correction ${done}/2 steps`
  const edge = ['evaluation', 'evaluation']
  assert.deepEqual(await countsOf(whole), [step(0), ...edge, step(1), step(2), ...edge])
  const saved = (await collect(makeSetup({ config, setup: { checkpointEvery: 1 } }).whole)).find(
    (event) => event.type === 'checkpoint' && event.state.step === 1,
  )
  assert.ok(saved?.type === 'checkpoint')
  assert.deepEqual(await countsOf(makeSetup({ config, setup: { state: saved.state } }).whole), [
    step(1),
    step(2),
    ...edge,
  ])
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
  assert.equal(aborted.trainer.viewState().updates, 1)
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

test('a step begins and ends by events of its own: what it did comes between them, an evaluation does not', async () => {
  const { whole } = makeSetup({ config: { ...oneStep, steps: 2, evalEvery: 1 } })
  const kinds: string[] = []
  for await (const event of trainSelfCorrection(whole)) {
    if (event.type === 'progress') continue
    const step = 'step' in event && event.type !== 'log' ? ` ${event.step}` : ''
    kinds.push(`${event.type}${step}`)
  }
  const between = (step: number) =>
    kinds.slice(kinds.indexOf(`stepBegins ${step}`), kinds.indexOf(`stepEnds ${step}`))
  for (const step of [0, 1]) {
    const own = between(step).filter((kind) => kind !== 'log')
    assert.deepEqual(own, [`stepBegins ${step}`, 'rollouts', `metrics ${step}`])
  }
  assert.equal(kinds.filter((kind) => /^step(Begins|Ends)/.test(kind)).length, 4)
  assert.equal(kinds.filter((kind) => kind === 'evaluation').length, 5)
})
