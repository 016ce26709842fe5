import { pathChannel, requestChannel, serverChannel, type Bridge } from '../../src/shared/routes/bridge.ts'
import type { Result } from '../../src/shared/routes/contract.ts'
import type { PathQuestion } from '../../src/shared/routes/pathQuestion.ts'
import { app } from './doubleApp.ts'
import { BrowserWindow, invoke } from './doubleWindow.ts'
import {
  answerDialog,
  answerPathDialog,
  PreventableEvent,
  world,
  type MenuItem,
  type NoticeText,
} from './doubleWorld.ts'

export interface WindowState {
  readonly title: string
  readonly isShown: boolean
  readonly focusCount: number
  readonly loads: readonly string[]
  /** What the page was told of its connection, in order. */
  readonly connections: readonly string[]
  readonly statuses: readonly number[]
  readonly address: string
  readonly icon: string | undefined
  readonly preferences: Readonly<Record<string, unknown>>
  readonly windows: number
  readonly dialogs: typeof world.dialogs
  readonly pathDialogs: typeof world.pathDialogs
  readonly external: readonly string[]
  readonly blockers: number
  readonly blockersStarted: number
  readonly trays: number
  /** As the window was asked to open. */
  readonly place: {
    readonly x?: number
    readonly y?: number
    readonly width: number
    readonly height: number
  }
  readonly isMaximised: boolean
  readonly schemes: readonly string[]
  readonly lockData: unknown
  readonly notices: readonly NoticeText[]
  readonly permissions: { readonly asked: boolean; readonly checked: boolean }
}

/** What the form of "Connect…" is made of, and whether a redirect of it was refused. */
export interface FormState {
  readonly preferences: Readonly<Record<string, unknown>>
  readonly permissions: { readonly asked: boolean; readonly checked: boolean }
  readonly redirect: boolean
  readonly opens: string | undefined
}

/** Within the page, at another address, or gone. */
type ForeignFrame = 'inner' | 'foreign' | 'none'

let lastRequestId = 0

