import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { mostCompared } from '../../../src/renderer/src/compare/compareRuns.ts'
import { evilName, seedRuns } from '../support/seedStore.ts'
import {
  assertGone,
  assertShown,
  goTo,
  openPages,
  untilDrawn,
  untilStill,
  waitUntil,
  type OpenedPages,
} from '../support/openPages.ts'

let pages: OpenedPages
before(async () => {
  pages = await openPages(seedRuns)
})
after(() => pages.close())

test('a used link and a page without a session: a plain page with the way in', async () => {
  const context = await pages.browser.newContext()
  const page = await context.newPage()
  await page.goto(`http://127.0.0.1:${pages.server.http.port}/`)
  await assertShown(page.getByRole('heading', { name: 'This page needs a fresh link' }))
  await assertShown(page.getByText('Open a link that recheck serve prints.'))
  await page.goto(`http://127.0.0.1:${pages.server.http.port}/?used#token=wrong`)
  await page
    .getByText(/This link was used before, is older than a day, .* run recheck serve once more/)
    .waitFor()
  await assertShown(page.getByText(`http://localhost:${pages.server.http.port}`))
  await context.close()
})

test('a page from before a restart says that its link is over, and goes on once another is open', async () => {
  const { page } = await pages.open('#/runs')
  await page.clock.install()
  await page.reload()
  await page.getByText('6 runs', { exact: true }).waitFor()
  // a server that is just closing answers so
  const closing = { status: 503, json: { statusCode: 503, error: 'Service Unavailable' } }
  await page.route('**/api/app.info', (route) => route.fulfill(closing), { times: 1 })
  await pages.server.restartHttp()
  const note = page.getByText(
    'This page’s session is over: it was logged out, unused for a week, or Recheck was started again.',
  )
  await note.waitFor()
  assert.equal(await page.getByText('Trying again').count(), 0)
  // what was read stays, whole: the words above take no room from the page's end
  const foot = await page.getByText('6 runs', { exact: true }).boundingBox()
  assert.ok(foot !== null && foot.y + foot.height <= 900, JSON.stringify(foot))
  // and an owner that no longer answers this page is not asked over and over
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await page.clock.runFor(60_000)
  await untilDrawn(page)
  assert.ok(asked.filter((path) => path === '/api/app.telemetry').length <= 1, asked.join(' '))
  const other = await page.context().newPage()
  await other.goto(pages.server.http.newLink())
  await other.getByRole('navigation', { name: 'Pages' }).waitFor()
  await note.waitFor({ state: 'detached' })
  await page.context().close()
})

test('a page whose events never came says so, and reads again once they do', async () => {
  const context = await pages.browser.newContext()
  const page = await context.newPage()
  let isOpen = false
  await page.routeWebSocket(/\/events$/, async (socket) => {
    if (isOpen) socket.connectToServer()
    else await socket.close()
  })
  await page.goto(pages.server.http.newLink())
  const note = page.getByText('The connection to Recheck is lost.')
  await assertShown(note)
  await assertShown(page.getByText('6 runs', { exact: true }))
  const { db } = pages.server.owner
  db.prepare('update run set notes = ? where run_id = ?').run('unheard of', 'r-first')
  await page.getByRole('textbox', { name: 'Search and filter' }).fill('"unheard of"')
  await assertShown(page.getByText('0 of 6 runs'))
  isOpen = true
  await assertGone(note)
  await assertShown(page.getByText('1 of 6 runs'))
  db.prepare('update run set notes = ? where run_id = ?').run('', 'r-first')
  await context.close()
})

test('the list: search, metric filter, a filter that cannot be read', async () => {
  const { page, assertNoErrors } = await pages.open('#/runs')
  const search = page.getByRole('textbox', { name: 'Search and filter' })
  const rows = page.locator('.RunTable-row')
  await rows.first().waitFor()
  assert.equal(await rows.count(), seedRuns.length)
  await page.keyboard.press('/')
  await page.keyboard.type('revisionBonus = 2')
  await page.getByText('1 of 6 runs').waitFor()
  await search.fill('verifier/accuracy >= 0.8 status:finished')
  await page.getByText('2 of 6 runs').waitFor()
  await search.fill('verifier/acuracy >= 0.8')
  await page.getByRole('alert').getByText('There is no metric or config field “verifier/acuracy”.').waitFor()
  await search.fill('steps=eighty tag:bonus')
  await page
    .getByRole('alert')
    .getByText('steps is compared with a number or null, not with “eighty”.')
    .waitFor()
  await page.getByText('2 of 6 runs').waitFor()
  assertNoErrors()
  await page.context().close()
})

