import { RecheckError } from '../../shared/errors/recheckError.ts'
import {
  meaningNamed,
  meaningOf,
  systemCodeOf,
  systemErrorMessage,
} from '../../shared/errors/systemErrors.ts'
import { hasNoInodes } from './diskState.ts'

/**
 * A file system's error of writing a file that is replaced whole, as one that names the file and the way out;
 * anything else comes back as it is.
 */
export function fileError(thrown: unknown, path: string): unknown {
  return named(thrown, path, '; what was there before is untouched')
}

/** The same for reading. */
export function readError(thrown: unknown, path: string): unknown {
  return named(thrown, path, '')
}

function named(thrown: unknown, path: string, untouched: string): unknown {
  const meant = meaningOf(thrown)
  const systemCode = systemCodeOf(thrown)
  if (meant === null || systemCode === null) return thrown
  const meaning = systemCode === 'ENOSPC' && hasNoInodes(path) ? meaningNamed('noInodes') : meant
  const problem = meaning.isAboutSpace ? meaning.problem + untouched : meaning.problem
  return new RecheckError(meaning.code, systemErrorMessage({ ...meaning, problem }, path, systemCode), {
    system: systemCode,
  })
}
