import type { FastifyInstance, FastifyRequest } from 'fastify'
import { bearerOf } from './bearer.ts'
import { refusal } from './httpErrors.ts'

const hostPattern = /^(127\.0\.0\.1|localhost|\[::1\])(?::(\d{1,5}))?$/i

/**
 * Refuses what no page of this server sends: a Host that is not this machine (DNS rebinding), an Origin that
 * is not that Host (other sites), an upgrade to anything but the events.
 */
export function addRequestChecks(server: FastifyInstance): void {
  server.addHook('onRequest', async (request, reply) => {
    if (portOf(request) === null) {
      return reply
        .code(403)
        .send(refusal('request.host', 'This server answers only on 127.0.0.1 and localhost.'))
    }
    if (!isOwnOrigin(request)) {
      return reply.code(403).send(refusal('request.origin', 'Requests from other sites are refused.'))
    }
    const { upgrade } = request.headers
    if (upgrade !== undefined && (upgrade.toLowerCase() !== 'websocket' || request.url !== '/events')) {
      return reply
        .code(404)
        .send(refusal('request.route', 'There is nothing to be upgraded to at this address.'))
    }
    return undefined
  })
}

/**
 * The port by which the browser reaches this server (at the near end of a tunnel another one); null for a
 * foreign Host.
 */
export function portOf(request: FastifyRequest): string | null {
  const match = hostPattern.exec(request.headers.host ?? '')
  return match === null ? null : (match[2] ?? '80')
}

/**
 * Browsers send Origin with every POST and WebSocket; a page of ours has the origin of its Host. Scripts send
 * none, and a token: no other site can make a browser send that header.
 */
function isOwnOrigin(request: FastifyRequest): boolean {
  const { origin, host, upgrade } = request.headers
  if (origin === undefined)
    return bearerOf(request) !== null || (request.method === 'GET' && upgrade === undefined)
  return origin === `http://${host}`
}
