/** Sizes that runs of the sampler are rounded up to. */
export interface RunShapes {
  /** Rows that decode together. */
  rows(count: number): number
  /** Tokens of one decoding run, up to the chunk. */
  steps(count: number, chunk: number): number
  /** Positions of a slot. */
  length(count: number): number
  /** Rows and tokens of a prefill, and its draws. */
  prompts(count: number): number
  tokens(count: number): number
}

/**
 * Node by node: any shape runs at once, so little is rounded. Rows go by eights, as the products of matrices
 * do.
 */
export const plainShapes: RunShapes = {
  rows: (count) => roundUp(count, 8),
  steps: (count) => count,
  length: (count) => roundUp(count, 32),
  prompts: (count) => count,
  tokens: (count) => count,
}

/** Compiled by XLA: every set of shapes costs seconds to compile, so there are few. */
export const compiledShapes: RunShapes = {
  rows: (count) => powerOfTwo(count, 8),
  steps: (_, chunk) => chunk,
  length: (count) => powerOfTwo(count, 128),
  prompts: (count) => powerOfTwo(count, 1),
  tokens: (count) => powerOfTwo(count, 16),
}

function roundUp(count: number, step: number): number {
  return Math.ceil(count / step) * step
}

function powerOfTwo(count: number, least: number): number {
  return Math.max(least, 2 ** Math.ceil(Math.log2(Math.max(1, count))))
}
