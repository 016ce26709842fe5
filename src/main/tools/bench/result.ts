/** What a workload measured; rates are medians over the repetitions. */
export interface Rate {
  /** Tokens of one repetition. */
  readonly tokens: number
  /** Of every repetition, warm-up left out. */
  readonly seconds: number[]
  readonly tokensPerSecond: number
}

export interface BenchResult {
  readonly rates: Record<string, Rate>
  /** Resident memory after the warm-up and at the end, bytes. */
  readonly memory: { readonly afterWarmUp: number; readonly atEnd: number }
}

/** @param tokens of one repetition; a list where repetitions differ, then the rate is total over total */
export function rateOf(tokens: number | readonly number[], seconds: readonly number[]): Rate {
  const counts = typeof tokens === 'number' ? seconds.map(() => tokens) : tokens
  const sorted = seconds.map((time, index) => (counts[index] ?? 0) / time).sort((a, b) => a - b)
  const middle = sorted.length / 2
  const median = ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2
  return {
    tokens: counts.reduce((sum, count) => sum + count, 0) / counts.length,
    seconds: [...seconds],
    tokensPerSecond: median,
  }
}
