import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { Handlers, SessionRoute } from '../../shared/routes/contract.ts'
import { bearerOf } from './bearer.ts'
import type { EventSockets } from './eventSockets.ts'
import { refusal } from './httpErrors.ts'
import { portOf } from './requestChecks.ts'
import type { Sessions } from './sessions.ts'

const another =
  'For another, run `recheck serve` once more in a terminal of that machine, or press Enter where it runs.'

/**
 * A browser has one set of cookies for all ports of an address. By the port that it uses itself, every server
 * at every end of a tunnel has a name of its own, and a restart takes the same one again instead of leaving
 * one more behind.
 */
function cookieName(request: FastifyRequest): string {
  return `recheck_${portOf(request) ?? ''}`
}

/** The id of the session that asks; null without an open one. */
function sessionOf(sessions: Sessions, request: FastifyRequest): string | null {
  return sessions.find(request.cookies[cookieName(request)])
}

/** The tokens of a data folder. */
export interface Tokens {
  /** @returns the name of this token; null where there is none such */
  readonly holderOf: (offered: string) => string | null
  readonly names: () => readonly string[]
}

export interface Access {
  readonly sessions: Sessions
  readonly tokens: Tokens | undefined
}

/** No session has such an id. */
const ofToken = 'token '

/**
 * Who asks: the id of an open session, or a script by its token. A request with a token is answered for that
 * alone, whatever cookies it has. Null: nobody who may.
 */
export function askerOf({ sessions, tokens }: Access, request: FastifyRequest): string | null {
  const bearer = bearerOf(request)
  if (bearer === null) return sessionOf(sessions, request)
  const holder = tokens?.holderOf(bearer) ?? null
  return holder === null ? null : ofToken + holder
}

/** Whether this asker was a script whose token is revoked by now. */
export function isRevoked(tokens: Tokens | undefined, asker: string): boolean {
  return asker.startsWith(ofToken) && tokens?.names().includes(asker.slice(ofToken.length)) !== true
}

const Exchange = z.strictObject({ token: z.string().min(1).max(200) })

/** `POST /session`: a link's token for a session. Who has an open one needs no token, and keeps it. */
export function exchangeToken(
  sessions: Sessions,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const parsed = Exchange.safeParse(request.body)
  const isFresh = parsed.success && sessions.useToken(parsed.data.token)
  const isKnown = parsed.success && sessionOf(sessions, request) !== null
  if (!isFresh && !isKnown) {
    const why = 'This link was used before, is older than a day, or its server has been started anew since.'
    return reply.code(401).send(refusal('session.token', `${why} ${another}`))
  }
  if (!isKnown) {
    const secret = sessions.open(request.headers['user-agent'] ?? '')
    reply.setCookie(cookieName(request), secret, { httpOnly: true, sameSite: 'strict', path: '/' })
  }
  return reply.send({ ok: true, data: null })
}

/** Nobody who may ask: says which of the two ways in it was, and how to get one. */
export function refuseAsker(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const answer =
    bearerOf(request) === null
      ? refusal('session.missing', `Open a link that \`recheck serve\` prints. ${another}`)
      : refusal(
          'token.unknown',
          'This token is unknown here, or was revoked. `recheck token create NAME` makes one for this data folder.',
        )
  return reply.code(401).send(answer)
}

/** The routes that are the server's own. @param own  the session that asks */
export function sessionHandlers(
  sessions: Sessions,
  sockets: EventSockets,
  own: string,
): Pick<Handlers, SessionRoute> {
  return {
    'session.list': async () =>
      sessions.list(own).map((session) => ({ ...session, openPages: sockets.countOf(session.sessionId) })),
    'session.end': async ({ sessionId }) => {
      if (sessions.end(sessionId)) return null
      throw new RecheckError('session.unknown', 'This session is over already.')
    },
  }
}
