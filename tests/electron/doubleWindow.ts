import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { compileFunction } from 'node:vm'
import type { Bridge } from '../../src/shared/routes/bridge.ts'
import { app } from './doubleApp.ts'
import { session, type DoubleSession } from './doubleSession.ts'
import { PreventableEvent } from './doubleWorld.ts'

type Handler = (event: unknown, ...args: unknown[]) => unknown

const handlers = new Map<string, Handler>()
export const ipcMain = {
  handle(channel: string, handler: Handler): void {
    if (handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`)
    handlers.set(channel, handler)
  },
  removeHandler: (channel: string): boolean => handlers.delete(channel),
}

/** One call of `ipcRenderer.invoke`, from whichever frame; only what can be cloned crosses. */
export async function invoke(channel: string, frame: unknown, args: readonly unknown[]): Promise<unknown> {
  const handler = handlers.get(channel)
  if (handler === undefined) throw new Error(`No handler registered for '${channel}'`)
  return structuredClone(await handler({ senderFrame: frame }, ...structuredClone([...args])))
}

interface Options {
  readonly title: string
  readonly show: boolean
  readonly parent?: BrowserWindow
  readonly icon?: string
  readonly x?: number
  readonly y?: number
  readonly width: number
  readonly height: number
  readonly webPreferences: Readonly<Record<string, unknown>> & {
    readonly preload?: string
    readonly session?: DoubleSession
  }
}

/**
 * A page that runs the real preload file, but no HTML: `bridge` is what the preload exposes to its scripts.
 */
export class WebContents extends EventEmitter {
  mainFrame = { url: '' }
  /** Addresses loaded as new documents, in order. */
  loads: string[] = []
  statuses: number[] = []
  bridge: Bridge | null = null
  openHandler: ((details: { url: string }) => { action: string }) | null = null
  #renderer = new EventEmitter()
  readonly #options: Options
  isGone = false
  /** Within `render-process-gone`. */
  isDying = false

  constructor(options: Options) {
    super()
    this.#options = options
  }
  isDestroyed = (): boolean => this.isGone
  setWindowOpenHandler(handler: WebContents['openHandler']): void {
    this.openHandler = handler
  }
  send(channel: string, ...args: unknown[]): void {
    if (this.isGone) throw new Error('Object has been destroyed')
    this.#renderer.emit(channel, {}, ...structuredClone(args))
  }
  reload(): void {
    if (this.isDying) throw new Error('Electron’s main process would end here with a segmentation fault')
    void this.load(this.mainFrame.url)
  }
  async load(address: string): Promise<void> {
    this.mainFrame.url = address
    this.loads.push(address)
    if (address.startsWith('app:')) {
      const target = this.#options.webPreferences.session ?? session.fromPartition('')
      this.statuses.push((await target.fetch(address)).status)
    }
    this.#runPreload()
  }

  /** As a sandboxed preload is run: its `require` knows Electron's two renderer modules and nothing else. */
  #runPreload(): void {
    const { preload } = this.#options.webPreferences
    this.#renderer = new EventEmitter()
    this.bridge = null
    if (preload === undefined) return
    const renderer = this.#renderer
    const electron = {
      contextBridge: { exposeInMainWorld: (_name: string, bridge: Bridge) => (this.bridge = bridge) },
      ipcRenderer: {
        invoke: (channel: string, ...args: unknown[]) => invoke(channel, this.mainFrame, args),
        on: renderer.on.bind(renderer),
        removeListener: renderer.removeListener.bind(renderer),
      },
    }
    const require = (name: string): unknown => {
      if (name === 'electron') return electron
      throw new Error(`module not found: ${name}`)
    }
    compileFunction(readFileSync(preload, 'utf8'), ['require'])(require)
    this.bridge = this.bridge as Bridge | null
  }
}

export class BrowserWindow extends EventEmitter {
  static readonly all = new Set<BrowserWindow>()
  readonly options: Options
  readonly webContents: WebContents
  isShown: boolean
  title: string
  isGone = false
  focusCount = 0
  hasFocus = true
  isLarge = false
  /** Where the user has moved it. */
  bounds = { x: 40, y: 50, width: 1300, height: 800 }

  constructor(options: Options) {
    super()
    this.options = options
    this.webContents = new WebContents(options)
    this.isShown = options.show
    this.title = options.title
    BrowserWindow.all.add(this)
  }
  async loadURL(address: string): Promise<void> {
    const [document, fragment] = address.split('#')
    const { mainFrame, loads } = this.webContents
    if (fragment !== undefined && mainFrame.url.split('#')[0] === document) mainFrame.url = address
    else await this.webContents.load(address)
    if (loads.length <= 1) this.emit('ready-to-show')
  }
  close(): void {
    const event = new PreventableEvent()
    this.emit('close', event)
    if (!event.defaultPrevented) this.destroy()
  }
  destroy(): void {
    if (this.isGone) return
    this.isGone = true
    this.webContents.isGone = true
    BrowserWindow.all.delete(this)
    for (const each of BrowserWindow.all) if (each.options.parent === this) each.destroy()
    this.emit('closed')
    if (BrowserWindow.all.size === 0) app.emit('window-all-closed')
  }
  isDestroyed = (): boolean => this.isGone
  setTitle(title: string): void {
    if (this.isGone) throw new Error('Object has been destroyed')
    this.title = title
  }
  show(): void {
    this.isShown = true
  }
  hide(): void {
    this.isShown = false
  }
  focus(): void {
    this.focusCount++
    this.hasFocus = true
  }
  isVisible = (): boolean => this.isShown
  isFocused = (): boolean => this.isShown && this.hasFocus
  isMinimized = (): boolean => false
  restore(): void {}
  maximize(): void {
    this.isLarge = true
  }
  isMaximized = (): boolean => this.isLarge
  getNormalBounds = (): object => this.bounds
  removeMenu(): void {}
}

app.closeWindows = () => {
  for (const window of BrowserWindow.all) {
    window.close()
    if (!window.isDestroyed()) return false
  }
  return true
}
