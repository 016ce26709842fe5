import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ParameterValues } from '../../../../src/core/model/parameterValues.ts'
import type { TrainerState } from '../../../../src/core/train/engine/trainer.ts'
import { randomParameters } from '../../../randomModel.ts'
import { assertSameBytes, largestDifference, rows, setup, withTrainer } from './littleTrainer.ts'

const adamW = { ...setup.adamW, weightDecay: 0, beta2: 0.999 }
const inHalves = { adamW: { ...adamW, moments: 'bf16' as const } }

const word = new DataView(new ArrayBuffer(4))

/** The two numbers of bf16 about a number: cut off, and one step further from zero. */
function neighbours(value: number): [number, number] {
  word.setFloat32(0, value)
  const bits = word.getUint32(0)
  const kept = bits & 0xffff0000
  word.setUint32(0, kept)
  const nearer = word.getFloat32(0)
  word.setUint32(0, bits === kept >>> 0 ? kept : kept + 0x10000)
  return [nearer, word.getFloat32(0)]
}

function isBrainFloat(value: number): boolean {
  word.setFloat32(0, value)
  return word.getUint16(2) === 0
}

function each(values: ParameterValues, use: (value: number, name: string, at: number) => void): void {
  for (const [name, { values: numbers }] of values) numbers.forEach((value, at) => use(value, name, at))
}

const at = (values: ParameterValues, name: string, place: number): number =>
  values.get(name)?.values[place] ?? Number.NaN

test('by hand: the first update’s moments of matrices are a neighbour of (1 − β)·g and (1 − β)·g², on average that number itself; the parameters move as with 32 bits', async () => {
  const unclipped = { ...adamW, clipNorm: null }
  const whole = await withTrainer({ adamW: unclipped }, true, async (trainer) => {
    await trainer.step({ rows }, 1e-3)
    return { state: await trainer.readState(), gradients: await trainer.readGradients() }
  })
  const state = await withTrainer({ adamW: { ...unclipped, moments: 'bf16' } }, true, async (trainer) => {
    await trainer.step({ rows }, 1e-3)
    return trainer.readState()
  })
  // computed from moments that are not rounded yet
  assert.ok(largestDifference(state.parameters, whole.state.parameters) <= 1e-6)
  for (const [moments, ofGradient] of [
    [state.firstMoments, (g: number) => (1 - unclipped.beta1) * g],
    [state.secondMoments, (g: number) => (1 - unclipped.beta2) * g * g],
  ] as const) {
    let [further, counted, expected] = [0, 0, 0]
    each(moments, (moment, name, place) => {
      const exact = ofGradient(at(whole.gradients, name, place))
      if (moments.get(name)?.shape.length === 1) {
        // the fused op takes β₂ from 1 in 32 bits
        assert.ok(Math.abs(moment - exact) <= 1e-4 * Math.abs(exact), `${name}, in 32 bits`)
        return
      }
      assert.ok(isBrainFloat(moment), name)
      const [below, above] = neighbours(exact)
      const step = Math.abs(above - below)
      if (step === 0) {
        // in 32 bits it is a number of bf16 already
        assert.equal(moment, Math.fround(exact), name)
        return
      }
      assert.ok(Math.abs(moment - exact) <= 1.0001 * step, `${name}: ${moment} for ${exact}`)
      counted++
      expected += Math.abs(exact - below) / step
      if (Math.abs(moment) > Math.abs(below)) further++
    })
    // binomial: five standard deviations
    const deviation = Math.sqrt(counted) / 2
    assert.ok(counted > 1000 && Math.abs(further - expected) < 5 * deviation, `${further} for ${expected}`)
  }
})

test('a matrix that is updated some rows at a time moves as one that is updated whole', async () => {
  const config = { ...setup.config, vocabularySize: 2 ** 22 / setup.config.width + 3 }
  const parameters = randomParameters(config, 1)
  const moved = async (moments: 'f32' | 'bf16') =>
    withTrainer({ config, parameters, adamW: { ...adamW, moments } }, true, async (trainer) => {
      await trainer.step({ rows }, 1e-3)
      return trainer.readState()
    })
  const [whole, half] = [await moved('f32'), await moved('bf16')]
  assert.ok(largestDifference(half.parameters, whole.parameters) <= 1e-6)
  const sizes = [...half.firstMoments.values()].map(({ values }) => values.length)
  assert.ok(Math.max(...sizes) > 2 ** 22, 'more than one part')
  const farthest = largestDifference(half.firstMoments, whole.firstMoments)
  let greatest = 0
  each(whole.firstMoments, (value) => (greatest = Math.max(greatest, Math.abs(value))))
  assert.ok(farthest > 0 && farthest <= greatest * 2 ** -7, `${farthest} of ${greatest}`)
})

test('over forty updates the second moments fall as those of 32 bits do, where rounding to the nearest would keep them', async () => {
  const course = async (changes: Partial<typeof setup>) =>
    withTrainer(changes, true, async (trainer) => {
      await trainer.step({ rows }, 0)
      const state = await trainer.readState()
      // as if gradients had been ten times as large until now: 99 % of it has to go
      const secondMoments = new Map(
        [...state.secondMoments].map(([name, { shape, values }]) => [
          name,
          { shape, values: values.map((value) => neighbours(1e5 * value)[0]) },
        ]),
      )
      const begun: TrainerState = { ...state, secondMoments }
      await trainer.writeState(begun)
      for (let update = 0; update < 40; update++) await trainer.step({ rows }, 0)
      return { begun, ended: await trainer.readState() }
    })
  const [whole, brief] = [await course({ adamW }), await course(inHalves)]
  const sum = (values: ParameterValues): number => {
    let total = 0
    each(values, (value) => (total += value))
    return total
  }
  const fallen = ({ begun, ended }: typeof whole) => sum(ended.secondMoments) / sum(begun.secondMoments)
  assert.ok(fallen(whole) < 0.97, 'in 32 bits they fall')
  assert.ok(Math.abs(fallen(brief) - fallen(whole)) < 0.002, `${fallen(brief)} and ${fallen(whole)}`)
})

test('a state written and gone on with gives the very bytes of one that was never stopped', async () => {
  const { between, ended } = await withTrainer(inHalves, true, async (trainer) => {
    await trainer.step({ rows }, 1e-3)
    await trainer.step({ rows }, 1e-3)
    const state = await trainer.readState()
    await trainer.step({ rows }, 1e-3)
    return { between: state, ended: await trainer.readState() }
  })
  await withTrainer(inHalves, true, async (trainer) => {
    await trainer.writeState(between)
    assertSameBytes(await trainer.readState(), between)
    await trainer.step({ rows }, 1e-3)
    assertSameBytes(await trainer.readState(), ended)
  })
})
