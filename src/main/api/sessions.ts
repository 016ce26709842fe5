import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { SessionInfo } from '../../shared/routes/sessions.ts'

/** ms on the wall clock (since 1970) and on one that only grows. */
export interface SessionClock {
  readonly nowMs: () => number
  readonly steadyMs: () => number
}

/** A session that asks nothing for this long is over. */
export const idleLimitMs = 7 * 24 * 3_600_000
/** A link that is not opened within this time opens nothing any more. */
export const linkLimitMs = 24 * 3_600_000
/** Far more than anybody opens; the session that was unused for longest makes room. */
const mostSessions = 100
const longestClient = 200

/**
 * A moment on both clocks: the wall clock may be set back, and the steady one stands still while the machine
 * sleeps.
 */
interface Moment {
  readonly wallMs: number
  readonly steadyMs: number
}

interface Session {
  /** Names it in the list. Not the secret: it opens nothing. */
  readonly sessionId: string
  readonly openedAtMs: number
  readonly client: string
  lastUsed: Moment
}

/**
 * Who may talk to `recheck serve`. A link carries a one-time token in its fragment (which browsers never
 * send); the page exchanges it once for a session, held in an HttpOnly cookie. Both live in memory only: a
 * restart ends all sessions.
 */
export class Sessions {
  readonly #clock: SessionClock
  readonly #onEnd: (sessionId: string) => void
  readonly #links = new Map<string, Moment>()
  readonly #sessions = new Map<string, Session>()

  /** @param onEnd  called for every session that ends: by log out, by time, or to make room */
  constructor(clock: SessionClock, onEnd: (sessionId: string) => void) {
    this.#clock = clock
    this.#onEnd = onEnd
  }

  /** A fresh one-time token for a new link. */
  issueToken(): string {
    this.endExpired()
    const token = randomBytes(32).toString('base64url')
    this.#links.set(token, this.#now())
    return token
  }

  /** Uses up the token of a link. @returns false when it is unknown, was used before, or has expired */
  useToken(token: string): boolean {
    this.endExpired()
    const known = findSecret(this.#links, token)
    return known !== null && this.#links.delete(known)
  }

  /** @param client  how the client names itself. @returns the secret of the new session, for its cookie */
  open(client: string): string {
    this.#makeRoom()
    const secret = randomBytes(32).toString('base64url')
    const now = this.#now()
    this.#sessions.set(secret, {
      sessionId: randomBytes(8).toString('hex'),
      openedAtMs: now.wallMs,
      client: client.slice(0, longestClient),
      lastUsed: now,
    })
    return secret
  }

  /** The open session of a cookie, which counts as used now. @returns its id, or null */
  find(secret: string | undefined): string | null {
    this.endExpired()
    const known = secret === undefined ? null : findSecret(this.#sessions, secret)
    const session = known === null ? undefined : this.#sessions.get(known)
    if (session === undefined) return null
    session.lastUsed = this.#now()
    return session.sessionId
  }

  /** Every open session, the one that was used last first. @param own  the session that asks */
  list(own: string): readonly Omit<SessionInfo, 'openPages'>[] {
    this.endExpired()
    return [...this.#sessions.values()]
      .sort((a, b) => b.lastUsed.steadyMs - a.lastUsed.steadyMs)
      .map(({ sessionId, openedAtMs, client, lastUsed }) => ({
        sessionId,
        openedAtMs,
        lastUsedAtMs: lastUsed.wallMs,
        client,
        isOwn: sessionId === own,
      }))
  }

  /** Logs a session out. @returns false when there is none of this id */
  end(sessionId: string): boolean {
    for (const [secret, session] of this.#sessions) {
      if (session.sessionId !== sessionId) continue
      this.#sessions.delete(secret)
      this.#onEnd(sessionId)
      return true
    }
    return false
  }

  /** Ends what has been unused for too long. */
  endExpired(): void {
    const now = this.#now()
    for (const [token, issued] of this.#links)
      if (msBetween(issued, now) > linkLimitMs) this.#links.delete(token)
    for (const { sessionId, lastUsed } of [...this.#sessions.values()])
      if (msBetween(lastUsed, now) > idleLimitMs) this.end(sessionId)
  }

  #makeRoom(): void {
    this.endExpired()
    if (this.#sessions.size < mostSessions) return
    const [longestUnused] = [...this.#sessions.values()].sort(
      (a, b) => a.lastUsed.steadyMs - b.lastUsed.steadyMs,
    )
    if (longestUnused !== undefined) this.end(longestUnused.sessionId)
  }

  #now(): Moment {
    return { wallMs: this.#clock.nowMs(), steadyMs: this.#clock.steadyMs() }
  }
}

/** The longer of what both clocks say: setting one back or sleeping makes nothing last longer. */
function msBetween(earlier: Moment, later: Moment): number {
  return Math.max(later.wallMs - earlier.wallMs, later.steadyMs - earlier.steadyMs)
}

/** Compares in constant time, so that an answer's delay tells nothing of a secret. */
function findSecret(secrets: ReadonlyMap<string, unknown>, offered: string): string | null {
  const offeredBytes = Buffer.from(offered)
  for (const secret of secrets.keys()) {
    const bytes = Buffer.from(secret)
    if (bytes.length === offeredBytes.length && timingSafeEqual(bytes, offeredBytes)) return secret
  }
  return null
}
