import { RecheckError } from '../../shared/recheckError.ts'

/** 0 done · 1 a check failed or the program did · 2 bad input · 130 interrupted by the user. */
export type ExitCode = 0 | 1 | 2 | 130

/** Codes of errors that no other input would have avoided; every other RecheckError is about what was given. */
const failurePrefixes = [
  'internal',
  'tensorflow.',
  'onnx.',
  'host.',
  'process.',
  'trainer.',
  'store.busy',
  'store.disk-full',
  'store.failed',
  'file.disk-full',
  'store.damaged',
  'store.gone',
  'failed.',
]

/** The exit code that an error thrown by a command stands for. */
export function exitCodeOf(thrown: unknown): ExitCode {
  if (!(thrown instanceof RecheckError)) return 1
  return failurePrefixes.some((prefix) => thrown.code.startsWith(prefix)) ? 1 : 2
}
