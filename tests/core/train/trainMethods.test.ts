import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertClose } from '../../assertClose.ts'
import { fakeScorer } from './fakeEngine.ts'
import {
  collect,
  estimateFor,
  estimates,
  makeSetup,
  metricsOf,
  oneStep,
  train,
  trainRollouts,
} from './trainingSetup.ts'

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
    return trainRollouts(events).length
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
    const share = step?.values['group/withoutSpread']
    // of four groups; with one rollout a problem there are none
    if (isGroup) assert.ok([0, 0.25, 0.5, 0.75, 1].includes(share ?? NaN), `${method}: ${share}`)
    else assert.equal(share, null, method)
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
  const rollouts = trainRollouts(events)
  for (let problem = 0; problem < 10; problem++) {
    const [one, two] = rollouts.slice(2 * problem, 2 * problem + 2).map((rollout) => rollout.turns[0])
    const value = (turn: typeof one) => (turn?.reward ?? NaN) - 0.5 * (turn?.logRatio ?? NaN)
    assertClose(one?.advantage ?? NaN, value(one) - value(two), 1e-9)
    assertClose((one?.advantage ?? NaN) + (two?.advantage ?? NaN), 0, 1e-9)
  }
})
