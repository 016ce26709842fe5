import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { lightTheme } from '../../../src/shared/plots/plotTheme.ts'
import { seededPage } from '../support/openPages.ts'
import { svgOf, textsOf } from '../support/plotFiles.ts'
import {
  assertMoves,
  coloursOf,
  exportPlot,
  firstInLegend,
  pixelsOf,
  readPng,
} from '../support/plotPictures.ts'

const opened = seededPage('#/run/r-first/plots')

test('a line switched off in the legend is off in full screen and in pictures, and in the table all the same', async () => {
  const { page } = opened
  await page.getByRole('region', { name: 'Training loss' }).locator('canvas').first().waitFor()
  const canvas = page.getByRole('region', { name: 'Training loss', exact: true }).locator('canvas').first()
  const [blue = '', red = ''] = lightTheme.palette
  const before = await pixelsOf(page, 'Training loss')
  await canvas.click({ position: firstInLegend })
  await assertMoves(page, 'Training loss', { before, patienceMs: 3000 })
  const texts = textsOf(await svgOf(page, 'Training loss'))
  assert.deepEqual([texts.includes('all turns'), texts.includes('verdicts')], [false, true])
  const single = coloursOf(await readPng(await exportPlot(page, 'Export Training loss', /^PNG 1×/)))
  assert.equal(single.get(blue), undefined)
  assert.ok((single.get(red) ?? 0) > 100)
  const board = await readPng(await exportPlot(page, 'Export all plots as one picture', /^PNG 1×/))
  const [loss, rewards] = [0, 1200].map((left) =>
    coloursOf(board, { left, top: 0, width: 1200, height: 800 }),
  )
  assert.equal(loss?.get(blue), undefined)
  assert.ok((rewards?.get(blue) ?? 0) > 100)
  const csv = await exportPlot(page, 'Export Training loss', /^CSV/)
  assert.match(await readFile(await csv.path(), 'utf8'), /,loss\/policy,/)
  await page.getByRole('button', { name: 'Training loss in full screen' }).click()
  const full = page.getByRole('dialog').locator('canvas').first()
  await full.waitFor()
  await full.click({ position: firstInLegend })
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  assert.ok(textsOf(await svgOf(page, 'Training loss')).includes('all turns'))
  await page.mouse.move(5, 500)
})

test('how many points a line has, and that others of the plot have fewer', async () => {
  const foot = (name: string) =>
    opened.page.getByRole('region', { name, exact: true }).locator('.PlotCard-foot')
  assert.equal(await foot('Training loss').innerText(), '40 points a line')
  // validation is measured at every tenth step
  assert.equal(await foot('Answer accuracy').innerText(), 'up to 40 points a line')
})
