import type { Random } from '../random.ts'
import { drawFromTop, keepsAll, likeliest } from './nextToken.ts'
import type { DrawnToken, DrawSettings } from './nextToken.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'

/**
 * One row of a large vocabulary whose softmax was computed inside the graph: JavaScript then reads a few
 * hundred sums and one chunk a token, not the whole vocabulary.
 */
export interface ChunkedRows {
  readonly vocabularySize: number
  readonly chunkWidth: number
  /** [R, V], already divided by the temperature. */
  readonly logits: Float32Array
  /** [R, V] softmax of the logits. */
  readonly probabilities: Float32Array
  /** [R, ⌈V / chunkWidth⌉] sums of neighbouring probabilities. */
  readonly chunkSums: Float32Array
}

export type DrawOutput = 'logits' | 'probabilities' | 'chunk_sums'

/** Which of the graph's outputs a draw reads; the others may be empty. */
export function outputsToDrawFrom(vocabularySize: number, settings: DrawSettings): readonly DrawOutput[] {
  if (settings.temperature === 0) return ['logits']
  return keepsAll(vocabularySize, settings) ? ['probabilities', 'chunk_sums'] : ['logits', 'probabilities']
}

/** As `drawToken`: the same distribution, one number of the stream a draw, none when greedy. */
export function drawTokenByChunks(
  rows: ChunkedRows,
  row: number,
  settings: DrawSettings,
  random: Random,
): DrawnToken {
  const { vocabularySize, logits, probabilities } = rows
  const offset = row * vocabularySize
  const logitsRow = { values: logits, offset, vocabularySize }
  if (settings.temperature === 0) return { id: likeliest(logitsRow), logProb: 0 }
  if (!keepsAll(vocabularySize, settings)) {
    const best = likeliest(logitsRow)
    const logSum = logits[offset + best] - Math.log(probabilities[offset + best])
    return drawFromTop(logitsRow, { ...settings, temperature: 1 }, { random, logSum })
  }
  const id = pickByChunks(rows, row, random)
  return { id, logProb: Math.min(0, Math.log(probabilities[offset + id])) }
}

/** Inverse-CDF draw in two levels: the chunk by its sum, then the token inside the chunk. */
function pickByChunks(rows: ChunkedRows, row: number, random: Random): number {
  const { vocabularySize, chunkWidth, chunkSums, probabilities } = rows
  const chunks = Math.ceil(vocabularySize / chunkWidth)
  const from = row * chunks
  let total = 0
  for (let chunk = 0; chunk < chunks; chunk++) total += chunkSums[from + chunk]
  if (!(total > 0.5 && total < 2)) throw notFinite(total)
  let left = random.next() * total
  let chosen = 0
  for (let chunk = 0; chunk < chunks; chunk++) {
    if (chunkSums[from + chunk] === 0) continue
    chosen = chunk
    if (left < chunkSums[from + chunk]) break
    left -= chunkSums[from + chunk]
  }
  const end = Math.min((chosen + 1) * chunkWidth, vocabularySize)
  let last = chosen * chunkWidth
  for (let id = last; id < end; id++) {
    const probability = probabilities[row * vocabularySize + id]
    if (probability === 0) continue
    last = id
    left -= probability
    if (left < 0) break
  }
  return last
}

function notFinite(total: number): RecheckError {
  return new RecheckError(
    'sampler.not-finite',
    `sampling: expected probabilities that sum to 1, got ${total}. The model's weights have probably diverged; ` +
      'go back to an earlier checkpoint or lower the learning rate.',
  )
}
