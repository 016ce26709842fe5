import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRun } from '../../../src/main/store/runs/runStore.ts'
import { goTo, seededPage, waitUntil } from '../support/openPages.ts'

const opened = seededPage('#/runs')

test('keys of the page press no button in its place, and do not reach through a dialog', async () => {
  const { page } = opened
  await page.getByRole('grid', { name: 'Runs' }).focus()
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await page.getByText('1 selected').waitFor()
  await page.getByRole('button', { name: 'Tags and group' }).focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Group' }).fill('by keys')
  await dialog.getByRole('button', { name: 'Cancel' }).focus()
  for (const key of ['j', 'x', 'g', 'n', 't', '?']) await page.keyboard.press(key)
  assert.equal(new URL(page.url()).hash, '#/runs')
  assert.equal(await dialog.getByRole('textbox', { name: 'Group' }).inputValue(), 'by keys')
  await page.keyboard.press('Enter') // Cancel
  await dialog.waitFor({ state: 'detached' })
  assert.equal(new URL(page.url()).hash, '#/runs')
  await page.getByText('1 selected').waitFor()
  // a box that was clicked does not take the keys away
  await page.getByRole('checkbox', { name: 'Select revision bonus 2' }).focus()
  await page.keyboard.press('x')
  await page.getByText('1 selected').waitFor({ state: 'detached' })
  await page.getByRole('grid', { name: 'Runs' }).focus()
  await page.keyboard.press('Enter')
  await waitUntil(page, `location.hash.startsWith('#/run/')`)
  await page.goBack()
  await page.getByText('6 runs', { exact: true }).waitFor()
})

test('a name of blanks and too long a tag are said before anything is saved; Enter saves', async () => {
  const { page } = opened
  await goTo(page, '#/run/r-first/config')
  await page.getByRole('button', { name: 'Name, tags, group and notes' }).click()
  const dialog = page.getByRole('dialog')
  const name = dialog.getByRole('textbox', { name: 'Name' })
  await name.fill('   ')
  await dialog.getByText('A run needs a name').waitFor()
  assert.equal(await dialog.getByRole('button', { name: 'Save' }).isDisabled(), true)
  await name.fill('  renamed ')
  const tags = dialog.getByLabel('Tags')
  await tags.fill('x'.repeat(61))
  await tags.press('Enter')
  await dialog.getByText('A tag has at most 60 characters').waitFor()
  await tags.press('Backspace')
  await dialog.getByRole('textbox', { name: 'Group' }).fill('   ')
  await name.press('Enter')
  await dialog.waitFor({ state: 'detached' })
  const run = readRun(opened.db, 'r-first')
  assert.deepEqual([run.name, run.group], ['renamed', null])
  await goTo(page, '#/runs')
})

test('what cannot be saved says so at once and leaves what was typed', async () => {
  const { page } = opened
  await goTo(page, '#/run/r-first/config')
  await page.getByRole('button', { name: 'Name, tags, group and notes' }).click()
  const notes = page.getByRole('dialog').getByRole('textbox', { name: 'Notes' })
  await notes.fill('not to be lost')
  await page.route('**/api/**', (route) => route.abort())
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('dialog').getByText('Recheck does not answer.').waitFor({ timeout: 3000 })
  // every reading of the run has failed by now, with its tries
  await page.locator('.page').getByText('Recheck does not answer.').first().waitFor()
  assert.equal(await notes.inputValue(), 'not to be lost')
  await page.unroute('**/api/**')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  assert.equal(readRun(opened.db, 'r-first').notes, 'not to be lost')
  await goTo(page, '#/runs')
  await page.getByText('6 runs', { exact: true }).waitFor()
})
