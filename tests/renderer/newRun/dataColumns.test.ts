import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { yaml } from '../support/newRunParts.ts'
import { assertGone, assertShown, openPages, type OpenedPages } from '../support/openPages.ts'

let pages: OpenedPages
before(async () => {
  pages = await openPages([])
})
after(() => pages.close())

test('a file without the columns of the config: its own are offered, and a chosen one is taken', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'recheck-columns-'))
  const rows = Array.from({ length: 8 }, (_, index) => `${index} + 1,${index + 1}`)
  writeFileSync(join(folder, 'mine.csv'), ['task,solved', ...rows].join('\n'))
  const { page } = await pages.open('#/new')
  const file = JSON.stringify(join(folder, 'mine.csv'))
  await yaml(page).fill(`data: { source: { path: ${file} }, train: 4, validation: 2, test: 2 }`)
  await assertShown(page.getByText(/expected the columns? .+, got task, solved/))
  for (const [box, column] of [
    ['Column of the question', 'task'],
    ['Column of the answer', 'solved'],
  ] as const) {
    await page.getByRole('combobox', { name: box }).click()
    await page.getByRole('option', { name: column, exact: true }).click()
  }
  await assertGone(page.getByText(/got task, solved/))
  await assertShown(page.getByText('The config is valid.', { exact: true }))
  rmSync(folder, { recursive: true })
  await page.context().close()
})
