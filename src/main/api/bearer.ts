import type { FastifyRequest } from 'fastify'

/** The token of `Authorization: Bearer …`; null without one. */
export function bearerOf(request: FastifyRequest): string | null {
  return /^Bearer ([\x21-\x7e]+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null
}
