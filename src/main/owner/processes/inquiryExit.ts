import { errorData, RecheckError } from '../../../shared/errors/recheckError.ts'
import { isOutOfMemory } from '../../wire/outOfMemory.ts'

/** How a process ended that was asked about a config. */
export interface InquiryExit {
  readonly output: string
  /** The end of what it wrote on stderr. */
  readonly stderr: string
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** The system ended a process for want of memory while this one ran. */
  readonly systemRanOutOfMemory: boolean
  /** It could not be started at all. */
  readonly startProblem: Error | null
  readonly isTimeout: boolean
  readonly nodePath: string
}

const lastLines = 5
const what = 'The process that reads model and data for this check'
/** A config is not wrong because a process was ended. */
const notTheConfig = 'That says nothing against the config'

/** Why there is no answer; never an error of the config, which the process itself would have reported. */
export function exitProblem(exit: InquiryExit, withinMs: number): RecheckError {
  const { startProblem, isTimeout, signal, exitCode, stderr } = exit
  if (startProblem !== null) {
    return new RecheckError(
      'inquiry.start',
      `${what} could not be started with ${exit.nodePath}: ${errorData(startProblem).message}. Run "recheck doctor", or "npm ci" again.`,
    )
  }
  if (isOutOfMemory(stderr) || (signal === 'SIGKILL' && exit.systemRanOutOfMemory)) {
    return new RecheckError(
      'inquiry.out-of-memory',
      `${what} ran out of memory. End other programs, or choose a smaller model or less data.`,
    )
  }
  if (isTimeout) {
    return new RecheckError(
      'inquiry.timeout',
      `${what} took longer than ${Math.round(withinMs / 1000)} s and was ended. ${notTheConfig}: the disk may be slow, ` +
        'or the model very large. Try again once its files have been read.',
    )
  }
  if (signal !== null) {
    return new RecheckError(
      'inquiry.killed',
      `${what} was ended from outside, by signal ${signal}. ${notTheConfig}: try again.`,
    )
  }
  const tail = stderr.trim().split('\n').slice(-lastLines).join('\n')
  return new RecheckError(
    'inquiry.failed',
    `${what} ended with exit code ${exitCode} and without an answer. ${tail === '' ? 'It wrote nothing.' : `It wrote last:\n${tail}`}`,
  )
}
