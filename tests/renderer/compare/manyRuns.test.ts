import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openPages, untilDrawn, waitUntil, type OpenedPage, type OpenedPages } from '../support/openPages.ts'
import type { SeedRun } from '../support/seedStore.ts'

const runs: readonly SeedRun[] = Array.from({ length: 20 }, (_, seed) => ({
  runId: `r-many-${seed}`,
  name: `seed ${seed}`,
  steps: 30,
  doneSteps: 30,
  status: 'finished',
  layer: { seed },
}))

let pages: OpenedPages
let opened: OpenedPage
before(async () => {
  pages = await openPages(runs)
  opened = await pages.open(`#/compare?runs=${runs.map(({ runId }) => runId).join(',')}`)
})
after(() => pages.close())

test('twenty runs at once, told apart by colour and pattern', async () => {
  const { page } = opened
  await page.getByText('20 of 20 runs').first().waitFor()
  const looks: unknown = await page.evaluate(
    `[...document.querySelectorAll('.RunLegend-swatch')].map((each) => each.style.borderTopColor + ' ' + each.style.borderTopStyle)`,
  )
  assert.equal(new Set(looks as string[]).size, 20)
})

test('of many lines the plot under the pointer says values, the others show the place alone', async () => {
  const { page } = opened
  const plots = page.locator('.PlotCard-card')
  await plots.nth(0).scrollIntoViewIfNeeded()
  const box = await plots.nth(0).locator('canvas').first().boundingBox()
  assert.ok(box)
  const visible = `[...document.querySelectorAll('.Chart-cursor')].map((each) => each.style.visibility === 'visible')`
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await waitUntil(page, `(${visible}).filter(Boolean).length >= 5`)
  await untilDrawn(page)
  assert.equal(((await page.evaluate(visible)) as boolean[])[0], false, 'its own pointer is ECharts’')
  const folder = process.env['RECHECK_PICTURES']
  if (folder !== undefined && existsSync(folder)) await page.screenshot({ path: join(folder, 'many.png') })
  await page.mouse.move(5, 500)
  await waitUntil(page, `(${visible}).every((each) => !each)`)
  opened.assertNoErrors()
})
