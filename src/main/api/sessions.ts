import { randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * Who may talk to `recheck serve`. A link carries a one-time token in its fragment (which browsers never send); the page
 * exchanges it once for a session, kept in an HttpOnly cookie. Both live in memory only: a restart ends all sessions.
 */
export class Sessions {
  /** Another one for each server: a browser keeps one set of cookies for all ports of 127.0.0.1, tunnels included. */
  readonly cookieName = `recheck_${randomBytes(6).toString('hex')}`
  #tokens = new Set<string>()
  #sessions = new Set<string>()

  /** A fresh one-time token for a new link. */
  issueToken(): string {
    const token = randomBytes(32).toString('base64url')
    this.#tokens.add(token)
    return token
  }

  /** @returns the new session's id, or null when the token is unknown or already used */
  exchange(token: string): string | null {
    const known = findSecret(this.#tokens, token)
    if (known === null) return null
    this.#tokens.delete(known)
    const session = randomBytes(32).toString('base64url')
    this.#sessions.add(session)
    return session
  }

  isOpen(session: string | undefined): boolean {
    return session !== undefined && findSecret(this.#sessions, session) !== null
  }
}

/** Compares in constant time, so that an answer's delay tells nothing of a secret. */
function findSecret(secrets: ReadonlySet<string>, offered: string): string | null {
  const offeredBytes = Buffer.from(offered)
  for (const secret of secrets) {
    const bytes = Buffer.from(secret)
    if (bytes.length === offeredBytes.length && timingSafeEqual(bytes, offeredBytes)) return secret
  }
  return null
}
