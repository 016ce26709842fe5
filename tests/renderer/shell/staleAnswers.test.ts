import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page, Route } from 'playwright-core'
import { field } from '../support/newRunParts.ts'
import { goTo, openPages, type OpenedPages } from '../support/openPages.ts'
import { seedRuns } from '../support/seedStore.ts'

// What was asked for something else than what stands there now is not shown beside it: no answer, and no
// error.

let pages: OpenedPages
before(async () => {
  pages = await openPages(seedRuns)
})
after(() => pages.close())

/** Answers a route with an error, as the owner does. */
function refuse(page: Page, route: string, message: string): Promise<unknown> {
  const json = { ok: false, error: { code: 'run.status', message } }
  return page.route(`**/api/${route}`, (request) => request.fulfill({ json }))
}

/** Holds back what is asked of a route for this run, until it is let go. */
async function holdBack(page: Page, route: string, runId: string): Promise<() => Promise<void>> {
  const held: Route[] = []
  let isLetGo = false
  await page.route(`**/api/${route}`, async (request) => {
    if (!isLetGo && request.request().postData()?.includes(runId) === true) held.push(request)
    else await request.continue()
  })
  return async () => {
    // on a busy machine what was asked before comes to be held after this
    isLetGo = true
    for (const request of held) await request.continue()
  }
}

test('the preview of the prompts, and what was wrong with it, go with the config that they are of', async () => {
  const { page } = await pages.open('#/new')
  const prompts = page.getByRole('region', { name: 'Prompts' })
  await refuse(page, 'template.preview', 'no such template')
  await prompts.getByRole('button', { name: 'Preview the prompts' }).click()
  await prompts.getByText('no such template').waitFor()
  await field(page, 'seed').fill('41')
  await prompts.getByText('no such template').waitFor({ state: 'detached' })

  const pieces = [{ text: 'What is 1 + 1?', isSpecial: false }]
  const json = { ok: true, data: [{ kind: 'attempt', text: pieces[0]?.text, ids: [1], pieces }] }
  await page.route('**/api/template.preview', (request) => request.fulfill({ json }))
  await prompts.getByRole('button', { name: 'Preview the prompts' }).click()
  await prompts.getByText('What is 1 + 1?').waitFor()
  await field(page, 'seed').fill('42')
  await prompts.getByText('What is 1 + 1?').waitFor({ state: 'detached' })
  await prompts.getByText('The config has changed since; preview again to see it.').waitFor()
  await page.context().close()
})

test('a start that was refused says so of this config and stage only', async () => {
  const { page } = await pages.open('#/new')
  await refuse(page, 'run.start', 'no room for this')
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  const refusal = page.getByText('no room for this')
  await refusal.waitFor()
  await page.getByText('Stage 1 only', { exact: true }).click()
  await refusal.waitFor({ state: 'detached' })
  await page.context().close()
})

test('the form begins like the run that was chosen last, however late an earlier one comes', async () => {
  const { page } = await pages.open('#/new')
  const release = await holdBack(page, 'run.get', 'r-stopped')
  const like = async (name: string): Promise<void> => {
    await page.getByRole('combobox', { name: 'Like run' }).click()
    await page.getByRole('option', { name, exact: true }).click()
  }
  await like('revision bonus 2')
  await like('revision bonus 0.5')
  await page.getByRole('heading', { name: 'Differences to revision bonus 0.5' }).waitFor()
  const late = page.waitForResponse('**/api/run.get')
  await release()
  await late
  await page.waitForTimeout(200)
  assert.equal(await field(page, 'revisionBonus').inputValue(), '0.5')
  await page.context().close()
})

