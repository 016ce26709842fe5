import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { receivedError } from '../../../shared/errors/recheckError.ts'
import { childEnvironment } from '../../host/tensorflow/childEnvironment.ts'
import { Answer, jsonLine, longestLineChars, parseJson } from './askProcess.ts'

export interface KeptSetup {
  /** The Node 24 binary. */
  readonly nodePath: string
  readonly programPath: string
  /** How long it is kept for a further question. */
  readonly keptMs: number
}

/**
 * A process that answers question after question, a line each, as long as they come soon enough after each
 * other: starting one takes longer than most answers.
 */
export class KeptProcess {
  readonly #setup: KeptSetup
  #child: ChildProcessWithoutNullStreams | null = null
  #isAsked = false
  #timer: NodeJS.Timeout | null = null

  constructor(setup: KeptSetup) {
    this.#setup = setup
  }

  /** It answers one question at a time. */
  get isBusy(): boolean {
    return this.#isAsked
  }

  /**
   * @param signal  ends the process: a question in hand is heard by nobody else
   * @returns the answer; null where it gave none, and ended: another process may be asked
   * @throws RecheckError what the process refuses
   */
  async ask(question: unknown, signal: AbortSignal): Promise<{ readonly data: unknown } | null> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#isAsked = true
    const child = (this.#child ??= this.#start())
    const line = await lineOf(child, question, signal)
    this.#isAsked = false
    const parsed = Answer.safeParse(parseJson(line ?? ''))
    if (!parsed.success) {
      this.end()
      return null
    }
    this.#timer = setTimeout(() => this.end(), this.#setup.keptMs).unref()
    if ('error' in parsed.data) throw receivedError(parsed.data.error)
    return { data: parsed.data.data }
  }

  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#child?.kill('SIGKILL')
    this.#child = null
  }

  #start(): ChildProcessWithoutNullStreams {
    const { nodePath, programPath } = this.#setup
    const child = spawn(nodePath, [programPath, '--keep'], { env: childEnvironment() })
    child.stdout.setEncoding('utf8')
    child.stderr.resume() // why it ended is told by the one that is asked in its place
    child.stdin.on('error', () => undefined) // it has just ended: no answer comes
    child.on('error', () => undefined) // it could not be started: likewise
    child.on('close', () => {
      if (this.#child === child) this.#child = null
    })
    return child
  }
}

/** What it writes up to the end of the line; null where it ends before. */
function lineOf(
  child: ChildProcessWithoutNullStreams,
  question: unknown,
  signal: AbortSignal,
): Promise<string | null> {
  return new Promise((resolve) => {
    let output = ''
    const settle = (line: string | null): void => {
      child.stdout.off('data', take)
      child.off('close', close)
      signal.removeEventListener('abort', abort)
      resolve(line)
    }
    const take = (text: string): void => {
      output += text
      const end = output.indexOf('\n')
      if (end >= 0) settle(output.slice(0, end))
      else if (output.length > longestLineChars) settle(null)
    }
    const close = (): void => settle(null)
    const abort = (): void => void child.kill('SIGKILL')
    child.stdout.on('data', take)
    child.on('close', close)
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    child.stdin.write(`${jsonLine(question)}\n`)
  })
}
