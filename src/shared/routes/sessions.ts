import { z } from 'zod'
import { output } from './parts.ts'

/** A browser or window that may talk to `recheck serve`. */
export interface SessionInfo {
  /** Names it in the list; opens nothing. */
  readonly sessionId: string
  readonly openedAtMs: number
  readonly lastUsedAtMs: number
  /** How the client names itself: its user agent, at most 200 characters of anything. */
  readonly client: string
  /** Pages that hear events now. */
  readonly openPages: number
  /** The session that asks. */
  readonly isOwn: boolean
}

/** Answered by the server that holds the sessions; a window on this computer's own runs has none. */
export const sessionRoutes = {
  'session.list': { input: z.strictObject({}), output: output<readonly SessionInfo[]>() },
  /** Logs a session out. */
  'session.end': { input: z.strictObject({ sessionId: z.string().min(1).max(100) }), output: output<null>() },
}
