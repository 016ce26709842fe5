import { errorGroup, type ErrorGroup, type RecheckErrorCode } from '../../shared/errors/errorCodes.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'

/** 0 done · 1 a check failed or the program did · 2 bad input · 130 interrupted by the user. */
export type ExitCode = 0 | 1 | 2 | 130

/** Errors that no other input would have avoided; every other RecheckError is about what was given. */
const failureGroups: ReadonlySet<ErrorGroup> = new Set([
  'internal',
  'tensorflow',
  'trainer',
  'inquiry',
  'wheel',
])
const failures: ReadonlySet<RecheckErrorCode> = new Set([
  'file.busy',
  'file.disk-error',
  'file.disk-full',
  'file.no-inodes',
  'file.quota',
  'file.too-large',
  'file.too-many-open',
  'hub.answer',
  'hub.checksum',
  'hub.in-progress',
  'hub.rate-limit',
  'hub.unreachable',
  'ray.answer',
  'ray.away',
  'remote.lost',
  'remote.records',
  'serve.build-failed',
  'store.busy',
  'store.damaged',
  'store.disk-full',
  'store.no-inodes',
  'store.too-large',
  'store.failed',
  'store.gone',
])

/** The exit code that an error thrown by a command stands for. */
export function exitCodeOf(thrown: unknown): ExitCode {
  if (!(thrown instanceof RecheckError)) return 1
  return failures.has(thrown.code) || failureGroups.has(errorGroup(thrown.code)) ? 1 : 2
}
