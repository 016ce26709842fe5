import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { StoreEvent } from '../../src/shared/routes/contract.ts'
import type { DoubleSetup } from './doubleWorld.ts'
import type { Commands, WindowState } from './obeyTest.ts'
import { bundlesFolder } from './bundlesFolder.ts'

const root = join(import.meta.dirname, '../..')

type Message =
  | { readonly type: 'answer'; readonly id: number; readonly value?: unknown; readonly error?: string }
  | { readonly type: 'event'; readonly event: StoreEvent }
  | { readonly type: 'errorBox'; readonly text: string }
  | { readonly type: 'exit'; readonly code: number }

/**
 * Whoever waits longer than this for the window has found a fault; a loaded machine needs a good part of it.
 */
const patienceMs = 120_000

/** The real main and preload bundles in a process of their own, with the double in Electron's place. */
export class WindowProcess {
  readonly events: StoreEvent[] = []
  readonly errorBoxes: string[] = []
  readonly exited: Promise<number | null>
  readonly #child: ChildProcess
  readonly #answers = new Map<number, (message: Message & { type: 'answer' }) => void>()
  #nextId = 0
  #output = ''

  constructor(args: readonly string[], setup: DoubleSetup) {
    this.#child = fork(join(root, bundlesFolder, 'main/index.js'), [...args], {
      execArgv: ['--import', join(import.meta.dirname, 'registerDouble.ts')],
      env: { ...process.env, ELECTRON_DOUBLE: JSON.stringify(setup) },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.exited = once(this.#child, 'exit').then(([code]) => code as number | null)
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (text: Buffer) => (this.#output += text.toString()))
    }
    this.#child.on('message', (message: Message) => this.#take(message))
  }

  /** Runs one of the double's commands in the window's process. */
  async ask<C extends keyof Commands>(
    command: C,
    ...args: Parameters<Commands[C]>
  ): Promise<Awaited<ReturnType<Commands[C]>>> {
    const id = this.#nextId++
    const answered = new Promise<Message & { type: 'answer' }>((resolve) => this.#answers.set(id, resolve))
    this.#child.send({ id, command, args })
    const lost = this.exited.then((code) => {
      throw new Error(`the window ended (${code}) before it answered "${command}":\n${this.#output}`)
    })
    const { value, error } = await Promise.race([answered, lost])
    if (error !== undefined) throw new Error(error)
    return value as Awaited<ReturnType<Commands[C]>>
  }

  /** The window's state as soon as it fits. */
  async until(what: string, fits: (state: WindowState) => boolean): Promise<WindowState> {
    const endMs = performance.now() + patienceMs
    let last: unknown = null
    while (performance.now() < endMs) {
      const state = await this.ask('state').catch((error: unknown) => {
        if (!String(error).includes('no window')) throw error
        return null
      })
      if (state !== null && fits(state)) return state
      last = state
      await wait(50)
    }
    throw new Error(`waited in vain for: ${what}; last: ${JSON.stringify(last)}\n${this.#output}`)
  }

  async untilEvent(what: string, fits: (event: StoreEvent) => boolean): Promise<StoreEvent> {
    const endMs = performance.now() + patienceMs
    while (performance.now() < endMs) {
      const found = this.events.find(fits)
      if (found !== undefined) return found
      await wait(50)
    }
    throw new Error(`no event came for: ${what}; ${JSON.stringify(this.events.slice(-5))}`)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #take(message: Message): void {
    if (message.type === 'answer') this.#answers.get(message.id)?.(message)
    if (message.type === 'event') this.events.push(message.event)
    if (message.type === 'errorBox') this.errorBoxes.push(message.text)
  }
}

/** An app folder as Electron would be pointed at: the real bundles, with a page that has no scripts. */
export function makeAppFolder(): { readonly setup: DoubleSetup; readonly dataDir: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'recheck-window-'))
  const appPath = join(folder, 'app')
  mkdirSync(join(appPath, 'out', 'renderer'), { recursive: true })
  writeFileSync(join(appPath, 'out', 'renderer', 'index.html'), '<!doctype html><title>Recheck</title>')
  cpSync(join(root, bundlesFolder, 'preload'), join(appPath, 'out', 'preload'), { recursive: true })
  for (const part of ['node_modules', 'resources', 'package.json']) {
    if (existsSync(join(root, part))) symlinkSync(join(root, part), join(appPath, part))
  }
  return {
    setup: { appPath, userData: join(folder, 'user'), isFirst: true },
    dataDir: join(folder, 'data'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