/** What a test may ask of the double's process; everything but the calls themselves crosses as plain data. */
export const commands = {
  state,
  request: async (route: string, input: unknown): Promise<unknown> => {
    return pageBridge().request(route, input, ++lastRequestId)
  },
  /** Host and port of the server that the window drives, as the page hears it. */
  server: async (): Promise<unknown> => pageBridge().server(),
  /** The page asks for a path by the window's own dialog. */
  choosePath: async (question: unknown): Promise<unknown> =>
    pageBridge().choosePath(question as PathQuestion),
  answerPath: async (path: string | null): Promise<void> => answerPathDialog(path),
  /** What the page is given back when it ends its listening. */
  endListening: async (): Promise<string> => {
    const bridge = pageBridge()
    const ends = [bridge.onEvent(() => undefined), bridge.onConnection(() => undefined)]
    return ends.map((end) => typeof end()).join()
  },
  /**
   * A call past the preload: from a frame inside the page, a page of another origin, a frame that is gone.
   */
  requestFrom: async (frame: ForeignFrame, ...args: unknown[]): Promise<unknown> =>
    invokeFrom(frame, requestChannel, args),
  /** @returns the codes of the answers to who asks for the server, and for a path */
  askWindowFrom: async (frame: ForeignFrame, question: unknown): Promise<readonly string[]> => {
    const answers = [
      await invokeFrom(frame, serverChannel, []),
      await invokeFrom(frame, pathChannel, [question]),
    ]
    return (answers as Result<unknown>[]).map((answer) => (answer.ok ? 'ok' : answer.error.code))
  },
  rawRequest: async (...args: unknown[]): Promise<unknown> =>
    invoke(requestChannel, mainWindow().webContents.mainFrame, args),
  fetch: async (address: string): Promise<{ status: number; type: string | null; policy: string | null }> => {
    const { session } = mainWindow().options.webPreferences
    const response = await session?.fetch(address)
    if (response === undefined) throw new Error('the window has no session of its own')
    const header = (name: string): string | null => response.headers.get(name)
    return {
      status: response.status,
      type: header('content-type'),
      policy: header('content-security-policy'),
    }
  },
  /** @returns whether a page within the page was refused, and a frame of it that goes to our own page */
  embed: async (): Promise<{ webview: boolean; frame: boolean }> => {
    const page = mainWindow().webContents
    const [webview, frame] = [new PreventableEvent(), new PreventableEvent()]
    page.emit('will-attach-webview', webview)
    page.emit('will-frame-navigate', Object.assign(frame, { url: page.mainFrame.url, isMainFrame: false }))
    return { webview: webview.defaultPrevented, frame: frame.defaultPrevented }
  },
  /** @returns whether each kind of navigation was refused */
  navigate: async (
    url: string,
  ): Promise<{ page: boolean; frame: boolean; redirect: boolean; window: string | undefined }> => {
    const page = mainWindow().webContents
    const events = [true, false].map((isMainFrame) =>
      Object.assign(new PreventableEvent(), { url, isMainFrame }),
    )
    page.emit('will-navigate', events[0])
    page.emit('will-frame-navigate', events[1])
    const redirect = Object.assign(new PreventableEvent(), { url, isMainFrame: true })
    page.emit('will-redirect', redirect)
    return {
      page: events[0]?.defaultPrevented ?? false,
      frame: events[1]?.defaultPrevented ?? false,
      redirect: redirect.defaultPrevented,
      window: page.openHandler?.({ url }).action,
    }
  },
  crash: async (reason: string): Promise<void> => {
    const page = mainWindow().webContents
    page.isDying = true
    page.emit('render-process-gone', {}, { reason })
    page.isDying = false
  },
  /** The user turns to another window. */
  blur: async (): Promise<void> => void (mainWindow().hasFocus = false),
  clickNotice: async (index: number): Promise<void> => world.notices[index]?.click(),
  close: async (): Promise<void> => mainWindow().close(),
  quit: async (): Promise<void> => app.quit(),
  answer: async (response: number): Promise<void> => answerDialog(response),
  click: async (label: string): Promise<void> => {
    const item = allItems(world.menu).find((each) => each.label?.replace('&', '') === label)
    if (item?.click === undefined || item.enabled === false) throw new Error(`no such menu item: ${label}`)
    item.click()
  },
  clickTray: async (label: string): Promise<void> => {
    const item = world.trayMenu.find((each) => each.label === label)
    if (item?.click === undefined) throw new Error(`no such item in the tray: ${label}`)
    item.click()
  },
  /** The user makes the window large. */
  maximise: async (): Promise<void> => mainWindow().maximize(),
  hide: async (): Promise<void> => mainWindow().hide(),
  /** What the form of "Connect…" is made of, and what it does with a link to elsewhere. */
  form: async (): Promise<FormState> => {
    const { options, webContents: page } = openForm()
    const { session, ...preferences } = options.webPreferences
    let asked = true
    session?.permissionHandler?.(page, 'media', (granted) => (asked = granted))
    const redirect = Object.assign(new PreventableEvent(), { url: 'https://example.org/', isMainFrame: true })
    page.emit('will-redirect', redirect)
    return {
      preferences,
      permissions: { asked, checked: session?.permissionCheck?.() ?? true },
      redirect: redirect.defaultPrevented,
      opens: page.openHandler?.({ url: 'https://example.org/' }).action,
    }
  },
  /** Fills in and sends the form of "Connect…". */
  sendForm: async (link: string): Promise<boolean> => {
    const form = openForm()
    const event = Object.assign(new PreventableEvent(), {
      url: `app://connect/?${new URLSearchParams({ link, do: 'connect' }).toString()}`,
    })
    form.webContents.emit('will-navigate', event)
    return event.defaultPrevented
  },
  secondInstance: async (data: unknown): Promise<void> => {
    app.emit('second-instance', {}, [], '/', data)
  },
  /** Native modules that this process has loaded. */
  natives: async (): Promise<readonly string[]> => {
    const report = process.report.getReport() as unknown as { sharedObjects: readonly string[] }
    return report.sharedObjects.filter(
      (file) => file.endsWith('.node') || /onnxruntime|tensorflow/.test(file),
    )
  },
}

