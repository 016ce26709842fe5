/**
 * The one error type that crosses process boundaries. `code` is stable and dotted (`config.invalid`,
 * `checkpoint.shape`); `message` names the thing, what was expected, what came and the way out.
 */
export class RecheckError extends Error {
  readonly code: string
  readonly data: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, data: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.name = 'RecheckError'
    this.code = code
    this.data = data
  }
}

/** An error as data: Electron's IPC and child-process messages keep only plain values. */
export interface ErrorData {
  readonly code: string
  readonly message: string
}

/** Any thrown value as data; a foreign error keeps its message under the code `internal`. */
export function errorData(thrown: unknown): ErrorData {
  if (thrown instanceof RecheckError) return { code: thrown.code, message: thrown.message }
  if (thrown instanceof Error) return { code: 'internal', message: thrown.message }
  return { code: 'internal', message: String(thrown) }
}
