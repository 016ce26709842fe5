import { setTimeout as sleep } from 'node:timers/promises'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { readAtMost } from './boundedBody.ts'
import { refusedError, stopped, strangeAnswer, unreachable } from './hubErrors.ts'
import type { HubSettings } from './hubSettings.ts'
import type { RepoName } from './repoName.ts'
import { askedWaitMs, failureReason, isAwayForNow, isTryAgainStatus } from './tryAgain.ts'

export interface HubLimits {
  /** Until the head of an answer has come. */
  readonly answerWithinMs: number
  /** Between two pieces of a body. */
  readonly silentForMs: number
  /** Of one request, while nothing of its answer comes. */
  readonly tries: number
  /** Before the second try; doubled with each further one. */
  readonly firstWaitMs: number
  /** A server that asks for more is not waited for. */
  readonly longestWaitMs: number
  readonly redirects: number
  /** Of one answer that is no file. */
  readonly answerBytes: number
  /** Of one list of files. */
  readonly pages: number
  readonly files: number
}

export const usualHubLimits: HubLimits = {
  answerWithinMs: 30_000,
  silentForMs: 60_000,
  tries: 5,
  firstWaitMs: 1_000,
  longestWaitMs: 300_000,
  redirects: 6,
  answerBytes: 32 * 2 ** 20,
  pages: 100,
  files: 10_000,
}

export interface HubClientSetup {
  readonly settings: HubSettings
  readonly limits?: Partial<HubLimits>
  /** Ctrl-C, or a download that was given up. */
  readonly signal: AbortSignal
  /** Told in words while a server is waited for. */
  readonly onWait?: (line: string) => void
}

type Headers = Readonly<Record<string, string>>

/** A try that gave no answer to work with; a further one may. */
interface FailedTry {
  readonly reason: string
  readonly host: string
  /** What the server asks for; null = it does not say. */
  readonly waitMs: number | null
  readonly isRateLimit: boolean
  /** Nobody is there: what has never answered is not waited for. */
  readonly isAway: boolean
}

/**
 * Requests to the hub: the token goes to the endpoint's own origin alone, redirects are followed a few times,
 * a server that is busy or gone for a moment is asked again, every wait ends, and a signal ends all.
 */
export class HubClient {
  readonly settings: HubSettings
  readonly limits: HubLimits
  readonly signal: AbortSignal
  readonly #onWait: (line: string) => void
  #hasAnswered = false

  constructor({ settings, limits, signal, onWait }: HubClientSetup) {
    this.settings = settings
    this.limits = { ...usualHubLimits, ...limits }
    this.signal = signal
    this.#onWait = onWait ?? (() => undefined)
  }

  /**
   * @returns an answer of the 200s, or 416 (a range that is not there); the caller reads or cancels its body
   * @throws RecheckError `hub.*`
   */
  async get(url: string, repo: RepoName, headers: Headers = {}): Promise<Response> {
    for (let tries = 1; ; tries++) {
      this.#assertWanted()
      const outcome = await this.#try(url, repo, headers)
      if (outcome instanceof Response) {
        this.#hasAnswered = true
        return outcome
      }
      await this.waitAfter(outcome, tries)
    }
  }

  /**
   * Waits before another try.
   *
   * @param tries  that have failed one after the other
   * @throws RecheckError `hub.unreachable`, `hub.rate-limit` where no further one is due, `hub.stopped`
   */
  async waitAfter(failed: FailedTry, tries: number): Promise<void> {
    const { longestWaitMs, firstWaitMs } = this.limits
    const most = failed.isAway && !this.#hasAnswered ? 2 : this.limits.tries
    const waitMs = failed.waitMs ?? firstWaitMs * 2 ** (tries - 1)
    if (tries >= most || waitMs > longestWaitMs) throw givenUp(failed, waitMs)
    if (waitMs >= 2_000)
      this.#onWait(`${failed.host}: ${failed.reason}; next try in ${Math.round(waitMs / 1000)} s`)
    await sleep(waitMs, undefined, { signal: this.signal }).catch(() => {
      throw stopped()
    })
  }

  /**
   * A `fetch` for the hub's library: what it gets is a whole answer that was a success. One per call of the
   * library.
   */
  apiFetch(repo: RepoName): typeof fetch {
    let pages = 0
    return async (input) => {
      if (++pages > this.limits.pages) throw tooManyPages(repo, this.limits.pages)
      const url = input instanceof Request ? input.url : String(input)
      const response = await this.get(url, repo, { accept: 'application/json' })
      const body = await readAtMost(response, this.limits.answerBytes, this.limits.silentForMs)
      return new Response(body, { status: 200, headers: response.headers })
    }
  }

