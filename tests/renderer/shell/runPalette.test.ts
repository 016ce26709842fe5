import assert from 'node:assert/strict'
import { test } from 'node:test'
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
