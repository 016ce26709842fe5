import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordedRay } from '../../main/owner/remote/recordedRay.ts'
import { temporaryFolder } from '../../main/store/storeFixtures.ts'
import { assertGone, assertShown, goTo, seededPage, waitUntil } from '../support/openPages.ts'

const opened = seededPage('#/run/r-first/plots')

async function command(text: string): Promise<void> {
  const { page } = opened
  await page.keyboard.press('Control+k')
  await page.getByRole('textbox', { name: 'Command' }).fill(text)
}

test('the palette has the actions of the run in view, and does what their buttons do', async () => {
  const { page } = opened
  await assertShown(page.getByRole('button', { name: 'Extend…' }))
  await command('extend')
  await page.keyboard.press('Enter')
  await assertShown(page.getByRole('dialog', { name: 'Extend the run' }))
  await page.keyboard.press('Escape')
  await assertGone(page.getByRole('dialog', { name: 'Extend the run' }))
  await command('export the model')
  await assertShown(page.getByText('Export the model of step 40…'))
  await page.keyboard.press('Enter')
  await assertShown(page.getByRole('dialog', { name: 'Export the model of step 40' }))
  await page.keyboard.press('Escape')
  await command('compare with')
  await page.keyboard.press('Enter')
  await waitUntil(page, `location.hash === '#/compare?runs=r-first'`)
})

test('the palette evaluates where the person says, and takes what was chosen last', async (t) => {
  const { page } = opened
  const ray = await recordedRay(t)
  const shared = temporaryFolder(t)
  opened.db.prepare(`DELETE FROM evaluation WHERE run_id = 'r-first' AND split = 'test' AND step = 40`).run()
  await goTo(page, '#/run/r-first/plots')
  // the page has read the evaluations, and no event tells it that one is gone
  await page.reload()
  await assertShown(page.getByRole('button', { name: 'Extend…' }))
  await command('evaluate step')
  await assertShown(page.getByText('Evaluate step 40 on the test split…'))
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Evaluate step 40 on the test split' })
  await dialog.getByText('Ray cluster', { exact: true }).click()
  const evaluate = dialog.getByRole('button', { name: 'Evaluate', exact: true })
  await assertShown(dialog.getByText('A shared folder is missing'))
  assert.ok(await evaluate.isDisabled())
  await dialog.getByLabel('Address').fill(ray.address)
  await dialog.getByLabel('Shared folder').fill(shared)
  await page.keyboard.press('Escape')
  await assertGone(dialog)
  await command('evaluate step')
  await page.keyboard.press('Enter')
  assert.equal(await dialog.getByLabel('Shared folder').inputValue(), shared)
  await evaluate.click()
  await waitUntil(page, `location.hash === '#/run/r-first/checkpoints'`)
  await assertShown(page.getByText(`Each evaluation runs on Ray at ${ray.address}.`))
  await assertGone(dialog)
})

test('what another run, or no run, cannot do is not offered', async () => {
  const { page } = opened
  await goTo(page, '#/run/r-stopped/config')
  await assertShown(page.getByRole('button', { name: 'Resume', exact: true }))
  await command('')
  await assertShown(page.getByRole('dialog').getByText('Resume', { exact: true }))
  await assertShown(page.getByRole('dialog').getByText('Show Rollouts', { exact: true }))
  assert.equal(await page.getByRole('dialog').getByText('Extend…').count(), 0)
  await page.keyboard.press('Escape')
  await goTo(page, '#/runs')
  await assertShown(page.getByRole('grid'))
  await command('resume')
  await assertShown(page.getByText('No page, action or run of that name'))
  await page.keyboard.press('Escape')
  opened.assertNoErrors()
})
