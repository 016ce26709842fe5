import type { RecheckErrorCode } from './errorCodes.ts'
import { plainMessage } from '../text/plainText.ts'
import { meaningOf, pathOf, systemCodeOf, systemErrorMessage } from './systemErrors.ts'

/** Facts about an error by name, for programs; plain values, so that they survive JSON. */
export type ErrorDetails = Readonly<Record<string, unknown>>

/**
 * The one error type that crosses process boundaries. `code` is stable and dotted (`config.invalid`,
 * `checkpoint.shape`); `message` names the thing, what was expected, what came and the way out. It may quote
 * strangers: here it becomes plain text of a few lines, so that it can be shown and stored anywhere.
 */
export class RecheckError extends Error {
  readonly code: RecheckErrorCode
  readonly data: ErrorDetails

  constructor(code: RecheckErrorCode, message: string, data: ErrorDetails = {}) {
    super(plainMessage(message))
    this.name = 'RecheckError'
    this.code = code
    this.data = data
  }
}

/** An error as data: Electron's IPC and child-process messages keep only plain values. */
export interface ErrorData {
  readonly code: RecheckErrorCode
  readonly message: string
  /** `RecheckError.data`; left out where it is empty. */
  readonly data?: ErrorDetails
}

/**
 * Any thrown value as data. An error of the system on a file says what it means and the way out; any other
 * foreign one keeps its message under the code `internal`.
 */
export function errorData(thrown: unknown): ErrorData {
  if (thrown instanceof RecheckError) {
    const { code, message, data } = thrown
    return Object.keys(data).length === 0 ? { code, message } : { code, message, data }
  }
  const meaning = meaningOf(thrown)
  if (meaning !== null) {
    const path = pathOf(thrown) ?? 'a file that the system does not name'
    return {
      code: meaning.code,
      message: plainMessage(systemErrorMessage(meaning, path, systemCodeOf(thrown) ?? '')),
    }
  }
  if (thrown instanceof Error) return { code: 'internal', message: plainMessage(thrown.message) }
  return { code: 'internal', message: plainMessage(String(thrown)) }
}

/** The error that `errorData` was made from, in the process that received it. */
export function receivedError({ code, message, data }: ErrorData): RecheckError {
  return new RecheckError(code, message, data)
}
