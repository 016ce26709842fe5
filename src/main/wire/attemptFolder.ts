import { z } from 'zod'
import type { JobMessage } from './taskMessages.ts'

/**
 * The folder through which an owner and a trainer on another machine talk: the owner writes the request and
 * its wish, the trainer appends records. One folder an attempt; nobody reads what another attempt wrote.
 */
export function attemptFolder(runId: string, attempt: number): string {
  return `runs/${runId}/attempts/${attempt}`
}

/** The same for one shard of a stage 1; tries are counted over all attempts of the run. */
export function shardFolder(runId: string, shard: number, tries: number): string {
  return `runs/${runId}/shards/${shard}/${tries}`
}

/** The same for an evaluation; it is there until its answer is stored. */
export function evaluationFolder(evaluationId: string, tries: number): string {
  return `${evaluationHome(evaluationId)}/${tries}`
}

/** Everything of one evaluation. */
export function evaluationHome(evaluationId: string): string {
  return `evaluations/${evaluationId}`
}

/** Far above a batch of half a second; as much as an answer may be. */
export const longestRecordBytes = 64 * 2 ** 20

/** Written whole before the job is handed over. */
export const requestName = 'request.json'
/** A JSON object a line, numbered from 1; a line without its end is still being written. */
export const recordsName = 'records.jsonl'
/** What the owner wants of the trainer now, replaced whole. */
export const wishName = 'wish.json'

export interface JobRecord {
  readonly number: number
  readonly message: JobMessage
}

export const Wish = z.strictObject({
  stop: z.enum(['after-step', 'now']).nullable(),
  isPaused: z.boolean(),
})
export type Wish = z.infer<typeof Wish>

/** Every few hundred milliseconds: a network's file system is flushed each time. */
export const recordEveryMs = 500
export const remoteHeartbeatEveryMs = 5000
export const wishEveryMs = 500
