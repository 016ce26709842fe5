import type { Value } from '../../graph/functionBuilder.ts'
import type { FunctionOps, Size } from '../../graph/functionOps.ts'
import { embeddingName, headName, layerPrefix } from '../../model/parameterTable.ts'
import { inverseFrequencies } from '../../model/rotary.ts'
import {
  addFeedForward,
  addLinear,
  addNorm,
  addLargeProduct,
  addRmsNorm,
  addRows,
  parameterOf,
} from './modelFunction.ts'
import type { ModelInFunction } from './modelFunction.ts'

/** Added to the score of a position that a token may not see: its weight becomes exactly 0. */
const masked = -1e9

/** Keys and values of one layer, [P, K, S, D] each. */
export interface LayerCache {
  readonly keys: Value
  readonly values: Value
}

/** T new tokens for each of P rows, whose earlier ones are cached. N = P · T. */
export interface NewTokens {
  /** [N] int64 */
  readonly ids: Value
  /** [N] int64, each token's place in its row. */
  readonly positions: Value
  /** T */
  readonly tokens: Size
  readonly caches: readonly LayerCache[]
  readonly places: CachePlaces
}

/** Where new tokens go in a cache and what they may look at; the same in every layer. */
export interface CachePlaces {
  /** S */
  readonly slotLength: Value
  /** [P · K · T, 1] int64: rows of a cache as [P · K · S, D]. */
  readonly written: Value
  /** [P, 1, 1, T, S], 0 or −1e9. */
  readonly mask: Value
}

/**
 * What stays the same while a function runs over P rows of caches of length S. The last position of a slot is
 * never looked at: pads and tokens after a row's end are written there.
 */
export class CacheFrame {
  readonly #ops: FunctionOps
  readonly #slotLength: Value
  /** [S] int64 */
  readonly #keyPositions: Value
  /** [P, K] int64: the first row of every head's cache as [P · K · S, D]. */
  readonly #headRows: Value

