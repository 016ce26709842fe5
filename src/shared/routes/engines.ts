import { z } from 'zod'
import { AskedPlace } from '../runs/remotePlace.ts'
import { output, runId } from './parts.ts'

/** One job of a run: the run in one piece, or a shard of it. */
export interface RunJobState {
  /** As the engine calls it; null = not handed over yet. */
  readonly name: string | null
  readonly shard: number | null
  /** null = the engine knows no such job. */
  readonly state: 'waiting' | 'running' | 'succeeded' | 'failed' | 'stopped' | null
  /** What the engine says of it: why it waits, how it ended. */
  readonly message: string
}

/** Where a run is executed. */
export interface RunPlace {
  /** `this machine`, `Ray at http://head:8265`. */
  readonly engine: string
  readonly isThisMachine: boolean
  /** What each of its jobs asks for there; null on this machine. */
  readonly asks: string | null
  /** Of shards the first hundred. */
  readonly jobs: readonly RunJobState[]
  /** Why the engine could not be asked; null = it answered. */
  readonly problem: string | null
}

export const engineRoutes = {
  /** Whether a place is there. Answered with what it is. */
  'engine.check': {
    input: z.strictObject({ place: AskedPlace }),
    output: output<{ readonly message: string }>(),
  },
  'run.place': { input: z.strictObject({ runId }), output: output<RunPlace>() },
  /** The end of what a job has written to its output. */
  'run.output': {
    input: z.strictObject({ runId, shard: z.int().min(1).max(512).nullable().default(null) }),
    output: output<{ readonly text: string }>(),
  },
} as const
