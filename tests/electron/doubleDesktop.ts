import { EventEmitter } from 'node:events'
import {
  world,
  type MenuItem,
  type NoticeText,
  type ShownDialog,
  type ShownPathDialog,
} from './doubleWorld.ts'

export const dialog = {
  async showMessageBox(_window: unknown, shown: ShownDialog): Promise<{ response: number }> {
    world.dialogs.push(shown)
    const response =
      world.answers.shift() ?? (await new Promise<number>((resolve) => world.waiting.push(resolve)))
    return { response }
  },
  async showOpenDialog(_window: unknown, asked: object): Promise<{ canceled: boolean; filePaths: string[] }> {
    const path = await chosenPath({ ...asked, form: 'open' })
    return { canceled: path === null, filePaths: path === null ? [] : [path] }
  },
  async showSaveDialog(_window: unknown, asked: object): Promise<{ canceled: boolean; filePath: string }> {
    const path = await chosenPath({ ...asked, form: 'save' })
    return { canceled: path === null, filePath: path ?? '' }
  },
  showErrorBox(title: string, text: string): void {
    world.errorBoxes.push(`${title}: ${text}`)
    process.send?.({ type: 'errorBox', text: `${title}: ${text}` })
  },
}

async function chosenPath(asked: ShownPathDialog): Promise<string | null> {
  world.pathDialogs.push(asked)
  const [path] = world.paths.splice(0, 1)
  return path === undefined ? new Promise((resolve) => world.waitingForPath.push(resolve)) : path
}

export const Menu = {
  buildFromTemplate: (template: readonly MenuItem[]): readonly MenuItem[] => template,
  setApplicationMenu(menu: readonly MenuItem[]): void {
    world.menu = [...menu]
  },
}

export class Tray extends EventEmitter {
  constructor() {
    super()
    world.trays++
  }
  setToolTip(): void {}
  setContextMenu(menu: readonly MenuItem[]): void {
    world.trayMenu = [...menu]
  }
  destroy(): void {
    world.trays--
  }
}

export class Notification extends EventEmitter {
  static isSupported = (): boolean => true
  readonly #text: NoticeText

  constructor(text: NoticeText) {
    super()
    this.#text = text
  }
  show(): void {
    world.notices.push({ ...this.#text, click: () => this.emit('click') })
  }
}

export const powerSaveBlocker = {
  start(): number {
    const id = world.blockersStarted++
    world.blockers.add(id)
    return id
  },
  stop: (id: number): boolean => world.blockers.delete(id),
}

export const nativeImage = { createFromPath: () => ({ resize: () => ({}) }) }
export const screen = {
  getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
}
export const shell = {
  async openExternal(address: string): Promise<void> {
    world.external.push(address)
  },
}