test('delete and its undo; archive and its undo', async () => {
  const { page } = await pages.open('#/runs')
  await page.getByRole('checkbox', { name: 'Select too large for this memory' }).check()
  await page.getByRole('button', { name: 'Delete' }).click()
  await assertShown(page.getByText('1 run deleted.'))
  await assertShown(page.getByText('5 runs', { exact: true }))
  await page.getByRole('button', { name: 'Undo' }).click()
  await assertShown(page.getByText('6 runs', { exact: true }))
  await page.getByRole('checkbox', { name: 'Select revision bonus 2' }).check()
  await page.getByRole('button', { name: 'Archive' }).click()
  await assertShown(page.getByText('1 run archived.'))
  await assertShown(page.getByText('5 runs', { exact: true }))
  await page.getByRole('button', { name: 'Undo' }).click()
  await assertShown(page.getByText('6 runs', { exact: true }))
  await page.context().close()
})

test('a run’s page does not read the list of all runs; the command palette does while it is open', async () => {
  const { page } = await pages.open('#/run/r-first/config')
  await page.getByRole('heading', { name: 'balanced, learning rate 5e-5' }).waitFor()
  await page.waitForLoadState('networkidle')
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  const answered = page.waitForResponse('**/api/run.get')
  pages.server.tell({ runIds: ['r-first'], event: { type: 'changed' } })
  await answered
  await page.waitForLoadState('networkidle')
  assert.equal(asked.includes('/api/run.list'), false, asked.join(' '))
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByText('revision bonus 2').waitFor()
  assert.equal(asked.includes('/api/run.list'), true)
  await page.context().close()
})

test('a run name that is HTML stays text: list, page, palette, comparison, exported SVG', async () => {
  const { page, assertNoErrors } = await pages.open('#/runs')
  await page.getByRole('link', { name: evilName }).waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByText(evilName).waitFor()
  await page.keyboard.press('Escape')
  await goTo(page, '#/compare?runs=r-first,r-evil')
  const plot = page.getByRole('region', { name: 'Answer accuracy: final (Acc@final)' })
  await plot.locator('canvas').first().hover()
  await untilStill(page)
  await goTo(page, '#/run/r-evil/plots')
  await page.getByRole('heading', { name: evilName }).waitFor()
  assert.equal(await page.locator('img').count(), 0)
  assert.equal(await page.getByText('<b>tag</b>').first().isVisible(), true)
  assertNoErrors()
  await page.context().close()
})

test('alarms of a run that is over are one line above its plots, with what raised them in their tab', async () => {
  const { page } = await pages.open('#/run/r-second/plots')
  const earlier = page.getByRole('note', { name: 'Earlier alarms' })
  await assertShown(earlier.getByText('verdicts almost always “correct” (since step 25)'))
  await earlier.getByRole('button', { name: 'All alarms' }).click()
  const raised = page.getByRole('row').filter({ hasText: 'it called 3 of 73 wrong attempts wrong' })
  // verdictReward is balanced in this run: the advice does not name it
  await assertShown(raised.getByText('Go on from an earlier checkpoint with a lower optimizer.learningRate.'))
  await assertShown(raised.getByText('25', { exact: true }))
  await goTo(page, '#/run/r-failed/plots')
  await assertShown(page.getByText('Lower problemsPerStep or microBatch.'))
  await page.context().close()
})

test('rollouts: filtered by outcome, j and k, the same problem over training', async () => {
  const { page } = await pages.open('#/run/r-first/rollouts')
  await page.getByRole('combobox', { name: 'Outcome' }).click()
  await page.getByRole('option', { name: 'Wrong → correct' }).click()
  const detail = page.getByRole('article', { name: 'Rollout' })
  await assertShown(detail.getByText('wrong → correct'))
  for (const name of ['Attempt', 'Verdict', 'Revision']) await detail.getByRole('region', { name }).waitFor()
  const first = await detail.getByRole('heading', { level: 2 }).innerText()
  await page.getByRole('tab', { name: 'Rollouts' }).focus()
  await page.keyboard.press('j')
  await waitUntil(page, `document.querySelector('article h2').innerText !== ${JSON.stringify(first)}`)
  await page.keyboard.press('k')
  await waitUntil(page, `document.querySelector('article h2').innerText === ${JSON.stringify(first)}`)
  await page.getByRole('button', { name: 'This problem over training' }).click()
  await assertShown(page.getByRole('button', { name: /show all problems/ }))
  await page.context().close()
})

