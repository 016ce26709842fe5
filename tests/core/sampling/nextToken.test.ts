import { test } from 'node:test'
import assert from 'node:assert/strict'
import { drawToken } from '../../../src/core/sampling/nextToken.ts'
import { forkRandom } from '../../../src/core/random.ts'

const row = (logits: readonly number[]) => ({
  values: Float32Array.from(logits),
  offset: 0,
  vocabularySize: logits.length,
})
const plain = { temperature: 1, topP: 1, topK: 0 }
/** ln of the probabilities 0.4, 0.3, 0.2, 0.1, shifted: a shift must not matter. */
const skewed = [0.1, 0.4, 0.2, 0.3].map((p) => Math.log(p) + 5)

/** Pearson's χ² of `draws` tokens against `probabilities`; zero-probability tokens must never come. */
function chiSquare(settings: typeof plain, probabilities: readonly number[], draws = 20000): number {
  const random = forkRandom(7, 'chi-square')
  const counts = probabilities.map(() => 0)
  for (let i = 0; i < draws; i++) {
    const { id, logProb } = drawToken(row(skewed), settings, random)
    counts[id] = (counts[id] ?? 0) + 1
    assert.ok(Math.abs(logProb - Math.log(probabilities[id] ?? 0)) < 1e-6, `log-prob of ${id}: ${logProb}`)
  }
  return probabilities.reduce((sum, p, id) => {
    if (p === 0) return sum
    return sum + ((counts[id] ?? 0) - p * draws) ** 2 / (p * draws)
  }, 0)
}

// 99.9999 % quantile of χ² with 3 degrees of freedom: 30.66; a fixed seed, so this passes always or never
const bound = 30.66

test('draws follow the softmax of the logits, whatever their shift', () => {
  assert.ok(chiSquare(plain, [0.1, 0.4, 0.2, 0.3]) < bound)
})

test('temperature 0.5 squares the probabilities: 1, 16, 4, 9 of 30', () => {
  assert.ok(chiSquare({ ...plain, temperature: 0.5 }, [1 / 30, 16 / 30, 4 / 30, 9 / 30]) < bound)
})

test('top-k 2 keeps 0.4 and 0.3, renormalised', () => {
  assert.ok(chiSquare({ ...plain, topK: 2 }, [0, 4 / 7, 0, 3 / 7]) < bound)
})

test('top-p 0.75 keeps the smallest set that reaches it: 0.4, 0.3, 0.2', () => {
  assert.ok(chiSquare({ ...plain, topP: 0.75 }, [0, 4 / 9, 2 / 9, 3 / 9]) < bound)
})

test('top-p 0.6 after top-k 2 is a share of what top-k left: 4/7 is not enough, both stay', () => {
  assert.ok(chiSquare({ ...plain, topK: 2, topP: 0.6 }, [0, 4 / 7, 0, 3 / 7]) < bound)
  assert.ok(chiSquare({ ...plain, topK: 2, topP: 0.5 }, [0, 1, 0, 0]) < bound)
})

test('temperature 0 takes the highest logit, the lowest id of equals, and nothing from the stream', () => {
  const random = forkRandom(1)
  const before = random.state
  assert.deepEqual(drawToken(row([1, 3, 3, 2]), { ...plain, temperature: 0 }, random), { id: 1, logProb: 0 })
  assert.deepEqual(random.state, before)
})

test('every other draw takes exactly one number of the stream', () => {
  for (const settings of [plain, { ...plain, topK: 1 }, { ...plain, topP: 0.5 }]) {
    const random = forkRandom(1)
    const twin = forkRandom(1)
    drawToken(row(skewed), settings, random)
    twin.next()
    assert.deepEqual(random.state, twin.state)
  }
})

test('same seed, same draws; other seed, other draws', () => {
  const draws = (seed: number) => {
    const random = forkRandom(seed, 'a')
    return Array.from({ length: 50 }, () => drawToken(row(skewed), plain, random).id)
  }
  assert.deepEqual(draws(3), draws(3))
  assert.notDeepEqual(draws(3), draws(4))
})

test('a flat row far wider than the first window is still cut by mass', () => {
  // 1000 tokens at 2e-6 each and one at the rest: top-p 0.9999 needs tail tokens far below the top
  const logits = [Math.log(0.998), ...Array.from({ length: 1000 }, () => Math.log(2e-6))]
  const random = forkRandom(5)
  let rare = 0
  for (let i = 0; i < 20000; i++) {
    if (drawToken(row(logits), { ...plain, topP: 0.9995 }, random).id !== 0) rare++
  }
  // 750 tail tokens kept: expected 20000 · 0.0015 / 0.9995 = 30, six standard deviations are 33
  assert.ok(rare > 5 && rare < 63, `${rare} rare draws`)
})

test('a row that is not finite is refused with a way out', () => {
  for (const bad of [NaN, Infinity]) {
    const code = { code: 'sampler.not-finite', message: /expected finite logits/ }
    for (const settings of [plain, { ...plain, temperature: 0 }, { ...plain, topK: 2 }]) {
      assert.throws(() => drawToken(row([0, bad, 1]), settings, forkRandom(0)), code)
      assert.throws(() => drawToken(row([bad, 0, 1]), settings, forkRandom(0)), code)
    }
  }
})
