import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'

const WindowState = z.object({
  x: z.int().optional(),
  y: z.int().optional(),
  width: z.int().min(400).max(20_000),
  height: z.int().min(300).max(20_000),
  maximised: z.boolean(),
})
export type WindowState = z.infer<typeof WindowState>

export interface ScreenArea {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const initialState: WindowState = { width: 1440, height: 900, maximised: false }

/** Where the window was; a missing or damaged file, or a screen that is gone, gives the initial size. */
export function readWindowState(file: string, screens: readonly ScreenArea[]): WindowState {
  let stored: unknown
  try {
    stored = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return initialState // no file yet, or one cut short: the size of a window is not worth an error
  }
  const parsed = WindowState.safeParse(stored)
  if (!parsed.success) return initialState
  return isVisible(parsed.data, screens) ? parsed.data : { ...initialState, maximised: parsed.data.maximised }
}

/** @returns false when the disk refused it: the window then opens in its initial size next time */
export function writeWindowState(file: string, state: WindowState): boolean {
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(`${file}.new`, JSON.stringify(state))
    renameSync(`${file}.new`, file)
    return true
  } catch {
    return false // a full disk must not keep a window from closing
  }
}

function isVisible(state: WindowState, screens: readonly ScreenArea[]): boolean {
  const { x, y } = state
  if (x === undefined || y === undefined) return true
  return screens.some(
    (screen) =>
      x >= screen.x - 50 &&
      y >= screen.y - 50 &&
      x < screen.x + screen.width - 100 &&
      y < screen.y + screen.height - 100,
  )
}
