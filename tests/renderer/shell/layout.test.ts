import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { readRun } from '../../../src/main/store/runs/runStore.ts'
import { seedRuns } from '../support/seedStore.ts'
import { lookAround, settle, type Looks } from '../support/lookAround.ts'
import { seriousFindings } from '../support/seriousFindings.ts'
import {
  assertShown,
  goTo,
  openPages,
  untilStill,
  waitUntil,
  type OpenedPages,
} from '../support/openPages.ts'

let pages: OpenedPages
before(async () => {
  pages = await openPages(seedRuns)
})
after(() => pages.close())

const addresses = [
  '#/runs',
  '#/run/r-second/plots',
  '#/run/r-first/metrics',
  '#/run/r-first/rollouts',
  '#/run/r-first/evaluations',
  '#/run/r-first/config',
  '#/run/r-first/checkpoints',
  '#/run/r-second/events',
  '#/new',
  '#/compare?runs=r-first,r-second',
  '#/replay?policy=run:r-first&policy=model:builtin',
  '#/models',
  '#/data',
] as const

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious on any page, ${colorScheme}`, async () => {
    const { page } = await pages.open('#/runs', { colorScheme, bypassCSP: true, reducedMotion: 'reduce' })
    const found: string[] = []
    for (const address of addresses) {
      await goTo(page, address)
      await settle(page)
      found.push(...(await seriousFindings(page)).map((line) => `${address} ${line}`))
    }
    assert.deepEqual(found, [])
    await page.context().close()
  })
}

/** What opens over a page, and how. */
const overlays: readonly { readonly address: string; readonly open: (page: Page) => Promise<void> }[] = [
  { address: '#/runs', open: (page) => page.getByRole('button', { name: 'Columns' }).click() },
  { address: '#/runs', open: (page) => page.keyboard.press('Control+k') },
  { address: '#/runs', open: (page) => page.keyboard.press('?') },
  {
    address: '#/runs',
    open: async (page) => {
      await page.getByRole('checkbox', { name: 'Select revision bonus 2' }).check()
      await page.getByRole('button', { name: 'Tags and group' }).click()
    },
  },
  {
    address: '#/run/r-first/config',
    open: (page) => page.getByRole('button', { name: 'Name, tags, group and notes' }).click(),
  },
  { address: '#/run/r-first/config', open: (page) => page.getByRole('button', { name: 'Extend…' }).click() },
  {
    address: '#/run/r-stopped/config',
    open: (page) => page.getByRole('button', { name: 'Go on with changes…' }).click(),
  },
  {
    address: '#/run/r-first/plots',
    open: (page) => page.getByRole('button', { name: 'Export Training loss' }).click(),
  },
  {
    address: '#/run/r-first/plots',
    open: (page) => page.getByRole('button', { name: 'Training loss in full screen' }).click(),
  },
  {
    address: '#/run/r-first/plots',
    open: async (page) => {
      await page.keyboard.press('Tab')
      await page.getByRole('button', { name: 'What Training loss shows' }).focus()
      await page.getByRole('tooltip').filter({ hasText: 'all turns' }).waitFor()
    },
  },
  {
    address: '#/compare?runs=r-first,r-second',
    open: (page) => page.getByRole('combobox', { name: 'Colour by' }).click(),
  },
]

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious in any dialog or menu, ${colorScheme}`, async () => {
    const { page } = await pages.open('#/runs', { colorScheme, bypassCSP: true, reducedMotion: 'reduce' })
    const found: string[] = []
    for (const [index, { address, open }] of overlays.entries()) {
      await goTo(page, address)
      await settle(page)
      await open(page)
      await untilStill(page)
      found.push(...(await seriousFindings(page)).map((line) => `${index} ${address} ${line}`))
      await page.keyboard.press('Escape')
      await untilStill(page)
    }
    assert.deepEqual(found, [])
    await page.context().close()
  })
}

const sizes = [
  { width: 720, height: 450 }, // a browser zoom of 200 % on 1440 × 900
  { width: 1024, height: 700 },
  { width: 1440, height: 900 },
  { width: 2560, height: 1440 },
  { width: 3840, height: 2160 },
] as const

let looked: Promise<ReadonlyMap<number, Looks>> | null = null

/** Every page in a window of this width: visited once, for all tests. */
async function looksAt(width: number): Promise<Looks> {
  looked ??= lookAround(pages, addresses, sizes)
  return (await looked).get(width) ?? assert.fail(`no window of ${width} px`)
}

for (const { width } of sizes) {
  test(`no page is cut off at ${width} px`, async () => {
    const { pages: found } = await looksAt(width)
    assert.equal(found.length, addresses.length)
    for (const { address, wide, cut } of found) {
      assert.ok(Number(wide) <= width, `${address}: ${String(wide)} px wide`)
      assert.deepEqual(cut, [], address)
    }
  })
}

for (const [width, height, least] of [
  [1440, 900, 10],
  [2560, 1440, 11],
  [3840, 2160, 15],
] as const) {
  test(`no type is smaller than ${least} px on a screen of ${width} × ${height} without scaling, in charts too`, async () => {
    const { pages: found, written } = await looksAt(width)
    assert.equal(found.length, addresses.length)
    for (const look of found) assert.ok(look.least >= least, `${look.address}: ${look.least} px`)
    assert.ok(written > 100, 'the charts were watched')
  })
}

