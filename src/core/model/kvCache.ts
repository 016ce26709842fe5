import * as tf from '@tensorflow/tfjs'
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs'
import { rotationAt } from './rotary.ts'
import type { ForwardPass, KeyValues, Transformer } from './transformer.ts'
import { decoderLayer, embedTokens, finalNorm, headLogits } from './transformer.ts'

/** Keys and values of the positions so far, one entry a layer, [B, K, S, D] each. */
export type KeyValueCache = readonly KeyValues[]

export interface CachedInput {
  /** [B, T] int32: the tokens after those in the cache. */
  readonly ids: Tensor2D
  /** [B, T] int32 */
  readonly positionIds: Tensor2D
  /** Broadcast to [B, H, T, S + T]; 0 where a query may look, −1e9 where it may not. */
  readonly mask: Tensor
  /** null: nothing is cached yet. */
  readonly cache: KeyValueCache | null
}

/**
 * Appends tokens to a cache.
 *
 * @returns logits [B, V] of the last position, and the longer cache; the caller disposes both, and the old
 *   cache
 */
export function forwardCached(
  model: Transformer,
  input: CachedInput,
): { readonly logits: Tensor2D; readonly cache: KeyValueCache } {
  const [B, T] = input.ids.shape
  const { config } = model
  const longer: KeyValues[] = []
  const logits = tf.tidy(() => {
    const pass: ForwardPass = {
      model,
      batch: B,
      length: T,
      rotation:
        config.rotary === null ? null : rotationAt(config.rotary, config.headWidth, input.positionIds),
      mask: input.mask,
      extendKeyValues: (layer, fresh) => {
        const extended = appended(input.cache?.[layer], fresh)
        longer.push(extended)
        return extended
      },
    }
    let x = embedTokens(pass, input.ids, input.positionIds)
    for (let layer = 0; layer < config.layers; layer++) x = decoderLayer(pass, layer, x)
    const last = x.reshape([B, T, config.width]).slice([0, T - 1, 0], [B, 1, config.width])
    return headLogits(model, finalNorm(model, last.reshape([B, config.width])))
  })
  return { logits, cache: longer }
}

/** Every row of the cache `repeats` times, row 0 first: samples of one prompt share its prefill. */
export function repeatRows(cache: KeyValueCache, repeats: number): KeyValueCache {
  const repeated = (x: Tensor4D): Tensor4D => {
    const [B, K, S, D] = x.shape
    return tf.tidy(() =>
      tf.keep(
        x
          .reshape([B, 1, K * S * D])
          .tile([1, repeats, 1])
          .reshape<Tensor4D>([B * repeats, K, S, D]),
      ),
    )
  }
  return cache.map(({ keys, values }) => ({ keys: repeated(keys), values: repeated(values) }))
}

export function disposeCache(cache: KeyValueCache): void {
  for (const { keys, values } of cache) {
    keys.dispose()
    values.dispose()
  }
}

/** Kept beyond the tidy of one pass: `disposeCache` frees them. */
function appended(past: KeyValues | undefined, fresh: KeyValues): KeyValues {
  const join = (before: Tensor4D | undefined, after: Tensor4D): Tensor4D =>
    tf.keep(before === undefined ? after.clone() : tf.concat([before, after], 2))
  return { keys: join(past?.keys, fresh.keys), values: join(past?.values, fresh.values) }
}
