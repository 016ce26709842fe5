import type { DrawKind } from './draw.ts'

/** Nodes of the sampler in a graph: what is fed (`…/ids`) and what is fetched. */
export const samplerNames = {
  /** T new tokens for each of P rows, and the first draws for M samples of them. */
  extend: (kind: DrawKind) => {
    const at = `sampler/extend/${kind}`
    return {
      functionName: at,
      /** int32 [P, T], pads on the right. */
      ids: `${at}/ids`,
      /** int32 [P]: positions that are cached already. */
      starts: `${at}/starts`,
      /** int32 [P]: tokens that are no pads, at least 1. */
      counts: `${at}/counts`,
      /** int32 [P]: where the rows' caches are. */
      slots: `${at}/slots`,
      /** int32 [M]: the row that each sample continues. */
      parents: `${at}/parents`,
      /** float32 [2, M], see `addDraw`. */
      uniforms: `${at}/uniforms`,
      drawnIds: `${at}/drawnIds`,
      drawnLogProbs: `${at}/drawnLogProbs`,
    }
  },
  /** N tokens for each of R rows. */
  decode: (kind: DrawKind) => {
    const at = `sampler/decode/${kind}`
    return {
      functionName: at,
      /** int32 [R]: the last token of each row, not cached yet. */
      first: `${at}/first`,
      /** int32 [R]: positions that are cached. */
      lengths: `${at}/lengths`,
      slots: `${at}/slots`,
      /** float32 [N, 2, R] */
      uniforms: `${at}/uniforms`,
      /** int32 [N, R] */
      drawnIds: `${at}/drawnIds`,
      drawnLogProbs: `${at}/drawnLogProbs`,
    }
  },
  inverseTemperature: 'sampler/inverseTemperature',
  topK: 'sampler/topK',
  topP: 'sampler/topP',
  /** Caches of slots `from` into slots `to`, int32 [Q] each. */
  copy: { from: 'sampler/copy/from', to: 'sampler/copy/to', done: 'sampler/copy/done' },
  /** Empty caches of int32 [4] = [slots, K, S, D]. */
  reserve: { shape: 'sampler/reserve/shape', done: 'sampler/reserve/done' },
  /** Longer caches that keep what they hold; int32 [4, 2], what to add before and behind each axis. */
  grow: { paddings: 'sampler/grow/paddings', done: 'sampler/grow/done' },
} as const
