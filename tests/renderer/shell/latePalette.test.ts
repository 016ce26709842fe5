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
  const held: Route[] = []
  let isHeld = true
  await page.route('**/api/run.list', async (route) => {
    if (isHeld) held.push(route)
    else await route.continue()
  })
  await page.keyboard.press('Control+k')
  await page.getByRole('textbox', { name: 'Command' }).fill('bonus 0.5')
  await page.getByText('No page, action or run of that name').waitFor()
  isHeld = false
  for (const route of held) await route.continue()
  await page.getByRole('dialog').getByText('revision bonus 0.5').waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'revision bonus 0.5' }).waitFor()
  await page.context().close()
})
