import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { storeMachineSamples } from '../../../src/main/store/machineStore.ts'
import { assertShown, goTo, openPages, type OpenedPage, type OpenedPages } from '../support/openPages.ts'
import { seedRuns } from '../support/seedStore.ts'

const fixtures = join(import.meta.dirname, '../../fixtures/imports')

let pages: OpenedPages
let opened: OpenedPage
before(async () => {
  pages = await openPages(seedRuns)
  opened = await pages.open('#/runs')
})
after(() => pages.close())

test('a file of another tool by the dialog: its run is listed with a mark, and plotted by its own names', async () => {
  const { page } = opened
  await page.getByRole('button', { name: 'Import…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.locator('input[type=file]').setInputFiles(join(fixtures, 'wandb-history.csv'))
  await dialog.getByRole('button', { name: 'Import', exact: true }).click()
  const link = dialog.getByRole('link', { name: /wandb-history: 5 points of 2 metrics from W&B/ })
  await assertShown(link)
  await assertShown(dialog.getByText('1 value was NaN or infinite and is left out.'))
  await picture('import')
  await dialog.getByRole('button', { name: 'Done' }).click()
  await assertShown(page.getByRole('row', { name: /wandb-history.*imported/ }))
  await picture('list')
  await page.getByRole('link', { name: 'wandb-history' }).click()
  for (const metric of ['acc', 'loss'])
    await assertShown(page.getByRole('heading', { name: metric, exact: true }))
  await assertShown(page.getByText(/Imported, read-only/))
  await picture('run')
  assert.equal(await page.getByRole('button', { name: /Resume|Extend|New run like this/ }).count(), 0)
  opened.assertNoErrors()
})

test('a log folder of TensorBoard by its place: each folder in it is a run; one that is not there is said', async () => {
  const { page } = opened
  await goTo(page, '#/runs')
  await page.getByRole('button', { name: 'Import…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('A folder of TensorBoard').click()
  const place = dialog.getByLabel('Log folder')
  await place.fill(join(fixtures, 'none'))
  await dialog.getByRole('button', { name: 'Import', exact: true }).click()
  await assertShown(dialog.getByText(/none.*(not there|does not exist|no such)/i))
  await place.fill(join(fixtures, 'tensorboard'))
  await dialog.getByRole('button', { name: 'Import', exact: true }).click()
  await assertShown(dialog.getByRole('link', { name: /from TensorBoard$/ }).first())
  await picture('folder')
  const known = pages.server.owner.db
    .prepare("SELECT count(*) FROM imported_run WHERE format = 'tensorboard'")
    .pluck()
    .get()
  assert.equal(await dialog.getByRole('link', { name: /from TensorBoard$/ }).count(), known)
  await dialog.getByRole('button', { name: 'Done' }).click()
  opened.assertNoErrors()
})

test('an import that takes its time says how far it is', async () => {
  const { page } = opened
  await page.getByRole('button', { name: 'Import…' }).click()
  const dialog = page.getByRole('dialog')
  const rows = Array.from({ length: 100_000 }, (_, step) => `${step},${step % 7}`)
  const buffer = Buffer.from(['step,loss'].concat(rows).join('\n'))
  await dialog.locator('input[type=file]').setInputFiles({ name: 'long.csv', mimeType: 'text/csv', buffer })
  await page.evaluate(`(() => {
    window.said = []
    new MutationObserver(() => document.querySelectorAll('[role=status]').forEach((each) => window.said.push(each.textContent)))
      .observe(document.body, { subtree: true, childList: true, characterData: true })
  })()`)
  await dialog.getByRole('button', { name: 'Import', exact: true }).click()
  await assertShown(dialog.getByRole('link', { name: /^long: 100,000 points of 1 metric from a table/ }))
  const said = (await page.evaluate('window.said')) as string[]
  assert.ok(
    said.some((text) => /^reading runs, [\d,]+, [\d,]+\/s$/.test(text)),
    [...new Set(said)].join(' | '),
  )
  await dialog.getByRole('button', { name: 'Done' }).click()
  opened.assertNoErrors()
})

test('an import that waits for the one before it is cancelled, and imports nothing', async (t) => {
  const { page } = opened
  const { db, workshop } = pages.server.owner
  const folder = mkdtempSync(join(tmpdir(), 'recheck-pipe-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const pipe = join(folder, 'endless.csv') // whoever reads it waits for a writer
  execFileSync('mkfifo', [pipe])
  const first = new AbortController()
  t.after(() => first.abort())
  const endless = workshop.runImports.import(
    { path: pipe, name: pipe, stepColumn: null },
    { signal: first.signal },
  )
  const count = (): unknown => db.prepare('SELECT count(*) FROM run').pluck().get()
  const before = count()
  db.exec("DELETE FROM imported_run WHERE format = 'tensorboard'") // these would be known otherwise
  await page.getByRole('button', { name: 'Import…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('A folder of TensorBoard').click()
  await dialog.getByLabel('Log folder').fill(join(fixtures, 'tensorboard'))
  await dialog.getByRole('button', { name: 'Import', exact: true }).click()
  const work = dialog.getByRole('group', { name: 'Reading the runs of the folder' })
  await assertShown(work.getByText('Beginning…'))
  await picture('cancel')
  await work.getByRole('button', { name: 'Cancel' }).click()
  await assertShown(dialog.getByRole('button', { name: 'Import', exact: true }))
  first.abort()
  await assert.rejects(endless, { code: 'inquiry.abandoned' })
  // the turn is free: one that was not given up would take it, before this one
  const again = workshop.runImports.importFolder(join(fixtures, 'wandb-history.csv'), {
    signal: new AbortController().signal,
  })
  assert.deepEqual(
    (await again).map(({ state }) => state),
    ['again'],
  )
  assert.equal(count(), before)
  await page.keyboard.press('Escape')
  opened.assertNoErrors()
})

test('two imported runs compared: a plot for each metric that they have of their own', async () => {
  const { page } = opened
  const { db, workshop } = pages.server.owner
  const path = join(fixtures, 'wandb-panel.csv')
  const signal = new AbortController().signal
  const told = await workshop.runImports.import({ path, name: path, stepColumn: null }, { signal })
  const runs = told.map(({ runId }) => runId)
  assert.equal(
    db
      .prepare(
        "SELECT count(*) FROM run WHERE stage = 'imported' AND run_id IN (SELECT run_id FROM imported_run WHERE format = 'wandb')",
      )
      .pluck()
      .get(),
    3,
  )
  await goTo(page, `#/compare?runs=${runs.join(',')}`)
  await assertShown(page.getByRole('heading', { name: 'train/loss', exact: true }))
  await picture('compare')
  opened.assertNoErrors()
})

test('what the machine did stands behind the further metrics of a run', async () => {
  const { page } = opened
  const [run] = seedRuns
  const figures = [
    { name: 'cpu', label: 'processors', unit: 'percent' },
    { name: 'memory', label: 'machine', unit: 'bytes' },
    { name: 'gpu0Power', label: 'H100, card 1', unit: 'watts' },
  ] as const
  const samples = Array.from({ length: 300 }, (_, second) => ({
    second: second < 200 ? second : second + 60,
    values: [50 + 40 * Math.sin(second / 20), 8e9 + second * 1e7, 300 + second],
  }))
  storeMachineSamples(pages.server.owner.db, run?.runId ?? '', { figures, samples })
  await goTo(page, `#/run/${run?.runId}/metrics`)
  for (const title of ['Machine: load', 'Machine: memory', 'Machine: power'])
    await assertShown(page.getByRole('heading', { name: title }))
  await page.getByRole('heading', { name: 'Machine: power' }).scrollIntoViewIfNeeded()
  await picture('machine')
  opened.assertNoErrors()
})

/** Looked at by whoever sets the folder. */
async function picture(name: string): Promise<void> {
  const folder = process.env['RECHECK_PICTURES']
  if (folder !== undefined && existsSync(folder))
    await opened.page.screenshot({ path: join(folder, `${name}.png`) })
}
