import type { ErrorData } from '../../shared/errors/recheckError.ts'
import type { EventBatch } from '../../shared/runs/runEvent.ts'
import type { JobRequest } from './jobPort.ts'

/** Owner → trainer. Plain JSON: the two may run on different versions of V8. */
export type OwnerMessage =
  | { readonly type: 'start'; readonly request: JobRequest }
  | { readonly type: 'stored'; readonly sequence: number }
  | { readonly type: 'stop'; readonly when: StopMoment }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }

/** Trainer → owner. */
export type TrainerMessage =
  /** The first word of a trainer on another machine. */
  | { readonly type: 'began'; readonly host: string; readonly processId: number }
  | { readonly type: 'batch'; readonly batch: EventBatch }
  | { readonly type: 'heartbeat'; readonly activeMs: number }
  /** Rows of one forward and backward pass, as chosen for this machine. */
  | { readonly type: 'micro-batch'; readonly rows: number }
  | { readonly type: 'paused' }
  | { readonly type: 'resumed' }
  | { readonly type: 'ended'; readonly outcome: 'finished' | 'stopped' }
  | { readonly type: 'failed'; readonly error: ErrorData }

export type StopMoment = 'after-step' | 'now'

/** Within the 250 ms that a kill may cost, with time left for the way to the disk. */
export const batchEveryMs = 200
/** Least time between a batch and the one that the end of a step sends. */
export const batchPauseMs = 50
export const heartbeatEveryMs = 1000
/** Batches on their way before the job is held back. */
export const maxUnstoredBatches = 8
