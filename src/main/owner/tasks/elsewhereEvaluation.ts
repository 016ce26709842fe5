import { z } from 'zod'
import type { CheckpointRecord } from '../../../shared/runs/records.ts'
import { RemotePlace } from '../../../shared/runs/remotePlace.ts'
import type { Clock } from '../../host/machine/clock.ts'
import { askCluster, forgetQuestion } from '../remote/askCluster.ts'
import type { RemoteAccess } from '../remote/remoteAccess.ts'
import { abandonedQuestions, claimQuestion, dropQuestion, releaseQuestion } from '../remote/openQuestions.ts'
import { checkpointOfEvaluation, type PlacedCheckpoint } from '../remote/sharedCheckpoint.ts'

/** What somebody wants evaluated; kept in the data folder while a cluster works on it. */
export const WantedEvaluation = z.strictObject({
  runId: z.string(),
  step: z.int().min(0),
  /** null = an evaluation as training makes it; else the vote curve of so many samples a problem. */
  samples: z.int().min(2).nullable(),
  /** null = this machine. */
  place: RemotePlace.nullable(),
})
export type WantedEvaluation = z.infer<typeof WantedEvaluation>

export interface ElsewhereTerms {
  readonly dataDir: string
  readonly clock: Clock
  readonly access: RemoteAccess
  readonly place: RemotePlace
  readonly wanted: WantedEvaluation
  /** null = the model folder's own weights. */
  readonly record: CheckpointRecord | null
  /** What the process is asked, once its checkpoint is where all machines see it. */
  readonly questionOf: (checkpoint: PlacedCheckpoint | null) => unknown
  readonly onEvent: (event: unknown) => void
  /** What it waits for. */
  readonly onWait: (words: string) => void
  readonly cancel: AbortSignal
  readonly leave: AbortSignal
}

/**
 * An evaluation by a job of a cluster, to its end: the answer is kept before what was asked is forgotten, so
 * that a process that is ended in between takes it in again.
 *
 * @param keep  stores the answer; the same one twice is one
 */
export async function evaluateThere(
  terms: ElsewhereTerms,
  keep: (answer: unknown) => void | Promise<void>,
): Promise<void> {
  const { dataDir, place, wanted, record, access, clock, cancel, leave } = terms
  const { id } = await claimQuestion(dataDir, wanted)
  try {
    const answer = await askCluster({
      access,
      place,
      clock,
      id,
      async question() {
        const checkpoint = await checkpointOfEvaluation(record === null ? null : { dataDir, record }, {
          id,
          shared: place.shared,
          signal: AbortSignal.any([cancel, leave]),
          onProgress: (done, total) =>
            terms.onEvent({ activity: 'copying the checkpoint', done, total, unit: 'bytes' }),
        })
        return terms.questionOf(checkpoint)
      },
      onEvent: terms.onEvent,
      onNote: ({ code, message }) => {
        if (code !== 'remote.handed-over') terms.onWait(message)
      },
      cancel,
      leave,
    })
    await keep(answer)
  } catch (thrown) {
    if (leave.aborted && !cancel.aborted) return releaseQuestion(dataDir, wanted) // the next owner takes it up
    await forget()
    throw thrown
  }
  await forget()

  async function forget(): Promise<void> {
    await forgetQuestion(place, id)
    await dropQuestion(dataDir, wanted)
  }
}

/** Evaluations that an earlier owner has left at work. */
export async function leftEvaluations(dataDir: string): Promise<readonly WantedEvaluation[]> {
  const found = await abandonedQuestions(dataDir)
  return found.flatMap(({ asked }) => WantedEvaluation.safeParse(asked).data ?? [])
}
