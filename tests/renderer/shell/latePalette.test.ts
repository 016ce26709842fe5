import { after, before, test } from 'node:test'
import type { Route } from 'playwright-core'
import { openPages, type OpenedPages } from '../support/openPages.ts'
import { seedRuns } from '../support/seedStore.ts'

let pages: OpenedPages
before(async () => {
  pages = await openPages(seedRuns)
})
after(() => pages.close())

test('a run that is read after its name was typed in the command palette is what Enter opens', async () => {
  const { page } = await pages.open('#/run/r-first/config')
  const release = new Promise<() => void>((resolve) => {
    const hold = (route: Route): Promise<void> =>
      new Promise<void>((read) => resolve(read)).then(() => route.continue())
    void page.route('**/api/run.list', hold)
  })
  await page.keyboard.press('Control+k')
  await page.getByRole('textbox', { name: 'Command' }).fill('bonus 0.5')
  await page.getByText('No page, action or run of that name').waitFor()
  const read = await release
  read()
  await page.getByRole('dialog').getByText('revision bonus 0.5').waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'revision bonus 0.5' }).waitFor()
  await page.context().close()
})
