import type { Page } from 'playwright-core'
import { goTo, untilStill, waitUntil, type OpenedPages } from './openPages.ts'

/** What is looked at on each page, in a window of a size. */
export interface PageLook {
  readonly address: string
  /** Width of the whole page, px. */
  readonly wide: unknown
  readonly cut: unknown
  /** Least type, px. */
  readonly least: number
}

export interface WindowSize {
  readonly width: number
  readonly height: number
}

export interface Looks {
  readonly pages: readonly PageLook[]
  /** Words that the charts have written. */
  readonly written: number
}

/**
 * Visits every page in windows of these sizes, narrowest first. A page is opened in the narrowest or the widest, by turns, and
 * goes through the others from there, as a window that is pulled larger or smaller.
 *
 * @returns by width
 */
export async function lookAround(
  pages: Pick<OpenedPages, 'open'>,
  addresses: readonly string[],
  sizes: readonly WindowSize[],
): Promise<ReadonlyMap<number, Looks>> {
  const { page } = await pages.open('#/runs', { viewport: sizes[0] ?? null })
  await page.evaluate(watchCharts)
  const found = new Map(sizes.map(({ width }) => [width, { pages: [] as PageLook[], written: 0 }]))
  for (const [index, address] of addresses.entries()) {
    const way = index % 2 === 0 ? sizes : sizes.toReversed()
    for (const [at, size] of way.entries()) {
      await page.evaluate('window.writtenPx = []')
      await page.setViewportSize(size)
      if (at === 0) await goTo(page, address)
      await settle(page)
      // plots that are out of sight wait for it, and are to have been drawn in this size, too
      await page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
      await settle(page)
      const look = {
        address,
        wide: await page.evaluate(`document.documentElement.scrollWidth`),
        cut: await page.evaluate(cutButtons),
        least: Number(await page.evaluate(leastType)),
      }
      const written = Number(await page.evaluate('window.writtenPx.length'))
      const looks = found.get(size.width)
      found.set(size.width, {
        pages: (looks?.pages ?? []).concat(look),
        written: (looks?.written ?? 0) + written,
      })
    }
  }
  await page.context().close()
  return found
}

/** The page has all that it asked for, and nothing moves. */
export async function settle(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle')
  await waitUntil(page, `!document.querySelector('.mantine-Loader-root')`)
  await untilStill(page)
}

/** Least type of the words in view, px, and of what the charts have written since `watchCharts`. */
const leastType = `Math.min(...[...document.querySelectorAll('#root *')]
  .filter((box) => box.offsetParent && [...box.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ''))
  .map((box) => parseFloat(getComputedStyle(box).fontSize)), ...(window.writtenPx ?? []))`
const watchCharts = `(() => {
  window.writtenPx = []
  const pen = CanvasRenderingContext2D.prototype
  const { fillText } = pen
  pen.fillText = function (...words) {
    const { a, b } = this.getTransform() // an axis's name is turned
    window.writtenPx.push(parseFloat(/([0-9.]+)px/.exec(this.font)[1]) * Math.hypot(a, b) / devicePixelRatio)
    return fillText.apply(this, words)
  }
})()`

/**
 * Buttons that lie beyond the right edge and cannot be scrolled to, and such without room for their own
 * words.
 */
const cutButtons = `[...document.querySelectorAll('main button, header button')]
  .filter((button) => {
    const words = button.querySelector('.mantine-Button-label') ?? button
    const isBeyond = button.getBoundingClientRect().right > innerWidth + 1 && !button.closest('.RunTable-table')
    return isBeyond || (button.innerText !== '' && words.scrollWidth > words.clientWidth + 1)
  })
  .map((button) => button.innerText || button.ariaLabel)`
