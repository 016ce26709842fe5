import type { ReportSampling } from '../rollout/sampleTurns.ts'
import type { StageProgress } from './trainEvent.ts'

/** Reports from inside a long await, to be yielded by the generator that waits. */
export type Report<P> = (progress: P) => void

/**
 * Runs `work` and yields what it reports meanwhile; reports that pile up while nobody asks are dropped but
 * the last.
 *
 * @returns what `work` returns; its error is thrown on
 */
export async function* reportProgress<P, T>(work: (report: Report<P>) => Promise<T>): AsyncGenerator<P, T> {
  const inbox: { latest: P | null; wake: () => void } = { latest: null, wake: () => undefined }
  const outcome: { settled: boolean } = { settled: false }
  const running = work((progress) => {
    inbox.latest = progress
    inbox.wake()
  }).finally(() => {
    outcome.settled = true
    inbox.wake()
  })
  // a rejection is met by the await below; until then it must not count as unhandled
  running.catch(() => undefined)
  while (!outcome.settled) {
    if (inbox.latest === null) await new Promise<void>((resolve) => (inbox.wake = resolve))
    const progress = inbox.latest
    inbox.latest = null
    if (progress !== null) yield progress
  }
  return await running
}

/** Sampler reports as progress events: `sampling verdicts`, or `evaluating on test: verdicts`. */
export function samplingProgress(
  report: (progress: StageProgress) => void,
  activity: string | null = null,
): ReportSampling {
  return (kind, done, total) =>
    report({
      type: 'progress',
      activity: activity === null ? `sampling ${kind}s` : `${activity}: ${kind}s`,
      done,
      total,
      unit: 'completions',
    })
}
