/** Time as an argument, so that a test can set it back. */
export interface Clock {
  /** ms since 1970. A user or a time server may set it, backwards too. */
  readonly nowMs: () => number
  /** ms since some moment; only ever grows. For durations. */
  readonly steadyMs: () => number
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  steadyMs: () => performance.now(),
}
