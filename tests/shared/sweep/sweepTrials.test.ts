import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forkRandom } from '../../../src/core/random.ts'
import { parseSweep } from '../../../src/shared/sweep/sweepSpec.ts'
import { sweepPoints, sweepTrials } from '../../../src/shared/sweep/sweepTrials.ts'

const randomOf = (seed: number) => {
  const random = forkRandom(seed, 'sweep')
  return () => random.next()
}
const trialsOf = (value: unknown) => {
  const spec = parseSweep(value, 'sweep.yaml')
  return sweepTrials(spec, sweepPoints(spec, randomOf))
}

test('a grid: every combination with every seed, seed by seed, each a whole config', () => {
  const trials = trialsOf({
    name: 's',
    preset: 'builtin',
    config: { steps: 3 },
    grid: { 'optimizer.learningRate': [1e-5, 1e-4], revisionBonus: [0, 1, 2] },
    seeds: [4, 5],
  })
  assert.equal(trials.length, 12)
  assert.deepEqual(
    trials.slice(0, 6).map(({ seed }) => seed),
    [4, 4, 4, 4, 4, 4],
  )
  const seventh = trials[6]
  assert.equal(seventh?.name, 'optimizer.learningRate=0.00001 · revisionBonus=0 · seed 5')
  const { config } = trials[11] ?? assert.fail()
  assert.deepEqual(
    [config.optimizer.learningRate, config.revisionBonus, config.seed, config.steps],
    [1e-4, 2, 5, 3],
  )
})

test('points and the shared config name fields by path, as a grid does, or nested', () => {
  const [first, second] = trialsOf({
    name: 's',
    config: { 'optimizer.learningRate': 1e-5, optimizer: { beta2: 0.9 }, steps: 1 },
    points: { path: { 'vStar.beta': 'mean', vStar: { samples: 2 } }, nested: { vStar: { beta: 'mean' } } },
  })
  assert.deepEqual(
    [first?.config.vStar.beta, first?.config.vStar.samples, second?.config.vStar.beta],
    ['mean', 2, 'mean'],
  )
  assert.deepEqual([first?.config.optimizer.learningRate, first?.config.optimizer.beta2], [1e-5, 0.9])
  assert.throws(() => trialsOf({ name: 's', points: { a: { 'vStar.bta': 1 } } }), {
    code: 'config.setting',
    message: /no field "vStar\.bta"\. Did you mean "vStar\.beta"/,
  })
})

test('named points and random draws: the same seed draws the same points, within their bounds', () => {
  const named = trialsOf({
    name: 's',
    points: { 'A*-PO': {}, GRPO: { method: 'grpo', turns: 'single' } },
    config: { steps: 1 },
  })
  assert.deepEqual(
    named.map(({ name, config }) => [name, config.method]),
    [
      ['A*-PO · seed 0', 'a-star-po'],
      ['GRPO · seed 0', 'grpo'],
    ],
  )
  const random = {
    name: 's',
    config: { steps: 1 },
    random: {
      trials: 20,
      seed: 3,
      fields: {
        'optimizer.learningRate': { logUniform: [1e-6, 1e-3] },
        revisionBonus: { uniform: [0, 2] },
        normalise: { choice: ['none', 'scale'] },
      },
    },
  }
  const rates = trialsOf(random).map(({ config }) => config.optimizer.learningRate)
  assert.deepEqual(
    rates,
    trialsOf(random).map(({ config }) => config.optimizer.learningRate),
  )
  assert.ok(rates.every((rate) => rate >= 1e-6 && rate <= 1e-3))
  assert.ok(
    rates.filter((rate) => rate < 3.2e-5).length > 4,
    'half of the draws lie below the middle in logarithms',
  )
})

test('what is wrong with a sweep is said by path before anything runs', () => {
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [{ name: 's' }, /points, grid, random: expected exactly one of them, got 0/],
    [{ name: 's', grid: { steps: [1] }, points: { a: {} } }, /got 2/],
    [{ name: 's', grid: { steps: [1] }, seeds: [1, 1] }, /seeds: expected each once/],
    [
      { name: 's', grid: { lerningRate: [1] } },
      /no field "lerningRate". Did you mean "optimizer.learningRate"/,
    ],
    [
      { name: 's', grid: { revisionBonus: [-1] } },
      /trial "revisionBonus=-1 · seed 0" is not a valid run config:\n {2}revisionBonus/,
    ],
    [{ name: 's', grid: { steps: [] } }, /grid.steps/],
    [{ name: 's', gird: { steps: [1] }, grid: { steps: [1] } }, /gird/],
    [
      { name: 's', grid: { steps: [1] }, halving: { steps: [4, 4] } },
      /halving.steps: expected growing numbers/,
    ],
    [{ name: 's', random: { trials: 2, fields: { revisionBonus: { logUniform: [0, 1] } } } }, /above 0/],
    [{ name: 's', grid: { revisionBonus: [0, 1, 1] } }, /the same trial twice/],
    [
      {
        name: 's',
        config: { optimizer: { schedule: 'linear' } },
        grid: { revisionBonus: [0] },
        halving: { steps: [2, 4] },
      },
      /halving extends runs/,
    ],
    [
      {
        name: 's',
        grid: Object.fromEntries(
          ['a', 'b', 'c'].map((key) => [key, Array.from({ length: 40 }, (_, i) => i)]),
        ),
      },
      /64000 trials; at most 2000/,
    ],
  ]
  for (const [value, message] of cases) assert.throws(() => trialsOf(value), message)
})
