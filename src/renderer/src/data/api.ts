import { Listeners } from '../../../shared/listeners.ts'
import { errorGroup } from '../../../shared/errors/errorCodes.ts'
import {
  errorData,
  receivedError,
  RecheckError,
  type ErrorData,
} from '../../../shared/errors/recheckError.ts'
import { bridgeName, type Bridge } from '../../../shared/routes/bridge.ts'
import type {
  Connection,
  InputOf,
  OutputOf,
  Result,
  Route,
  StoreEvent,
} from '../../../shared/routes/contract.ts'
import type { PathQuestion } from '../../../shared/routes/pathQuestion.ts'

/** The page's one way to the owner process, whichever shell it is in. The only reader of `window.recheck`. */
export interface PageApi {
  /**
   * @param signal aborted when nobody waits for the answer any more: what it would take to find it is then
   *   spared
   */
  request<R extends Route>(route: R, input: InputOf<R>, signal?: AbortSignal): Promise<OutputOf<R>>
  /** @returns a function that ends the subscription */
  onEvent(listener: (event: StoreEvent) => void): () => void
  /**
   * Must end before the first request. In a browser: exchanges the link's token for a session, and waits for
   * the events' connection, so that nothing can happen between an answer and the first event that is heard.
   */
  open(): Promise<void>
  /** Told at once what it is now. */
  onConnection(listener: (connection: PageConnection) => void): () => void
  /** How a path can be chosen; known once `open` has ended. */
  pathPlace(): PathPlace
}

/**
 * Beside typing it, a path of the machine that Recheck runs on can be chosen in a window on this computer's own
 * runs; neither in a browser nor in a window that drives a server, whose paths are another machine's.
 */
export type PathPlace =
  | { readonly shell: 'browser' }
  /** `choose`: by the system's own dialog; null = cancelled. */
  | { readonly shell: 'window'; choose(question: PathQuestion): Promise<string | null> }
  | { readonly shell: 'remote-window'; readonly server: string }

/**
 * `over`: Recheck answers, but no longer to this page: it was started again since the page's link was opened.
 */
export type PageConnection = Connection | 'over'

export function createApi(page: Window): PageApi {
  const bridge = (page as Window & { readonly [bridgeName]?: Bridge })[bridgeName]
  return bridge === undefined ? new HttpApi(page) : bridgeApi(bridge)
}

function bridgeApi(bridge: Bridge): PageApi {
  let lastId = 0
  let server: string | null = null
  return {
    async open() {
      server = unwrap(await bridge.server()) // the page is loaded anew where the window moves to another
    },
    pathPlace: () =>
      server === null
        ? {
            shell: 'window',
            choose: async (question) => unwrap<string | null>(await bridge.choosePath(question)),
          }
        : { shell: 'remote-window', server },
    async request(route, input, signal) {
      const requestId = ++lastId
      const abandon = (): void => bridge.abandon(requestId)
      signal?.addEventListener('abort', abandon)
      try {
        return unwrap(await bridge.request(route, input, requestId))
      } finally {
        signal?.removeEventListener('abort', abandon)
      }
    },
    onEvent: (listener) => bridge.onEvent(listener),
    onConnection: (listener) => {
      listener('open') // of a lost one, the first request says so
      return bridge.onConnection(listener)
    },
  }
}

const firstDelayMs = 500
const longestDelayMs = 8000
/** The server's close code for one page too many: no reason to try again at once. */
const tooManyPages = 1013

class HttpApi implements PageApi {
  #page: Window
  readonly #events = new Listeners<StoreEvent>()
  readonly #connections = new Listeners<PageConnection>()
  #connection: PageConnection = 'lost'
  #delayMs = firstDelayMs

  constructor(page: Window) {
    this.#page = page
  }

  async open(): Promise<void> {
    // a further link opened in this tab changes the fragment alone: only a fresh page exchanges its token
    this.#page.addEventListener('hashchange', () => {
      if (this.#tokenInAddress() !== null) this.#page.location.reload()
    })
    const token = this.#tokenInAddress()
    if (token !== null) {
      // out of the address before anything else: a token must not stay in the history
      this.#page.history.replaceState(null, '', this.#page.location.pathname + '#/runs')
      await post('/session', { token })
    }
    await new Promise<void>((resolve) => this.#connect(resolve))
  }

  pathPlace(): PathPlace {
    return { shell: 'browser' }
  }

  #tokenInAddress(): string | null {
    return new URLSearchParams(this.#page.location.hash.slice(1)).get('token')
  }

  async request<R extends Route>(route: R, input: InputOf<R>, signal?: AbortSignal): Promise<OutputOf<R>> {
    return (await post(`/api/${route}`, input, signal)) as OutputOf<R>
  }

  onEvent(listener: (event: StoreEvent) => void): () => void {
    return this.#events.add(listener)
  }

  onConnection(listener: (connection: PageConnection) => void): () => void {
    const end = this.#connections.add(listener)
    listener(this.#connection)
    return end
  }

  /** @param onSettled  called when it is open or has failed for the first time */
  #connect(onSettled: () => void = () => undefined): void {
    const { host, protocol } = this.#page.location
    const socket = new WebSocket(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}/events`)
    socket.addEventListener('open', () => {
      this.#delayMs = firstDelayMs
      this.#become('open')
      onSettled()
    })
    socket.addEventListener('message', (message) => {
      const event = JSON.parse(String(message.data)) as StoreEvent
      this.#events.tell(event)
    })
    socket.addEventListener('close', ({ code }) => {
      if (code === tooManyPages) this.#delayMs = longestDelayMs
      if (this.#connection === 'open') this.#become('lost')
      onSettled()
      void this.#tryAgain()
    })
  }

  /**
   * A socket does not say why it was refused; a request does. Tried on all the same: a link may be opened in
   * another tab.
   */
  async #tryAgain(): Promise<void> {
    const problem = await this.request('app.info', {}).then(() => null, errorData)
    const isRefused = problem !== null && errorGroup(problem.code) === 'session'
    this.#become(isRefused ? 'over' : 'lost')
    this.#page.setTimeout(() => this.#connect(), this.#delayMs)
    this.#delayMs = Math.min(longestDelayMs, this.#delayMs * 2)
  }

  #become(connection: PageConnection): void {
    this.#connection = connection
    this.#connections.tell(connection)
  }
}

async function post(path: string, body: unknown, signal: AbortSignal | null = null): Promise<unknown> {
  const response = await fetch(path, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  }).catch((thrown: unknown) => {
    if (signal?.aborted === true) throw thrown
    throw new RecheckError(
      'connection.lost',
      'Recheck does not answer. If it was stopped, start it again and open the link that it prints.',
    )
  })
  const result: unknown = await response.json().catch(() => null)
  // a server that is closing, or another program at this port, answers in words of its own
  if (!isResult(result))
    throw new RecheckError('connection.answer', `${path} answered ${response.status}, not as Recheck does.`)
  return unwrap(result) as unknown
}

function isResult(answer: unknown): answer is Result<unknown> {
  if (answer === null || typeof answer !== 'object' || !('ok' in answer)) return false
  if (answer.ok === true) return true
  return 'error' in answer && typeof (answer.error as ErrorData | null)?.code === 'string'
}

function unwrap<T>(result: Result<unknown>): T {
  if (result.ok) return result.data as T
  throw receivedError(result.error)
}
