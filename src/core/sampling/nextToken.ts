import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { Random } from '../random.ts'
import type { SamplingSettings } from './sampler.ts'

/** One row of raw logits inside a larger array: `values[offset + id]`, 0 ≤ id < vocabularySize. */
export interface LogitsRow {
  readonly values: Float32Array
  readonly offset: number
  readonly vocabularySize: number
}

export interface DrawnToken {
  readonly id: number
  /** ln of its probability under the sampling distribution, ≤ 0. Greedy choices are certain: 0. */
  readonly logProb: number
}

export type DrawSettings = Pick<SamplingSettings, 'temperature' | 'topP' | 'topK'>

/**
 * Draws the next token: temperature, then top-k, then top-p on what top-k left (smallest set of the likeliest
 * tokens whose mass reaches p), then an inverse-CDF draw that takes exactly one number of the stream. Equal
 * logits rank by id. Temperature 0 takes the highest logit (lowest id of equals) and no number.
 *
 * @throws RecheckError `sampler.not-finite` when the row holds NaN or +∞ (−∞ is a token that cannot be drawn)
 */
export function drawToken(row: LogitsRow, settings: DrawSettings, random: Random): DrawnToken {
  if (settings.temperature === 0) return { id: likeliest(row), logProb: 0 }
  if (keepsAll(row.vocabularySize, settings)) return drawFromAll(row, settings.temperature, random)
  return drawFromTop(row, settings, { random, logSum: logSumOfAll(row, settings.temperature) })
}

/** Whether neither top-k nor top-p cuts anything off. */
export function keepsAll(vocabularySize: number, { topP, topK }: DrawSettings): boolean {
  return topP >= 1 && (topK === 0 || topK >= vocabularySize)
}

/** Id of the highest logit; the lowest id of equals. */
export function likeliest({ values, offset, vocabularySize }: LogitsRow): number {
  let best = 0
  let bestLogit = -Infinity
  for (let id = 0; id < vocabularySize; id++) {
    const logit = values[offset + id]
    // not `logit > bestLogit`: a NaN must not be passed over
    if (!(logit <= bestLogit)) {
      if (Number.isNaN(logit)) throw notFinite(logit)
      best = id
      bestLogit = logit
    }
  }
  if (!Number.isFinite(bestLogit)) throw notFinite(bestLogit)
  return best
}

/** Σ exp((logit − max) / temperature) of one row, scale = 1 / temperature. */
function sumOfAll(
  row: LogitsRow,
  temperature: number,
): { readonly max: number; readonly scale: number; readonly sum: number } {
  const { values, offset, vocabularySize } = row
  const scale = 1 / temperature
  const max = values[offset + likeliest(row)]
  let sum = 0
  for (let id = 0; id < vocabularySize; id++) sum += Math.exp((values[offset + id] - max) * scale)
  if (!Number.isFinite(sum)) throw notFinite(sum)
  return { max, scale, sum }
}

function drawFromAll(row: LogitsRow, temperature: number, random: Random): DrawnToken {
  const { values, offset, vocabularySize } = row
  const { max, scale, sum } = sumOfAll(row, temperature)
  const id = pick({ ...row, from: 0, to: vocabularySize }, { max, scale }, random.next() * sum)
  return { id, logProb: (values[offset + id] - max) * scale - Math.log(sum) }
}

/**
 * First id of [from, to) at which the running sum of weights passes `target`; the last drawable one if
 * rounding overshoots.
 */
export function pick(
  row: LogitsRow & { readonly from: number; readonly to: number },
  { max, scale }: { readonly max: number; readonly scale: number },
  target: number,
): number {
  let left = target
  let last = row.from
  for (let id = row.from; id < row.to; id++) {
    const weight = Math.exp((row.values[row.offset + id] - max) * scale)
    if (weight === 0) continue
    last = id
    left -= weight
    if (left < 0) return id
  }
  return last
}

/** ln Σ exp(logit / temperature) of one row. */
function logSumOfAll(row: LogitsRow, temperature: number): number {
  const { max, scale, sum } = sumOfAll(row, temperature)
  return max * scale + Math.log(sum)
}

/**
 * Draw under top-k and top-p. Only tokens near the top are looked at: a window below the highest logit that
 * is widened until it holds enough of them, so the vocabulary is compared but neither exponentiated nor
 * sorted.
 *
 * @param draw.logSum ln Σ exp(logit / temperature) over the whole row
 */
export function drawFromTop(
  row: LogitsRow,
  settings: DrawSettings,
  draw: { readonly random: Random; readonly logSum: number },
): DrawnToken {
  const scale = 1 / settings.temperature
  const max = row.values[row.offset + likeliest(row)] * scale
  const topK = settings.topK === 0 ? row.vocabularySize : Math.min(settings.topK, row.vocabularySize)
  // with top-k, top-p is a share of what top-k left; without, of the whole row
  const isTopKOff = topK === row.vocabularySize
  for (let window = 4; ; window *= 2) {
    const ranked = rankedWithin(row, (max - window) / scale)
    const isWholeRow = ranked.length === row.vocabularySize || window > 1e6
    const candidates = ranked.length > topK ? ranked.slice(0, topK) : ranked
    const weights = candidates.map((id) => Math.exp(row.values[row.offset + id] * scale - max))
    const mass = weights.reduce((sum, weight) => sum + weight, 0)
    const total = isTopKOff ? Math.exp(draw.logSum - max) : mass
    const holdsEnough = isTopKOff ? mass >= settings.topP * total : ranked.length >= topK
    if (!holdsEnough && !isWholeRow) continue
    return pickRanked(candidates, weights, { target: settings.topP * total, random: draw.random })
  }
}

/** Ids whose logit is at least `floor`, likeliest first. */
function rankedWithin({ values, offset, vocabularySize }: LogitsRow, floor: number): number[] {
  const ids: number[] = []
  for (let id = 0; id < vocabularySize; id++) if (values[offset + id] >= floor) ids.push(id)
  return ids.sort((a, b) => values[offset + b] - values[offset + a] || a - b)
}

function pickRanked(
  ids: readonly number[],
  weights: readonly number[],
  { target, random }: { readonly target: number; readonly random: Random },
): DrawnToken {
  let kept = 0
  let mass = 0
  do mass += weights[kept++]
  while (kept < ids.length && mass < target)
  let left = random.next() * mass
  let chosen = 0
  while (chosen < kept - 1 && (left -= weights[chosen]) >= 0) chosen++
  return { id: ids[chosen], logProb: Math.min(0, Math.log(weights[chosen] / mass)) }
}

function notFinite(value: number): RecheckError {
  return new RecheckError(
    'sampler.not-finite',
    `sampling: expected finite logits, got ${value}. The model's weights have probably diverged; ` +
      'go back to an earlier checkpoint or lower the learning rate.',
  )
}
