import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { clientName } from '../../../src/renderer/src/shell/clientName.ts'
import { openPages, type OpenedPages } from '../support/openPages.ts'
import { seriousFindings } from '../support/seriousFindings.ts'
import { seedRuns } from '../support/seedStore.ts'

let pages: OpenedPages
before(async () => {
  pages = await openPages(seedRuns)
})
after(() => pages.close())

test('a used link opens the page in the browser that used it, and in no other', async () => {
  const context = await pages.browser.newContext()
  const link = pages.server.http.newLink()
  const page = await context.newPage()
  await page.goto(link)
  await page.getByText('6 runs', { exact: true }).waitFor()
  const again = await context.newPage()
  await again.goto(link)
  await again.getByText('6 runs', { exact: true }).waitFor()
  assert.doesNotMatch(again.url(), /token/)
  const stranger = await pages.browser.newContext()
  const refused = await stranger.newPage()
  await refused.goto(link)
  await refused.getByRole('heading', { name: 'This page needs a fresh link' }).waitFor()
  await context.close()
  await stranger.close()
})

test('the page lists sessions and logs them out: another one, whose page says so, and its own', async () => {
  const { page, assertNoErrors } = await pages.open('#/runs')
  const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
  const other = await pages.open('#/runs', { userAgent: firefox })
  await page.getByRole('button', { name: 'Sessions and log out' }).click()
  const dialog = page.getByRole('dialog', { name: 'Sessions' })
  const line = dialog.getByRole('row', { name: /^Firefox on Linux/ })
  await line.waitFor()
  assert.match(await line.innerText(), /^Firefox on Linux\s+just now\s+just now\s+1\s+Log out$/)
  assert.equal(await dialog.getByText('(this one)').count(), 1)
  assert.deepEqual(await seriousFindings(page), [])
  await dialog.getByRole('button', { name: 'Log out Firefox on Linux' }).click()
  await line.waitFor({ state: 'detached' })
  await other.page.getByText('This page’s session is over').waitFor()
  assertNoErrors()
  await dialog.getByRole('button', { name: 'Log out this session' }).click()
  await page.getByRole('heading', { name: 'This page needs a fresh link' }).waitFor()
  await page.getByText('Open a link that recheck serve prints.').waitFor()
})

test('a client is named by its browser and system; what names itself otherwise is shown in short', () => {
  const linux = 'Mozilla/5.0 (X11; Linux x86_64)'
  const names = [
    [`${linux.replace(')', '; rv:140.0)')} Gecko/20100101 Firefox/140.0`, 'Firefox on Linux'],
    [`${linux} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36`, 'Chrome on Linux'],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0',
      'Edge on Windows',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) AppleWebKit/605.1 Version/18.0 Safari/605.1',
      'Safari on macOS',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Safari/604.1',
      'Safari on iOS',
    ],
    [
      'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36',
      'Chrome on Android',
    ],
    ['Recheck window', 'Recheck window'],
    ['', 'Unnamed client'],
    ['x'.repeat(200), 'x'.repeat(60)],
  ] as const
  for (const [userAgent, name] of names) assert.equal(clientName(userAgent), name)
})
