import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import type { Database } from '../../../src/main/store/database.ts'
import { launchChromium } from './chromium.ts'
import { startPageServer, type PageServer } from './pageServer.ts'
import { seedRuns, seedStore, type SeedRun } from './seedStore.ts'

export interface OpenedPages {
  readonly browser: Browser
  readonly server: PageServer
  /** A page with a session of its own; what it reports as an error fails the test that asks. */
  open(address: string, options?: BrowserContextOptions): Promise<OpenedPage>
  close(): Promise<void>
}

export interface OpenedPage {
  readonly page: Page
  assertNoErrors(): void
}

/** A server over a fresh data folder with these runs, and a browser. */
export async function openPages(runs: readonly SeedRun[]): Promise<OpenedPages> {
  const dataDir = mkdtempSync(join(tmpdir(), 'recheck-pages-'))
  if (runs.length > 0) seedStore(dataDir, runs)
  const browser = await launchChromium()
  const server = await startPageServer(dataDir)
  return {
    browser,
    server,
    open: (address, options = {}) => openPage(browser, server, { address, options }),
    close: async () => {
      await browser.close()
      await server.close()
      rmSync(dataDir, { recursive: true })
    },
  }
}

/** One page over the seeded runs for all tests of a file: opened before the first, closed after the last. */
export function seededPage(address: string, options: BrowserContextOptions = {}): SeededPage {
  let pages: OpenedPages | null = null
  let opened: OpenedPage | null = null
  before(async () => {
    pages = await openPages(seedRuns)
    opened = await pages.open(address, options)
  })
  after(() => pages?.close())
  return {
    get page() {
      return known(opened).page
    },
    get db() {
      return known(pages).server.owner.db
    },
    assertNoErrors: () => known(opened).assertNoErrors(),
  }
}

export interface SeededPage extends OpenedPage {
  readonly db: Database
}

function known<T>(opened: T | null): T {
  assert.ok(opened !== null, 'asked for before the first test has begun')
  return opened
}

async function openPage(
  browser: Browser,
  server: PageServer,
  place: { readonly address: string; readonly options: BrowserContextOptions },
): Promise<OpenedPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...place.options })
  context.setDefaultTimeout(60_000)
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('dialog', (dialog) => {
    errors.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  await page.goto(server.http.newLink())
  await page.getByRole('navigation', { name: 'Pages' }).waitFor()
  if (place.address !== '') await goTo(page, place.address)
  return { page, assertNoErrors: () => assert.deepEqual(errors, []) }
}

/**
 * Waits until an expression is true in the page; Playwright's own waiting needs `eval`, which the page
 * forbids.
 */
export async function waitUntil(page: Page, expression: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if ((await page.evaluate(expression)) === true) return
    await page.waitForTimeout(100)
  }
  assert.fail(`not true after 20 s: ${expression}`)
}

/** What has happened so far has been drawn: two frames have begun since. */
export async function untilDrawn(page: Page): Promise<void> {
  await page.evaluate(
    'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))',
  )
}

/** Nothing moves any more: every animation that ends has ended. */
export async function untilStill(page: Page): Promise<void> {
  await untilDrawn(page)
  const moving = 'document.getAnimations().some((each) => each.effect.getComputedTiming().endTime < Infinity)'
  await waitUntil(page, `!${moving}`)
}

/** What is waited for here is what the test is about: said by name when it does not come. */
export async function assertShown(locator: Locator): Promise<void> {
  await locator.waitFor().catch(() => assert.fail(`not shown: ${String(locator)}`))
}

export async function assertGone(locator: Locator): Promise<void> {
  await locator.waitFor({ state: 'hidden' }).catch(() => assert.fail(`still shown: ${String(locator)}`))
}

/** Changes the fragment, as a link in the page does. */
export async function goTo(page: Page, address: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(address)}`)
}
