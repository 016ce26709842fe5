import { after, before, test } from 'node:test'
import { field } from '../support/newRunParts.ts'
import { assertShown, openPages, type OpenedPages } from '../support/openPages.ts'

let pages: OpenedPages
before(async () => {
  pages = await openPages([])
})
after(() => pages.close())

test('what takes memory is told part by part; a run that does not fit is started only when that is asked for', async () => {
  const { page } = await pages.open('#/new')
  await assertShown(page.getByText(/^about \d.*iB$/).first())
  await page.getByText('What takes memory').click()
  const parts = page.getByRole('table', { name: 'What takes memory' })
  await assertShown(parts.getByText('moments (AdamW)'))
  await field(page, 'microBatch').fill('1000000')
  await assertShown(page.getByText('It does not fit'))
  await assertShown(parts.getByText('activations of 1000000 rows'))
  await assertShown(page.getByText(/^The run needs about [\d.]+ TiB of memory while/))
  await page.getByRole('switch', { name: 'Start it all the same' }).press('Space')
  const sent = page.waitForRequest((request) => request.postData()?.includes('"force":true') === true)
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await sent
  await page.context().close()
})
