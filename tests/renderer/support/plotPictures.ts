import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { PNG } from 'pngjs'
import type { Download, Page } from 'playwright-core'
import { untilDrawn } from './openPages.ts'
import { plots } from '../../../src/shared/metrics/metrics.ts'

/** Which they are is said by tests/shared/metrics.test.ts. */
export const plotTitles = plots.map(({ title }) => title)

/** Where the first line of a plot on the page is named in its legend, px from the corner of its canvas. */
export const firstInLegend = { x: 40, y: 12 } as const

/** What a plot on the page shows, as text that differs when one pixel does. */
export function pixelsOf(page: Page, title: string): Promise<string> {
  const canvas = page.getByRole('region', { name: title, exact: true }).locator('canvas').first()
  return canvas.evaluate((drawn: { toDataURL(): string }) => drawn.toDataURL())
}

/** The same once a plot has stopped moving: three pictures in a row are equal. */
export async function stillPixels(page: Page, title: string): Promise<string> {
  const last: string[] = []
  for (;;) {
    await untilDrawn(page)
    last.push(await pixelsOf(page, title))
    const [first = '', second, third] = last.slice(-3)
    if (first === second && second === third) return first
  }
}

/** Waits until a plot shows again what it did before. */
export async function assertBecomes(
  page: Page,
  title: string,
  { before, patienceMs }: { readonly before: string; readonly patienceMs: number },
): Promise<void> {
  const untilMs = performance.now() + patienceMs
  while ((await pixelsOf(page, title)) !== before) {
    assert.ok(performance.now() < untilMs, `“${title}” is not as before after ${patienceMs / 1000} s`)
    await untilDrawn(page)
  }
}

/** Waits until a plot shows something else. */
export async function assertMoves(
  page: Page,
  title: string,
  { before, patienceMs }: { readonly before: string; readonly patienceMs: number },
): Promise<void> {
  const untilMs = performance.now() + patienceMs
  while ((await pixelsOf(page, title)) === before) {
    assert.ok(performance.now() < untilMs, `“${title}” has not changed in ${patienceMs / 1000} s`)
    await untilDrawn(page)
  }
}

/** Takes a file from a plot's export menu, as a reader does. */
export async function exportPlot(page: Page, menu: string, item: RegExp): Promise<Download> {
  await page.getByRole('button', { name: menu, exact: true }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: item }).click(),
  ])
  // a menu that is still closing has the same items as the next one
  await page.getByRole('menu').waitFor({ state: 'detached' })
  return download
}

export async function readPng(download: Download): Promise<PNG> {
  return PNG.sync.read(await readFile(await download.path()))
}

/** A rectangle of a picture, px; left out: the whole. */
export interface Part {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** Pixels of each colour, `#rrggbb`. */
export function coloursOf(picture: PNG, part?: Part): Map<string, number> {
  const { left, top, width, height } = part ?? { left: 0, top: 0, ...picture }
  const counts = new Map<number, number>()
  for (let y = top; y < top + height; y++) {
    for (let x = left; x < left + width; x++) {
      const colour = picture.data.readUIntBE(4 * (y * picture.width + x), 3)
      counts.set(colour, (counts.get(colour) ?? 0) + 1)
    }
  }
  return new Map([...counts].map(([colour, count]) => [`#${colour.toString(16).padStart(6, '0')}`, count]))
}
