import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertShown, goTo, seededPage, waitUntil } from '../support/openPages.ts'

const opened = seededPage('#/runs')

/** Cards of plots that are on the screen from their upper to their lower edge. */
const wholeCards = `[...document.querySelectorAll('section')].filter((card) => {
  const box = card.getBoundingClientRect()
  return card.querySelector('canvas') !== null && box.top >= 43 && box.bottom <= innerHeight && box.right <= innerWidth
}).length`

test('six plots are whole at 1440 × 900, with a line of alarms too; two at 1024 × 768', async () => {
  const { page } = opened
  for (const run of ['r-first', 'r-second']) {
    await page.setViewportSize({ width: 1440, height: 900 })
    await goTo(page, `#/run/${run}/plots`)
    await waitUntil(page, `${wholeCards} >= 6`)
    await page.setViewportSize({ width: 1024, height: 768 })
    await waitUntil(page, `${wholeCards} >= 2`)
  }
})

test('at 200 % of a small screen two plots stand side by side, whole once they are scrolled to', async () => {
  const { page } = opened
  await page.setViewportSize({ width: 720, height: 450 })
  await page.evaluate(`document.querySelector('section:has(canvas)').scrollIntoView({ block: 'start' })`)
  await waitUntil(page, `${wholeCards} >= 2`)
})

test('an address of no page says so, with the way to the runs', async () => {
  await goTo(opened.page, '#/nonsense<b>')
  await assertShown(opened.page.getByRole('heading', { name: 'There is no such page' }))
  await assertShown(opened.page.getByText('#/nonsense'))
  await opened.page.getByRole('link', { name: 'All runs' }).click()
  await assertShown(opened.page.getByRole('grid', { name: 'Runs' }))
  assert.equal(await opened.page.evaluate('location.hash'), '#/runs')
  opened.assertNoErrors()
})