test('a run that comes after the form was changed takes those changes out, and says how many', async () => {
  const { page } = await pages.open('#/new')
  const release = await holdBack(page, 'run.get', 'r-stopped')
  await page.getByRole('combobox', { name: 'Like run' }).click()
  await page.getByRole('option', { name: 'revision bonus 2', exact: true }).click()
  await field(page, 'seed').fill('77')
  await page.getByRole('region', { name: 'Differences' }).getByRole('cell', { name: 'seed' }).waitFor()
  await release()
  await page.getByText('One change was taken out.').waitFor()
  await page.getByRole('button', { name: 'Put back' }).click()
  assert.equal(await field(page, 'seed').inputValue(), '77')
  await page.context().close()
})

test('going on with changes: a refusal goes when another checkpoint is chosen', async () => {
  const { page } = await pages.open('#/run/r-stopped/plots')
  await refuse(page, 'run.resume', 'this checkpoint is damaged')
  await page.getByRole('button', { name: 'Go on with changes…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Go on with changes' })
  await dialog.getByRole('button', { name: 'Go on' }).click()
  await dialog.getByText('this checkpoint is damaged').waitFor()
  await dialog.getByRole('combobox', { name: 'Go on from' }).selectOption('the beginning')
  await dialog.getByText('this checkpoint is damaged').waitFor({ state: 'detached' })
  await page.context().close()
})

test('curves: while a run’s points are read, no other run’s stand in their place', async () => {
  const { page } = await pages.open('#/compare?runs=r-first,r-second')
  await page.getByText('Side by side').click()
  const foot = (name: string) => page.getByRole('region', { name, exact: true }).locator('.PlotCard-foot')
  await foot('balanced, learning rate 5e-5')
    .getByText(/40 points a line/)
    .waitFor()
  await holdBack(page, 'metrics.range', 'r-stopped')
  await goTo(page, '#/compare?runs=r-stopped,r-second')
  const unread = page.getByRole('region', { name: 'revision bonus 2', exact: true })
  await unread.getByText('No points read yet.').waitFor()
  assert.doesNotMatch(await unread.innerText(), /40 points|Nothing measured/)
  await page.context().close()
})

test('the archived runs are not those of the list before, while they are read', async () => {
  const { page } = await pages.open('#/runs')
  await page.getByRole('link', { name: 'revision bonus 2', exact: true }).waitFor()
  const release = await holdBack(page, 'run.list', '"archived":true')
  await goTo(page, '#/runs?list=archived')
  await page.getByText('Reading the runs…').waitFor()
  assert.equal(await page.getByRole('link', { name: 'revision bonus 2', exact: true }).count(), 0)
  await release()
  await page.getByText('No run is archived.').waitFor()
  await page.context().close()
})

test('what could not be done to some runs is not said of others', async () => {
  const { page } = await pages.open('#/runs')
  await refuse(page, 'run.delete', 'r-stopped cannot be deleted')
  await page.getByRole('checkbox', { name: /revision bonus 2/ }).click()
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  const refusal = page.getByText('r-stopped cannot be deleted')
  await refusal.waitFor()
  await page.getByRole('checkbox', { name: /learning rate 1e-4/ }).click()
  await refusal.waitFor({ state: 'detached' })

  await refuse(page, 'run.update', 'these tags cannot be kept')
  await page.getByRole('button', { name: 'Tags and group' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.getByText('these tags cannot be kept').waitFor()
  await dialog.getByRole('textbox', { name: 'Group' }).fill('other')
  await dialog.getByText('these tags cannot be kept').waitFor({ state: 'detached' })
  await page.context().close()
})

test('what could not be read is not said to be empty', async () => {
  const { page } = await pages.open('#/runs')
  await refuse(page, 'rollouts.list', 'the rollouts are out of reach')
  await refuse(page, 'run.log', 'the log is out of reach')
  await goTo(page, '#/run/r-first/rollouts')
  await page.getByText('the rollouts are out of reach').waitFor()
  assert.equal(await page.getByText(/No rollout|no rollouts/).count(), 0)
  await page.getByRole('tab', { name: 'Events' }).click()
  await page.getByText('the log is out of reach').waitFor()
  assert.equal(await page.getByText('Nothing has been reported.').count(), 0)
  await page.context().close()
})
