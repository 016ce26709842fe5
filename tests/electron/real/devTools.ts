import { setTimeout as wait } from 'node:timers/promises'
import { WebSocket } from 'ws'

interface Answer {
  readonly id?: number
  readonly result?: unknown
  readonly error?: { readonly message: string }
}
interface Evaluated {
  readonly result: { readonly value?: unknown }
  readonly exceptionDetails?: {
    readonly text: string
    readonly exception?: { readonly description?: string }
  }
}

/**
 * The developer tools' protocol, for a page or for the main process (Electron 9 is too old for
 * playwright-core).
 */
export interface DevTools {
  send(method: string, params?: Readonly<Record<string, unknown>>): Promise<unknown>
  /**
   * The value of an expression, which is waited for when it is a promise; with `require` in the main process.
   */
  evaluate<T>(expression: string): Promise<T>
  /** Asks until the expression is true. */
  until(expression: string, patienceMs: number): Promise<void>
  close(): void
}

/** @param port of `--remote-debugging-port` or `--inspect`; the first thing there to look into is meant */
export async function openDevTools(port: number): Promise<DevTools> {
  const socket = new WebSocket(await firstTarget(port), { perMessageDeflate: false })
  const waiting = new Map<number, (answer: Answer) => void>()
  socket.on('message', (data: Buffer) => {
    const answer = JSON.parse(data.toString()) as Answer
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer)
  })
  socket.on('close', () => {
    for (const resolve of waiting.values()) resolve({ error: { message: 'the window ended' } })
  })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  let lastId = 0
  const send: DevTools['send'] = async (method, params = {}) => {
    const id = ++lastId
    const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve))
    socket.send(JSON.stringify({ id, method, params }))
    const { result, error } = await answered
    waiting.delete(id)
    if (error !== undefined) throw new Error(`${method}: ${error.message}`)
    return result
  }
  const evaluate = async <T>(expression: string): Promise<T> => {
    const how = { awaitPromise: true, returnByValue: true, includeCommandLineAPI: true }
    const { result, exceptionDetails } = (await send('Runtime.evaluate', { expression, ...how })) as Evaluated
    if (exceptionDetails === undefined) return result.value as T
    throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
  }
  const until = async (expression: string, patienceMs: number): Promise<void> => {
    const endMs = performance.now() + patienceMs
    while (!(await evaluate<boolean>(`Promise.resolve(${expression}).then(Boolean)`))) {
      if (performance.now() > endMs) throw new Error(`waited in vain for: ${expression}`)
      await wait(100)
    }
  }
  return { send, evaluate, until, close: () => socket.terminate() }
}

async function firstTarget(port: number): Promise<string> {
  for (let tries = 0; ; tries++) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/json`)
      const [target] = (await response.json()) as readonly { readonly webSocketDebuggerUrl: string }[]
      if (target !== undefined) return target.webSocketDebuggerUrl
    } catch (thrown) {
      if (tries > 300) throw thrown
    }
    if (tries > 300) throw new Error(`nothing to look into on port ${port}`)
    await wait(100)
  }
}
