import type { ErrorData } from '../../shared/recheckError.ts'

/** How a trainer process ended. */
export interface TrainerExit {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** The end of what it wrote on stderr. */
  readonly stderr: string
  /** The system ended a process for want of memory while this one ran. */
  readonly systemRanOutOfMemory: boolean
}

const memoryWords =
  /heap out of memory|Array buffer allocation failed|OOM when allocating|RESOURCE_EXHAUSTED|std::bad_alloc|ENOMEM|CUDA_ERROR_OUT_OF_MEMORY/i

const outOfMemory: ErrorData = {
  code: 'trainer.out-of-memory',
  message:
    'The trainer ran out of memory. Nothing stored is lost: resume from the last checkpoint with a smaller micro-batch (halve microBatch), ' +
    'shorter completions, or 8-bit base weights.',
}

/** What a process that ended without a report died of, in plain words. */
export function describeExit(exit: TrainerExit): ErrorData {
  if (memoryWords.test(exit.stderr) || (exit.signal === 'SIGKILL' && exit.systemRanOutOfMemory))
    return outOfMemory
  const cause = exit.signal === null ? `exit code ${exit.exitCode}` : `signal ${exit.signal}`
  const lastLines = exit.stderr.trim().split('\n').slice(-5).join('\n')
  const detail = lastLines === '' ? '' : ` Its last words:\n${lastLines}`
  return {
    code: exit.signal === 'SIGKILL' ? 'trainer.killed' : 'trainer.crashed',
    message: `The trainer process ended by ${cause}. Resume goes on from the last checkpoint.${detail}`,
  }
}

/** An error the job reported itself; want of memory gets the plain words and the way out. */
export function describeFailure(error: ErrorData): ErrorData {
  return memoryWords.test(error.message)
    ? { ...outOfMemory, message: `${outOfMemory.message} (${error.message})` }
    : error
}
