import { plainMessage } from '../../../shared/text/plainText.ts'
import type { ErrorData } from '../../../shared/errors/recheckError.ts'
import { isOutOfMemory } from '../../wire/outOfMemory.ts'

/** How a trainer process ended. */
export interface TrainerExit {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** The end of what it wrote on stderr. */
  readonly stderr: string
  /** The system ended a process for want of memory while this one ran. */
  readonly systemRanOutOfMemory: boolean
  /** Of a job elsewhere: what became of it, a sentence, in the place of exit code and signal. */
  readonly cause?: string
  /** Of a job elsewhere: somebody has stopped it there. */
  readonly wasStopped?: boolean
}

/** What TensorFlow says of itself when it starts: nobody dies of that. */
const engineChatter = /^(WARNING: All log messages before absl|[IW]\d{4} |\d{4}-\d\d-\d\d \S+: [IW] )/

function lastWords(stderr: string): string[] {
  return stderr
    .trim()
    .split('\n')
    .filter((line) => !engineChatter.test(line))
}

/** What a person is to know of a run whose process ended. */
export interface ExitAdvice {
  /** What to do when memory was wanting. */
  readonly outOfMemory: string
  /** Where the run continues. */
  readonly resumes: string
}

/** What a process that ended without a report died of, in plain words. */
export function describeExit(exit: TrainerExit, { outOfMemory, resumes }: ExitAdvice): ErrorData {
  if (isOutOfMemory(exit.stderr) || (exit.signal === 'SIGKILL' && exit.systemRanOutOfMemory))
    return { code: 'trainer.out-of-memory', message: outOfMemory }
  const cause =
    exit.cause ??
    `The trainer process ended by ${exit.signal === null ? `exit code ${exit.exitCode}` : `signal ${exit.signal}`}.`
  const lastLines = lastWords(exit.stderr).slice(-5).join('\n')
  const detail = lastLines === '' ? '' : ` Its last words:\n${lastLines}`
  return {
    code: codeOf(exit),
    message: plainMessage(`${cause} ${resumes}${detail}`),
  }
}

/**
 * Want of memory beside what the plan of the run's memory had said, and where the run continues: a run that
 * has written no checkpoint yet is promised none. Any other error comes back as it is.
 *
 * @param planned  sentences of the plan and of what would take less; null where the run was made without one
 */
export function withMemoryPlan(
  error: ErrorData,
  { planned, resumes }: { readonly planned: string | null; readonly resumes: string },
): ErrorData {
  if (error.code !== 'trainer.out-of-memory') return error
  const where = error.message.includes(resumes) ? '' : `\n${resumes}`
  const plan = planned === null ? '' : `\nWhen it was made, it was planned: ${planned}`
  return { ...error, message: plainMessage(`${error.message}${where}${plan}`) }
}

function codeOf({ signal, cause }: TrainerExit): 'remote.lost' | 'trainer.killed' | 'trainer.crashed' {
  if (cause !== undefined) return 'remote.lost'
  return signal === 'SIGKILL' ? 'trainer.killed' : 'trainer.crashed'
}

/** An error the job reported itself; want of memory gets the plain words and the way out. */
export function describeFailure(error: ErrorData, outOfMemory: string): ErrorData {
  if (error.code === 'trainer.out-of-memory' || !isOutOfMemory(error.message)) return error
  return { code: 'trainer.out-of-memory', message: plainMessage(`${outOfMemory} (${error.message})`) }
}