test('a bad config shows its message at the field, in form and YAML alike, and cannot start', async () => {
  const { page, assertNoErrors } = await pages.open('#/new')
  const rate = page.locator('[data-path="optimizer.learningRate"]').first()
  await rate.fill('-1')
  await page.getByText('expected a number > 0, got -1').waitFor()
  await page.getByText('1 field is not valid.').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Start', exact: true }).isDisabled(), true)
  await rate.fill('0.00002')
  await page.getByText('The config is valid.').waitFor()
  await page.locator('.cm-content').getByText('0.00002').waitFor()
  await page.getByRole('cell', { name: 'optimizer.learningRate' }).waitFor()
  await page.getByRole('textbox', { name: 'Config as YAML' }).fill('steps: 7\nlearningrate: 3')
  await page
    .getByRole('alert')
    .getByText('learningrate: expected a known field, got an unknown one')
    .waitFor()
  assert.equal(await page.locator('[data-path="steps"]').first().inputValue(), '7')
  assertNoErrors()
  await page.context().close()
})

test('a text that is no config, pasted into the editor: its first mistakes are written out, a huge one is not read', async () => {
  const { page, assertNoErrors } = await pages.open('#/new')
  const editor = page.getByRole('textbox', { name: 'Config as YAML' })
  const paste = async (keys: number): Promise<void> => {
    const text = Array.from({ length: keys }, (_, index) => `key${index}: ${'x'.repeat(80)}`).join('\n')
    await editor.focus()
    await page.keyboard.press('Control+a')
    await page.evaluate(`(() => {
      const clipboardData = new DataTransfer()
      clipboardData.setData('text/plain', ${JSON.stringify(text)})
      document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
    })()`)
  }
  await paste(1000)
  await page.getByText('And 995 more of these.').waitFor()
  assert.equal(await page.getByRole('alert').count(), 5)
  await paste(11_000) // a megabyte
  await page.getByText('a config has at most 200,000 characters, and this text has 989,889.').waitFor()
  await page.getByText('And 995 more of these.').waitFor()
  assertNoErrors()
  await page.context().close()
})

test('“like run X” begins with its config and shows what differs', async () => {
  const { page } = await pages.open('#/run/r-stopped/config')
  await page.getByRole('button', { name: 'New run like this' }).click()
  const bonus = page.locator('[data-path="revisionBonus"]').first()
  await bonus.waitFor()
  assert.equal(await bonus.inputValue(), '2')
  await page.getByText('None yet.').waitFor()
  await bonus.fill('3')
  await page.getByRole('cell', { name: 'revisionBonus' }).waitFor()
  // the run is read again, and cannot be: what was typed stays
  const refused = { ok: false, error: { code: 'run.missing', message: 'refused by the test' } }
  await page.route('**/api/run.get', (route) => route.fulfill({ json: refused }))
  const answered = page.waitForResponse('**/api/run.get')
  pages.server.tell({ runIds: ['r-stopped'], event: { type: 'changed' } })
  await answered
  await untilDrawn(page)
  assert.equal(await bonus.inputValue(), '3')
  await page.context().close()
})

test('comparison by a typed address: a run named twice counts once, an unknown one is said', async () => {
  const { page } = await pages.open('#/compare?runs=r-first,r-first,r-nowhere')
  await assertShown(page.getByText('there is no run "r-nowhere" here.'))
  await assertShown(page.getByText(new RegExp(`^Choose two to ${mostCompared} runs here`)))
  await page.context().close()
})

test('comparison: only fields that differ, test scores with intervals, both views', async () => {
  const { page, assertNoErrors } = await pages.open('#/compare?runs=r-first,r-second')
  const differences = page.getByRole('region', { name: 'Config differences' })
  await differences.getByRole('cell', { name: 'optimizer.learningRate' }).waitFor()
  assert.deepEqual(await differences.locator('tbody tr td:first-child').allInnerTexts(), [
    'seed',
    'optimizer.learningRate',
  ])
  const scores = page.getByRole('region', { name: 'Test scores' })
  await scores
    .getByText(/^\[0\.\d{3}, 0\.\d{3}\]$/)
    .first()
    .waitFor()
  assert.equal(await page.locator('.PlotCard-card canvas').count(), 7)
  await page.getByText('Side by side').click()
  await page.getByRole('region', { name: 'balanced, learning rate 1e-4' }).locator('canvas').first().waitFor()
  assert.equal(await page.locator('.PlotCard-card canvas').count(), 2)
  assertNoErrors()
  await page.context().close()
})