  #assertWanted(): void {
    if (this.signal.aborted) throw stopped()
  }

  async #try(url: string, repo: RepoName, headers: Headers): Promise<Response | FailedTry> {
    let target = new URL(url)
    for (let hops = 0; hops <= this.limits.redirects; hops++) {
      const answer = await this.#send(target, headers)
      if (!(answer instanceof Response)) return answer
      const next = redirectTarget(answer, target)
      if (next === null) return this.#judge(answer, target, repo)
      await answer.body?.cancel()
      target = next
    }
    throw strangeAnswer(target.host, `more than ${this.limits.redirects} redirects`)
  }

  async #send(target: URL, headers: Headers): Promise<Response | FailedTry> {
    const { token, endpoint } = this.settings
    const isOwn = target.origin === new URL(endpoint).origin
    const waiting = new AbortController()
    const timer = setTimeout(() => waiting.abort(), this.limits.answerWithinMs)
    try {
      return await fetch(target, {
        headers: { ...headers, ...(isOwn && token !== null ? { authorization: `Bearer ${token}` } : {}) },
        redirect: 'manual',
        signal: AbortSignal.any([this.signal, waiting.signal]),
      })
    } catch (thrown) {
      this.#assertWanted()
      const reason = waiting.signal.aborted ? 'no answer came in time' : failureReason(thrown)
      return { reason, host: target.host, waitMs: null, isRateLimit: false, isAway: isAwayForNow(thrown) }
    } finally {
      clearTimeout(timer)
    }
  }

  async #judge(answer: Response, target: URL, repo: RepoName): Promise<Response | FailedTry> {
    const { status } = answer
    if (answer.ok || status === 416) return answer
    const words = await errorWords(answer, this.limits.silentForMs)
    const { host } = target
    if (isTryAgainStatus(status)) {
      const isRateLimit = status === 429
      const reason = isRateLimit ? 'too many requests (429)' : `the server is busy or broken (${status})`
      return { reason, host, waitMs: askedWaitMs(answer.headers), isRateLimit, isAway: false }
    }
    const errorCode = answer.headers.get('x-error-code')
    throw refusedError({ status, errorCode, words, host }, repo, this.settings)
  }
}

/** Where an answer sends on to; null where it is the answer itself. */
function redirectTarget(answer: Response, from: URL): URL | null {
  if (![301, 302, 303, 307, 308].includes(answer.status)) return null
  const location = answer.headers.get('location') ?? ''
  const next = URL.canParse(location, from.href) ? new URL(location, from.href) : null
  if (next === null || !/^https?:$/.test(next.protocol)) {
    throw strangeAnswer(from.host, `a redirect to no address (${location.slice(0, 100)})`)
  }
  if (from.protocol === 'https:' && next.protocol === 'http:') {
    throw strangeAnswer(from.host, 'a redirect from https to http')
  }
  return next
}

const errorBytes = 64 * 1024

/** What the body of a refusal says, in a few words; '' where it says nothing. */
async function errorWords(answer: Response, silentForMs: number): Promise<string> {
  const body = await readAtMost(answer, errorBytes, silentForMs).catch(() => new Uint8Array())
  const text = new TextDecoder().decode(body)
  try {
    const { error } = JSON.parse(text) as { error?: unknown }
    return typeof error === 'string' ? error : ''
  } catch {
    return answer.headers.get('content-type')?.startsWith('text/plain') === true ? text.trim() : ''
  }
}

function givenUp({ reason, host, isRateLimit }: FailedTry, waitMs: number): RecheckError {
  if (!isRateLimit) return unreachable(host, reason)
  return new RecheckError(
    'hub.rate-limit',
    `${host} takes no more requests for now (429); it asks to wait ${Math.round(waitMs / 1000)} s. Repeat the command then: ` +
      'it goes on where it stopped. With a token (recheck models login, or HF_TOKEN) the limit is higher.',
    { waitSeconds: Math.round(waitMs / 1000) },
  )
}

function tooManyPages(repo: RepoName, pages: number): RecheckError {
  return new RecheckError(
    'hub.too-large',
    `"${repo.name}" lists its files on more than ${pages} pages: that is no repository of one model or data set.`,
  )
}
