import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { readLog } from '../../../src/main/store/eventLog.ts'
import { readRun } from '../../../src/main/store/runs/runStore.ts'
import { parseConfig } from '../../../src/shared/config/parseConfig.ts'
import { openPages, type OpenedPages } from '../support/openPages.ts'

let pages: OpenedPages
before(async () => {
  pages = await openPages([])
})
after(() => pages.close())

test('a stopped run goes on with another learning rate; a field that must not change is refused in the dialog', async () => {
  const { page } = await pages.open('')
  const { db } = pages.server.owner
  await page.getByRole('button', { name: 'Start the demo' }).click()
  await page.getByText(/^[2-9] of \d+ steps/).waitFor()
  await page.getByRole('button', { name: 'Stop after this step' }).click()
  await page.getByRole('button', { name: 'Go on with changes…' }).click()
  const runId = new URL(page.url()).hash.split('/')[2] ?? ''
  const before = readRun(db, runId)

  const dialog = page.getByRole('dialog', { name: 'Go on with changes' })
  const settings = dialog.getByRole('textbox', { name: 'Settings for the steps to come' })
  assert.match(await settings.inputValue(), /^optimizer:\n {2}learningRate: [^\n]+\nmicroBatch: auto\n$/)

  await settings.fill('seed: 5')
  await dialog.getByRole('button', { name: 'Go on' }).click()
  await dialog.getByRole('alert').getByText(/seed/).waitFor()
  assert.deepEqual(readRun(db, runId), before)

  await settings.fill('optimizer: { learningRate: 1e-5')
  await dialog.getByText(/^run .+ cannot be given another value/).waitFor({ state: 'detached' })
  assert.equal(await dialog.getByRole('button', { name: 'Go on' }).isDisabled(), true)

  await settings.fill('optimizer: { learningRate: 1e-5 }')
  await dialog.getByRole('button', { name: 'Go on' }).click()
  await dialog.waitFor({ state: 'detached' })
  const now = readRun(db, runId)
  assert.equal(parseConfig(JSON.parse(now.config), 'the run').optimizer.learningRate, 1e-5)
  assert.notEqual(now.configHash, before.configHash)
  const changes = readLog(db, runId, { after: 0, limit: 50 }).filter(({ code }) => code === 'run.changed')
  assert.match(changes[0]?.message ?? '', /optimizer\.learningRate 0\.00005 → 0\.00001/)
  await page
    .getByRole('button', { name: /^(Stop now|Extend…)$/ })
    .first()
    .waitFor()
  await page.context().close()
})
