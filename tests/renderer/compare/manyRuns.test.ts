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
  assert.equal(
    ((await page.evaluate(visible)) as boolean[])[0],
    false,
    'its own place is marked beside its values',
  )
  const told = page.locator('.ToldLines-values')
  assert.equal(await told.count(), 1)
  const [step = '', ...lines] = (await told.innerText()).split('\n')
  assert.match(step, /^\d+$/)
  const rows = await told.locator('.ToldLines-row').allInnerTexts()
  assert.equal(rows.length, 5)
  for (const row of rows) assert.match(row, /^seed \d+\s+-?[\d.]+$/)
  assert.equal(lines.at(-1), 'and 15 more')
  const folder = process.env['RECHECK_PICTURES']
  if (folder !== undefined && existsSync(folder)) await page.screenshot({ path: join(folder, 'many.png') })
  await page.mouse.move(5, 500)
  await waitUntil(page, `(${visible}).every((each) => !each)`)
  await told.waitFor({ state: 'detached' })
  opened.assertNoErrors()
})

test('a pointer that moves over many lines draws nothing on their canvas; the line that it is on is laid over it', async () => {
  const { page } = opened
  const plot = page.locator('.PlotCard-card').nth(0)
  const canvas = plot.locator('canvas')
  assert.equal(await canvas.count(), 1)
  const box = await canvas.boundingBox()
  assert.ok(box)
  await page.evaluate(`(() => {
    window.strokes = 0
    const own = CanvasRenderingContext2D.prototype.stroke
    CanvasRenderingContext2D.prototype.stroke = function (...args) { window.strokes++; return own.apply(this, args) }
  })()`)
  const lifted = plot.locator('.ToldLines-lifted path')
  for (let part = 0.15; part < 0.85 && (await lifted.count()) === 0; part += 0.05) {
    await page.mouse.move(box.x + box.width / 2, box.y + box.height * part)
    await untilDrawn(page)
  }
  assert.match((await lifted.getAttribute('d')) ?? '', /^M[\d.]+,[\d.]+(L[\d.]+,[\d.]+){20,}$/)
  assert.match(await plot.locator('.PlotCard-lineText').innerText(), /^seed \d+:/)
  assert.equal(await page.evaluate('window.strokes'), 0)
  await page.mouse.move(5, 500)
  await lifted.waitFor({ state: 'detached' })
})
