/** Looked at between units of work; an `AbortSignal` fits. */
export interface StopSignal {
  readonly aborted: boolean
}