export type Commands = typeof commands

interface Asked {
  readonly id: number
  readonly command: keyof Commands
  readonly args: readonly unknown[]
}

/** Answers the test's messages, and sends it every event that reaches the page. */
export function obeyTest(): void {
  process.on('message', (asked: Asked) => {
    const call = commands[asked.command] as (...args: readonly unknown[]) => Promise<unknown>
    Promise.resolve()
      .then(() => call(...asked.args))
      .then(
        (value) => process.send?.({ type: 'answer', id: asked.id, value }),
        (error: unknown) => process.send?.({ type: 'answer', id: asked.id, error: String(error) }),
      )
  })
}

async function state(): Promise<WindowState> {
  const window = mainWindow()
  const { webContents: page, options } = window
  const { session, ...preferences } = options.webPreferences
  let asked = true
  session?.permissionHandler?.(page, 'media', (granted) => (asked = granted))
  listen(page)
  return {
    title: window.title,
    isShown: window.isShown,
    focusCount: window.focusCount,
    icon: options.icon,
    loads: page.loads,
    statuses: page.statuses,
    address: page.mainFrame.url,
    preferences,
    connections,
    windows: BrowserWindow.all.size,
    dialogs: world.dialogs,
    pathDialogs: world.pathDialogs,
    external: world.external,
    blockers: world.blockers.size,
    blockersStarted: world.blockersStarted,
    trays: world.trays,
    schemes: world.schemes,
    lockData: app.lockData,
    isMaximised: window.isMaximized(),
    place: placeOf(options),
    notices: world.notices.map(({ title, body }) => ({ title, body })),
    permissions: { asked, checked: session?.permissionCheck?.() ?? true },
  }
}

function placeOf({ x, y, width, height }: BrowserWindow['options']): WindowState['place'] {
  return { ...(x === undefined || y === undefined ? {} : { x, y }), width, height }
}

const heard = new WeakSet<object>()
const connections: string[] = []

/** Sends on what the page's own listener is told, once a document. */
function listen({ bridge }: BrowserWindow['webContents']): void {
  if (bridge === null || heard.has(bridge)) return
  heard.add(bridge)
  bridge.onEvent((event) => process.send?.({ type: 'event', event }))
  bridge.onConnection((connection) => connections.push(connection))
}

function pageBridge(): Bridge {
  const { bridge } = mainWindow().webContents
  if (bridge === null) throw new Error('the preload exposed nothing')
  return bridge
}

async function invokeFrom(frame: ForeignFrame, channel: string, args: readonly unknown[]): Promise<unknown> {
  const { mainFrame } = mainWindow().webContents
  if (frame === 'inner') return invoke(channel, { url: mainFrame.url }, args)
  if (frame === 'none') return invoke(channel, null, args)
  const own = mainFrame.url
  mainFrame.url = 'https://example.org/index.html'
  try {
    return await invoke(channel, mainFrame, args)
  } finally {
    mainFrame.url = own
  }
}

function openForm(): BrowserWindow {
  const form = [...BrowserWindow.all].find((window) => window.options.parent !== undefined)
  if (form === undefined) throw new Error('no form is open')
  return form
}

function mainWindow(): BrowserWindow {
  const window = [...BrowserWindow.all].find((each) => each.options.parent === undefined)
  if (window === undefined) throw new Error('no window is open')
  return window
}

function allItems(items: readonly MenuItem[]): readonly MenuItem[] {
  return items.flatMap((item) => [item, ...allItems(item.submenu ?? [])])
}
