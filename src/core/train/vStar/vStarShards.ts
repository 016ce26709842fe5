import type { RunConfig } from '../../../shared/config/parseConfig.ts'

/** A part of stage 1 that is sampled by itself. */
export interface Shard {
  /** From 1. */
  readonly number: number
  readonly of: number
}

/** Problems that stage 1 samples together: 512 attempts' worth. */
export function problemsPerChunk({ vStar }: Pick<RunConfig, 'vStar'>): number {
  return Math.max(1, Math.floor(512 / vStar.samples))
}

/**
 * The problems of a shard: those from `first` up to but not including `end`, in their order. Where there are
 * as many chunks as shards, each shard has whole chunks: its rows are then decoded in the very company that
 * they have in a run of one shard, and round alike. Every problem is in exactly one shard; with more shards
 * than problems some have none.
 *
 * @param problems  how many there are
 * @param chunk     problems that are sampled together
 */
export function shardRange(
  problems: number,
  { number, of }: Shard,
  chunk: number,
): { readonly first: number; readonly end: number } {
  const unit = Math.ceil(problems / chunk) >= of ? chunk : 1
  const units = Math.ceil(problems / unit)
  const boundary = (shards: number): number => Math.min(problems, Math.floor((shards * units) / of) * unit)
  return { first: boundary(number - 1), end: boundary(number) }
}
