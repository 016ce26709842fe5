import { dialog, ipcMain, type BrowserWindow, type OpenDialogOptions } from 'electron'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, isAbsolute, join } from 'node:path'
import type { RecheckErrorCode } from '../../shared/errors/errorCodes.ts'
import { pathChannel, serverChannel } from '../../shared/routes/bridge.ts'
import type { Result } from '../../shared/routes/contract.ts'
import { PathQuestion } from '../../shared/routes/pathQuestion.ts'
import type { BackendSlot } from './backendSlot.ts'
import { foreignSender, isOwnFrame } from './ipcServer.ts'

/**
 * The system's own dialog for a path, for our own page alone, and only while the runs are this computer's own:
 * a path chosen here means nothing on another machine. One at a time.
 *
 * @returns a function that takes the channels down
 */
export function servePathDialogs(window: BrowserWindow, slot: BackendSlot): () => void {
  let isOpen = false
  ipcMain.handle(serverChannel, (event): Result<string | null> =>
    isOwnFrame(event.senderFrame, window.webContents)
      ? { ok: true, data: slot.target().server }
      : foreignSender,
  )
  ipcMain.handle(pathChannel, async (event, input: unknown): Promise<Result<string | null>> => {
    if (!isOwnFrame(event.senderFrame, window.webContents)) return foreignSender
    const { data: question } = PathQuestion.safeParse(input)
    if (question === undefined) return refusal('request.invalid', 'A dialog was asked for in no known way.')
    const target = slot.target()
    if (target.server !== null) return otherMachine(target.server)
    if (isOpen) return refusal('window.dialog-open', 'A dialog is open already: answer it first.')
    isOpen = true
    try {
      const path = await askForPath(window, question)
      const { server } = slot.target() // a second start may have moved the window meanwhile
      return server === null ? { ok: true, data: path } : otherMachine(server)
    } finally {
      isOpen = false
    }
  })
  return () => {
    ipcMain.removeHandler(serverChannel)
    ipcMain.removeHandler(pathChannel)
  }
}

function refusal(code: RecheckErrorCode, message: string): Result<never> {
  return { ok: false, error: { code, message } }
}

function otherMachine(server: string): Result<never> {
  return refusal(
    'window.other-machine',
    `This window drives ${server}: a dialog here shows the files of this computer, and the path must be one of that machine.`,
  )
}

async function askForPath(window: BrowserWindow, question: PathQuestion): Promise<string | null> {
  const { kind, title, filters, startAt } = question
  const defaultPath = placeToBegin(startAt, kind, homedir())
  const options: OpenDialogOptions = {
    title,
    filters: filters.map(({ name, endings }) => ({ name, extensions: [...endings] })),
    ...(defaultPath === null ? {} : { defaultPath }),
  }
  // the hub's own cache lies in ~/.cache, which a dialog hides unless it is told otherwise
  if (kind === 'save') {
    const { canceled, filePath } = await dialog.showSaveDialog(window, {
      ...options,
      properties: ['showHiddenFiles', 'createDirectory'],
    })
    return canceled || filePath === '' ? null : filePath
  }
  const { canceled, filePaths } = await dialog.showOpenDialog(window, {
    ...options,
    properties: ['showHiddenFiles', kind === 'folder' ? 'openDirectory' : 'openFile', 'createDirectory'],
  })
  return canceled ? null : (filePaths[0] ?? null)
}

/**
 * Where a dialog begins: at the path that stands in the field, or at its nearest folder that is there; what is to
 * be saved keeps its name.
 *
 * @returns null where the field holds no absolute path: the name of a model, nothing yet
 */
export function placeToBegin(startAt: string, kind: PathQuestion['kind'], home: string): string | null {
  const path = startAt.trim().replace(/^~(?=$|[\\/])/, () => home)
  if (!isAbsolute(path)) return null
  let place = kind === 'save' ? dirname(path) : path
  while (!existsSync(place)) {
    const parent = dirname(place)
    if (parent === place) return null // a drive that is gone
    place = parent
  }
  return kind === 'save' ? join(place, basename(path)) : place
}