test('at 3840 px rows of the run table lie below one another, icons grow with the words', async () => {
  const { page } = await pages.open('#/runs', { viewport: { width: 3840, height: 2160 } })
  await page.locator('.RunTable-row').first().waitFor()
  const boxes = (await page.evaluate(
    `[...document.querySelectorAll('.RunTable-row')].map((row) => row.getBoundingClientRect()).map(({ top, height }) => [top, height])`,
  )) as [number, number][]
  assert.equal(boxes.length, seedRuns.length)
  boxes.forEach(([top, height], index) => {
    assert.equal(height, 60)
    assert.equal(top, (boxes[0]?.[0] ?? 0) + 60 * index)
  })
  const icon = await page.getByRole('button', { name: 'Keyboard map' }).locator('svg').boundingBox()
  assert.equal(icon?.width, 27)
  await page.context().close()
})

test('a run name of 200 wide letters widens no page and leaves the status its words', async () => {
  const name = 'W'.repeat(200)
  const { db } = pages.server.owner
  const before = readRun(db, 'r-first').name
  const rename = db.prepare('update run set name = ? where run_id = ?')
  rename.run(name, 'r-first')
  const { page } = await pages.open('#/runs')
  for (const address of ['#/runs', '#/run/r-first/plots', '#/compare?runs=r-first,r-second']) {
    await goTo(page, address)
    await settle(page)
    await waitUntil(page, `document.body.textContent.includes('${name}')`)
    const wide = await page.evaluate(
      `[...document.querySelectorAll('.page')].map((each) => each.scrollWidth - each.clientWidth)`,
    )
    assert.deepEqual(wide, [0], address)
    const cutStatus = `[...document.querySelectorAll('.mantine-Badge-label')]
      .filter((words) => words.innerText === 'finished' && words.scrollWidth > words.clientWidth + 1).length`
    assert.equal(await page.evaluate(cutStatus), 0, address)
  }
  rename.run(before, 'r-first')
  await page.context().close()
})

test('the keys lead everywhere: pages, tabs, palette, map, theme', async () => {
  const { page } = await pages.open('#/runs', { colorScheme: 'light' })
  const at = (address: string): Promise<unknown> =>
    waitUntil(page, `location.hash === ${JSON.stringify(address)}`)
  // the second of the list, whatever it is ranked by
  const address = await page.locator('.RunTable-row').nth(1).getByRole('link').first().getAttribute('href')
  const second =
    /^#\/run\/(r-[a-z]+)/.exec(address ?? '')?.[1] ?? assert.fail(`an address of a run, not ${address}`)
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await at(`#/run/${second}/plots`)
  await page.getByRole('tab', { name: 'Plots' }).waitFor()
  await page.keyboard.press('3')
  await at(`#/run/${second}/rollouts`)
  await page.keyboard.press('g')
  await page.keyboard.press('n')
  await at('#/new')
  await page.keyboard.press('Control+k')
  // runs that arrive after the search was typed are listed, and none of them is marked for Enter
  await page.getByRole('dialog').getByText('revision bonus 2').waitFor()
  await page.getByRole('textbox', { name: 'Command' }).fill('revision bonus 2')
  await waitUntil(
    page,
    `document.querySelector('[role=dialog] [data-selected]')?.innerText.includes('revision bonus 2') === true`,
  )
  await page.keyboard.press('Enter')
  await at('#/run/r-stopped/plots')
  await page.getByRole('textbox', { name: 'Command' }).waitFor({ state: 'hidden' })
  await page.keyboard.press('?')
  await page.getByRole('dialog').getByText('zoom the plots').waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('t')
  await waitUntil(page, `document.documentElement.dataset.mantineColorScheme === 'dark'`)
  await page.context().close()
})

test('two keys of one shortcut belong together, also where the page is drawn again between them', async () => {
  const { page } = await pages.open('#/runs')
  await assertShown(page.locator('.RunTable-row').first())
  await page.keyboard.press('g')
  await goTo(page, '#/run/r-failed/config')
  await assertShown(page.getByRole('tab', { name: 'Config', selected: true }))
  await page.keyboard.press('n')
  await waitUntil(page, `location.hash === '#/new'`)
  await page.context().close()
})

test('focus is visible wherever Tab goes', async () => {
  const { page } = await pages.open('#/run/r-first/plots')
  await page.getByRole('tab', { name: 'Plots' }).waitFor()
  for (let presses = 0; presses < 25; presses++) {
    await page.keyboard.press('Tab')
    const look = (await page.evaluate(
      `(() => { const s = getComputedStyle(document.activeElement); return [s.outlineStyle, s.outlineWidth, document.activeElement.outerHTML.slice(0, 120)] })()`,
    )) as [string, string, string]
    assert.equal(look[0], 'solid', look[2])
    assert.equal(look[1], '2px', look[2])
  }
  await page.context().close()
})
