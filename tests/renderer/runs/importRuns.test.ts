import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
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
