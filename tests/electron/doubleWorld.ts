// What the double of Electron's modules remembers, so that a test in another process can look at it.

/** Handed to the process of the double by the test that starts it. */
export interface DoubleSetup {
  readonly appPath: string
  readonly userData: string
  /** False: another instance holds the lock already. */
  readonly isFirst: boolean
}

export interface ShownDialog {
  readonly message: string
  readonly detail?: string
  readonly buttons?: readonly string[]
}

/** A dialog for a path, as it was asked for. */
export interface ShownPathDialog {
  readonly form: 'open' | 'save'
  readonly title?: string
  readonly defaultPath?: string
  readonly properties?: readonly string[]
  readonly filters?: readonly { readonly name: string; readonly extensions: readonly string[] }[]
}

export interface NoticeText {
  readonly title: string
  readonly body: string
}

/** An event whose default can be prevented, as Electron's emitters hand it out. */
export class PreventableEvent {
  defaultPrevented = false
  preventDefault(): void {
    this.defaultPrevented = true
  }
}

export const setup = JSON.parse(process.env['ELECTRON_DOUBLE'] ?? '{}') as DoubleSetup

export const world = {
  dialogs: [] as ShownDialog[],
  /** Buttons that the user presses, one per question; a question without an answer waits for one. */
  answers: [] as number[],
  waiting: [] as ((response: number) => void)[],
  pathDialogs: [] as ShownPathDialog[],
  /** What the user chooses, null = cancels; a dialog without an answer waits for one. */
  paths: [] as (string | null)[],
  waitingForPath: [] as ((path: string | null) => void)[],
  errorBoxes: [] as string[],
  external: [] as string[],
  blockers: new Set<number>(),
  blockersStarted: 0,
  trays: 0,
  schemes: [] as string[],
  menu: [] as MenuItem[],
  trayMenu: [] as MenuItem[],
  notices: [] as (NoticeText & { readonly click: () => void })[],
}

export interface MenuItem {
  readonly label?: string
  readonly role?: string
  readonly accelerator?: string
  readonly enabled?: boolean
  readonly click?: () => void
  readonly submenu?: readonly MenuItem[]
}

/** Presses a button of the question that waits, or of the next one. */
export function answerDialog(response: number): void {
  const waiting = world.waiting.shift()
  if (waiting === undefined) world.answers.push(response)
  else waiting(response)
}

/** Chooses a path in the dialog that waits, or in the next one; null = cancels. */
export function answerPathDialog(path: string | null): void {
  const waiting = world.waitingForPath.shift()
  if (waiting === undefined) world.paths.push(path)
  else waiting(path)
}