  constructor(ops: FunctionOps, cache: Value, keyValueHeads: number) {
    this.#ops = ops
    this.#slotLength = ops.size(cache, 2)
    this.#keyPositions = ops.cast(ops.range(this.#slotLength), 'int64')
    const heads = ops.binary('Mul', ops.size(cache, 0), ops.int(keyValueHeads))
    const rows = ops.binary('Mul', ops.range(heads), this.#slotLength)
    this.#headRows = ops.cast(ops.reshape(rows, [-1, keyValueHeads]), 'int64')
  }

  /** @param positions [P, T] int64, below the slot's length */
  places(positions: Value, tokens: Size): CachePlaces {
    const ops = this.#ops
    const rows = ops.binary('AddV2', ops.expand(this.#headRows, 2), ops.expand(positions, 1)) // [P, K, T]
    const isSeen = ops.compare('LessEqual', this.#keyPositions, ops.expand(positions, 2)) // [P, T, S]
    const mask = ops.select(isSeen, ops.float(0), ops.float(masked))
    return {
      slotLength: this.#slotLength,
      written: ops.reshape(rows, [-1, 1]),
      mask: ops.reshape(mask, [-1, 1, 1, tokens, this.#slotLength]),
    }
  }

  /** The position that is written but never looked at, int64. */
  get unseen(): Value {
    const last = this.#ops.binary('Sub', this.#slotLength, this.#ops.int(1))
    return this.#ops.cast(last, 'int64')
  }
}

/** cos and sin of every token's angles over a whole head, [N, 1, D]; the first half of the sines negated. */
interface Turn {
  readonly cos: Value
  readonly signedSin: Value
}

/** @returns the residual stream after all layers [N, C], and the caches with the new tokens in them */
export function addCachedForward(
  model: ModelInFunction,
  input: NewTokens,
): { stream: Value; caches: LayerCache[] } {
  const { ops, config } = model
  const turn = config.rotary === null ? null : addTurn(model, input.positions)
  let stream = addEmbedding(model, input)
  const caches = input.caches.map((cache, layer) => {
    const at = layerPrefix(config, layer)
    const isGpt2 = config.family === 'gpt2'
    const normed = addNorm(model, stream, `${at}.${isGpt2 ? 'ln_1' : 'input_layernorm'}`)
    const attended = addAttention(model, { normed, cache, turn, at }, input)
    const middle = ops.binary('AddV2', stream, attended.output)
    const wide = addNorm(model, middle, `${at}.${isGpt2 ? 'ln_2' : 'post_attention_layernorm'}`)
    stream = ops.binary('AddV2', middle, addFeedForward(model, wide, at))
    return attended.cache
  })
  return { stream, caches }
}

/** Final norm and head. [N, C] → [N, V] */
export function addLogits(model: ModelInFunction, stream: Value): Value {
  const { config } = model
  const normed = addNorm(model, stream, config.family === 'gpt2' ? 'transformer.ln_f' : 'model.norm')
  return addLargeProduct(
    model,
    normed,
    config.tiedHead ? embeddingName(config) : headName,
    config.vocabularySize,
  )
}

function addEmbedding(model: ModelInFunction, { ids, positions }: NewTokens): Value {
  const { ops, config } = model
  const tokens = addRows(model, embeddingName(config), ids)
  if (config.rotary !== null) return tokens
  // pads may stand beyond the table
  const last = ops.cast(ops.int(config.maxPositions - 1), 'int64')
  const learned = ops.gather(
    parameterOf(model, 'transformer.wpe.weight'),
    ops.binary('Minimum', positions, last),
  )
  return ops.binary('AddV2', tokens, learned)
}

function addTurn({ ops, config }: ModelInFunction, positions: Value): Turn {
  if (config.rotary === null) throw new RangeError('addTurn: expected a model with rotary positions')
  const half = config.headWidth / 2
  const table = inverseFrequencies(config.rotary, config.headWidth)
  const frequencies = ops.builder.constant('float32', [1, 1, half], table)
  const places = ops.reshape(ops.cast(positions, 'float32'), [-1, 1, 1])
  const angles = ops.binary('Mul', places, frequencies) // [N, 1, D/2]
  const [cos, sin] = [ops.unary('Cos', angles), ops.unary('Sin', angles)]
  const negated = ops.binary('Mul', sin, ops.float(-1))
  return { cos: ops.concat([cos, cos], 2), signedSin: ops.concat([negated, sin], 2) }
}

interface AttentionInput {
  /** [N, C] */
  readonly normed: Value
  readonly cache: LayerCache
  readonly turn: Turn | null
  readonly at: string
}

/**
 * Grouped-query attention of the new tokens to all up to their own, which are put into the cache first. → [N,
 * C]
 */
function addAttention(
  model: ModelInFunction,
  { normed, cache, turn, at }: AttentionInput,
  { tokens, places }: NewTokens,
): { output: Value; cache: LayerCache } {
  const { ops, config } = model
  const { queryHeads: H, keyValueHeads: K, headWidth: D } = config
  const { q, k, v } = addHeads(model, normed, turn, at)
  const written = (held: Value, fresh: Value) =>
    ops.reshape(
      ops.replaceRows(ops.reshape(held, [-1, D]), places.written, headMajor(ops, fresh, [tokens, K, D])),
      [-1, K, places.slotLength, D],
    )
  const keys = written(cache.keys, k)
  const values = written(cache.values, v)
  const groupRows = tokens === 1 ? H / K : ops.binary('Mul', ops.int(H / K), scalarOf(ops, tokens))
  const scaled = ops.binary('Mul', q, ops.float(1 / Math.sqrt(D)))
  const queries = ops.reshape(headMajor(ops, scaled, [tokens, H, D]), [-1, K, groupRows, D])
  const scores = ops.batchMatMul(queries, keys, true) // [P, K, G·T, S]
  const apart = ops.reshape(scores, [-1, K, H / K, tokens, places.slotLength])
  const weights = ops.unary('Softmax', ops.binary('AddV2', apart, places.mask))
  const together = ops.reshape(weights, [-1, K, groupRows, places.slotLength])
  const mixed = ops.batchMatMul(together, values) // [P, K, G·T, D]
  const output = addLinear(
    model,
    ops.reshape(tokenMajor(ops, mixed, [tokens, H, D]), [-1, H * D]),
    config.family === 'gpt2' ? `${at}.attn.c_proj` : `${at}.self_attn.o_proj`,
  )
  return { output, cache: { keys, values } }
}

/**
 * Projections of the new tokens, queries and keys normed and turned where the family does so. [N, heads, D]
 * each
 */
function addHeads(
  model: ModelInFunction,
  normed: Value,
  turn: Turn | null,
  at: string,
): { q: Value; k: Value; v: Value } {
  const { ops, config } = model
  const { queryHeads: H, keyValueHeads: K, headWidth: D } = config
  const heads = (flat: Value, count: number) => ops.reshape(flat, [-1, count, D])
  if (config.family === 'gpt2') {
    const [q, k, v] = ops.split(addLinear(model, normed, `${at}.attn.c_attn`), 3, 1)
    return { q: heads(q, H), k: heads(k, K), v: heads(v, K) }
  }
  const project = (name: 'q' | 'k' | 'v', count: number) => {
    const shaped = heads(addLinear(model, normed, `${at}.self_attn.${name}_proj`), count)
    if (!config.queryKeyNorm || name === 'v') return shaped
    return addRmsNorm(model, shaped, parameterOf(model, `${at}.self_attn.${name}_norm.weight`))
  }
  const plain = ops.concat([project('q', H), project('k', K)], 1) // [N, H + K, D]
  const turned = turn === null ? plain : addRotation(ops, plain, turn)
  return {
    q: ops.slice(turned, [0, 0, 0], [-1, H, -1]),
    k: ops.slice(turned, [0, H, 0], [-1, K, -1]),
    v: project('v', K),
  }
}

/** Every pair (xᵢ, xᵢ₊D/₂) turned by its position's angle. */
function addRotation(ops: FunctionOps, x: Value, { cos, signedSin }: Turn): Value {
  const [first, second] = ops.split(x, 2, 2)
  const swapped = ops.concat([second, first], 2)
  return ops.binary('AddV2', ops.binary('Mul', x, cos), ops.binary('Mul', swapped, signedSin))
}

/** [P · T, heads, D] → [P · heads · T, D]: a head's tokens next to each other. */
function headMajor(ops: FunctionOps, x: Value, [tokens, heads, D]: readonly [Size, number, number]): Value {
  if (tokens === 1) return ops.reshape(x, [-1, D])
  return ops.reshape(ops.transpose(ops.reshape(x, [-1, tokens, heads, D]), [0, 2, 1, 3]), [-1, D])
}

/** The way back, from any shape of as many elements in that order. → [P, T, heads, D] */
function tokenMajor(ops: FunctionOps, x: Value, [tokens, heads, D]: readonly [Size, number, number]): Value {
  if (tokens === 1) return x
  return ops.transpose(ops.reshape(x, [-1, heads, tokens, D]), [0, 2, 1, 3])
}

function scalarOf(ops: FunctionOps, size: Size): Value {
  return typeof size === 'number' ? ops.int(size) : size
}
