import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import type { Download, Page } from 'playwright-core'
import { assertShown, goTo, seededPage } from '../support/openPages.ts'
import { exportPlot } from '../support/plotPictures.ts'

const opened = seededPage('#/run/r-first/plots')

async function textOf(download: Download): Promise<string> {
  return readFile(await download.path(), 'utf8')
}

function page(): Page {
  return opened.page
}

test('a run’s button writes one page that needs nothing else, named by its run', async () => {
  const download = await exportPlot(page(), 'Report', /^HTML/)
  assert.equal(download.suggestedFilename(), 'report-r-first.html')
  const html = await textOf(download)
  assert.match(html, /^<!doctype html>/)
  assert.match(html, /<h1>Report on balanced, learning rate 5e-5<\/h1>/)
  assert.ok((html.match(/<figure><img alt="[^"]+" src="data:image\/svg/g)?.length ?? 0) >= 6)
  assert.equal(await page().getByRole('dialog').count(), 0)
})

test('the command palette writes it, too', async () => {
  await page().keyboard.press('Control+k')
  await page().getByRole('textbox', { name: 'Command' }).fill('report (markdown)')
  const [download] = await Promise.all([page().waitForEvent('download'), page().keyboard.press('Enter')])
  assert.equal(download.suggestedFilename(), 'report-r-first.md')
  assert.match(await textOf(download), /^# Report on balanced, learning rate 5e-5\n/)
})

test('compared runs stand in one report, in their order', async () => {
  await goTo(page(), '#/compare?runs=r-first,r-second')
  const download = await exportPlot(page(), 'Report', /^Markdown/)
  assert.equal(download.suggestedFilename(), 'report-2-runs.md')
  assert.match(
    await textOf(download),
    /\| field \| balanced, learning rate 5e-5 \| balanced, learning rate 1e-4 \|/,
  )
})

test('a group of runs has one of its points and trials', async () => {
  await goTo(page(), '#/sweeps/learning%20rate')
  const download = await exportPlot(page(), 'Report', /^Markdown/)
  assert.equal(download.suggestedFilename(), 'report-learning-rate.md')
  const text = await textOf(download)
  assert.match(text, /^# Report on the group learning rate\n/)
  assert.match(text, /\| balanced, learning rate 1e-4 \| r-second \| finished \|/)
})

test('what goes wrong is said, and the page goes on', async () => {
  const { db } = opened
  await goTo(page(), '#/run/r-stopped/config')
  await assertShown(page().getByRole('heading', { name: 'revision bonus 2' }))
  const config = db.prepare('SELECT config FROM run WHERE run_id = ?').pluck().get('r-stopped')
  db.prepare('UPDATE run SET config = ? WHERE run_id = ?').run('{"modle":1}', 'r-stopped')
  await page().getByRole('button', { name: 'Report' }).click()
  await page().getByRole('menuitem', { name: /^HTML/ }).click()
  const dialog = page().getByRole('dialog', { name: 'Report on the run revision bonus 2' })
  await assertShown(dialog.getByText(/modle/))
  db.prepare('UPDATE run SET config = ? WHERE run_id = ?').run(config, 'r-stopped')
  await page().keyboard.press('Escape')
  opened.assertNoErrors()
})
