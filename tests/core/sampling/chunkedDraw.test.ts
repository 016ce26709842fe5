import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forkRandom } from '../../../src/core/random.ts'
import { drawTokenByChunks } from '../../../src/core/sampling/chunkedDraw.ts'
import type { ChunkedRows } from '../../../src/core/sampling/chunkedDraw.ts'
import { drawToken } from '../../../src/core/sampling/nextToken.ts'
import { assertClose } from '../../assertClose.ts'

const vocabularySize = 1000
const chunkWidth = 64

/** What the graph computes from logits at a temperature, in double precision and rounded. */
function chunkedRow(logits: readonly number[], temperature: number): ChunkedRows {
  const scaled = logits.map((logit) => logit / temperature)
  const max = Math.max(...scaled)
  const weights = scaled.map((logit) => Math.exp(logit - max))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const probabilities = Float32Array.from(weights, (weight) => weight / total)
  const chunkSums = new Float32Array(Math.ceil(vocabularySize / chunkWidth))
  probabilities.forEach((p, id) => sumInto(chunkSums, Math.floor(id / chunkWidth), p))
  return { vocabularySize, chunkWidth, logits: Float32Array.from(scaled), probabilities, chunkSums }
}

function sumInto(sums: Float32Array, at: number, value: number): void {
  sums[at] = (sums[at] ?? 0) + value
}

const random = forkRandom(3, 'logits')
const logits = Array.from({ length: vocabularySize }, () => 3 * random.nextNormal())

for (const settings of [
  { temperature: 1, topP: 1, topK: 0 },
  { temperature: 0.7, topP: 1, topK: 0 },
  { temperature: 1.3, topP: 0.9, topK: 0 },
  { temperature: 1, topP: 1, topK: 20 },
  { temperature: 1, topP: 0.8, topK: 50 },
  { temperature: 0, topP: 1, topK: 0 },
]) {
  test(`two-level draws = draws over the whole row, same stream: ${JSON.stringify(settings)}`, () => {
    const rows = chunkedRow(logits, settings.temperature === 0 ? 1 : settings.temperature)
    const row = { values: Float32Array.from(logits), offset: 0, vocabularySize }
    const [a, b] = [forkRandom(1), forkRandom(1)]
    for (let draw = 0; draw < 500; draw++) {
      const chunked = drawTokenByChunks(rows, 0, settings, a)
      const whole = drawToken(row, settings, b)
      assert.equal(chunked.id, whole.id)
      assertClose(chunked.logProb, whole.logProb, 1e-5)
    }
    assert.deepEqual(a.state, b.state)
  })
}

test('probabilities that do not sum to one are refused', () => {
  const rows = chunkedRow(logits, 1)
  rows.chunkSums.fill(NaN)
  assert.throws(() => drawTokenByChunks(rows, 0, { temperature: 1, topP: 1, topK: 0 }, forkRandom(0)), {
    code: 'sampler.not-finite',
    message: /expected probabilities that sum to 1, got NaN/,
  })
})
