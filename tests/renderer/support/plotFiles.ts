import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { exportPlot } from './plotPictures.ts'

/** A plot as the page exports it now: its settings, axis labels and lines can be read in the text. */
export async function svgOf(page: Page, title: string): Promise<string> {
  const download = await exportPlot(page, `Export ${title}`, /^SVG/)
  return readFile(await download.path(), 'utf8')
}

/** Texts of a picture, in the order in which they are drawn. */
export function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => match[1] ?? '')
}

/** Width and height of a PNG, read from its first chunk (IHDR: 4 bytes each, from byte 16). */
export async function pngSize(path: string): Promise<[number, number]> {
  const bytes = await readFile(path)
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
}

export function switchNamed(page: Page, name: string) {
  return page.getByRole('switch', { name })
}
