import { setTimeout as wait } from 'node:timers/promises'
import type { JobStatus } from './jobsApi.ts'

/** How the state of jobs is asked for: of one, or of all in one answer. */
export interface StatusQuestions {
  readonly one: (submissionId: string) => Promise<JobStatus | null>
  readonly all: () => Promise<ReadonlyMap<string | null | undefined, JobStatus>>
}

/** Questions that are gathered into one. */
const gatherMs = 250
/** Fewer are asked one by one: each answer is small then, whatever else the cluster has done. */
const fewest = 16

/**
 * Asks once for all jobs where many are asked for at a time: thousands that wait cost the head one answer,
 * not thousands.
 */
export function sharedStatus({
  one,
  all,
}: StatusQuestions): (submissionId: string) => Promise<JobStatus | null> {
  let asked = 0
  let gathered: Promise<Awaited<ReturnType<StatusQuestions['all']>> | null> | null = null
  return async (submissionId) => {
    asked++
    gathered ??= wait(gatherMs).then(() => {
      const isMany = asked >= fewest
      asked = 0
      gathered = null
      return isMany ? all() : null
    })
    const answers = await gathered
    return answers === null ? one(submissionId) : (answers.get(submissionId) ?? null)
  }
}
