import { errorData } from '../../../shared/errors/recheckError.ts'
import { plainText } from '../../../shared/text/plainText.ts'
import type { TrainerMessage } from '../../wire/trainerMessages.ts'

/** The last record of a job that fails; where it failed goes into the job's own output. */
export function failedMessage(thrown: unknown): TrainerMessage {
  if (thrown instanceof Error) process.stderr.write(`${plainText(thrown.stack ?? thrown.message)}\n`)
  return { type: 'failed', error: errorData(thrown) }
}
