/** Whether another try may help: busy, broken for a moment, too many requests. */
export function isTryAgainStatus(status: number): boolean {
  return [408, 425, 429, 500, 502, 503, 504].includes(status)
}

/**
 * How long a server asks to wait: `Retry-After` in seconds or as a date, else the `t` of the hub's
 * `RateLimit` header (`"api";r=0;t=55`); null where it says nothing.
 */
export function askedWaitMs(headers: Headers, nowMs = Date.now()): number | null {
  const after = headers.get('retry-after')?.trim()
  if (after !== undefined && /^\d+$/.test(after)) return 1000 * Number(after)
  const date = after === undefined ? NaN : Date.parse(after)
  if (!Number.isNaN(date)) return Math.max(0, date - nowMs)
  const seconds = /\bt=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]
  return seconds === undefined ? null : 1000 * Number(seconds)
}

const meanings: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known (DNS)',
  EAI_AGAIN: 'its name cannot be looked up (DNS)',
  ECONNREFUSED: 'it refuses the connection',
  ECONNRESET: 'the connection was cut',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no network',
  ETIMEDOUT: 'no answer came in time',
  UND_ERR_CONNECT_TIMEOUT: 'no answer came in time',
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_BODY_TIMEOUT: 'nothing more came',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is self-signed (NODE_EXTRA_CA_CERTS names further ones)',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its certificate is not known here (NODE_EXTRA_CA_CERTS names further ones)',
}

/** Why a request gave no answer, in words. */
export function failureReason(thrown: unknown): string {
  const code = systemCodes(thrown).find((each) => each in meanings)
  if (code !== undefined) return meanings[code] ?? code
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown
  return cause instanceof Error && cause.message !== ''
    ? cause.message.slice(0, 200)
    : 'the connection failed'
}

const awayCodes = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'])

/** Nobody is there, or no network at all. */
export function isAwayForNow(thrown: unknown): boolean {
  return systemCodes(thrown).some((code) => awayCodes.has(code))
}

/** An error of `fetch` holds the system's as its cause, and that one may hold one for each address. */
function systemCodes(thrown: unknown): readonly string[] {
  if (!(thrown instanceof Error)) return []
  const own = 'code' in thrown && typeof thrown.code === 'string' ? [thrown.code] : []
  const inner = thrown instanceof AggregateError ? thrown.errors.flatMap(systemCodes) : []
  return [...own, ...inner, ...systemCodes(thrown.cause)]
}
