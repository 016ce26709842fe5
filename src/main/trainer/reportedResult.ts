import type { StageProgress } from '../../core/train/trainEvent.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { JobContext } from './jobContext.ts'

/**
 * What is measured before a stage begins, with its progress reported meanwhile.
 *
 * @returns `stopped` when "stop now" came meanwhile
 */
export async function reportedResult<T>(
  measuring: AsyncGenerator<StageProgress, T>,
  { port, reporter }: Pick<JobContext, 'port' | 'reporter'>,
): Promise<T | 'stopped'> {
  try {
    for (;;) {
      const next = await measuring.next()
      if (next.done === true) return next.value
      const reported = reporter.eventOf(next.value)
      if (reported !== null) port.emit(reported)
    }
  } catch (thrown) {
    if (thrown instanceof RecheckError && thrown.code === 'sampler.stopped') return 'stopped'
    throw thrown
  }
}
