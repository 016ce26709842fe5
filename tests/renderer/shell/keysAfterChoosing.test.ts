import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertShown, goTo, seededPage, untilDrawn, waitUntil } from '../support/openPages.ts'
import { switchNamed } from '../support/plotFiles.ts'

const opened = seededPage('#/runs')

async function choose(select: string, option: string): Promise<void> {
  await opened.page.getByRole('combobox', { name: select, exact: true }).click()
  await opened.page.getByRole('option', { name: option, exact: true }).click()
  // the list closes with what was chosen, and the select keeps the focus
  await opened.page.getByRole('option').first().waitFor({ state: 'hidden' })
}

/** The keys of the list of runs: j to the first run, x selects it. */
async function assertRunKeys(after: string): Promise<void> {
  await opened.page.keyboard.press('j')
  await opened.page.keyboard.press('x')
  await opened.page
    .getByText('1 selected')
    .waitFor({ timeout: 5000 })
    .catch(() => assert.fail(`after ${after}`))
  await opened.page.getByRole('button', { name: 'Clear', exact: true }).click()
  await opened.page.keyboard.press('k')
}

/** The question of the rollout that is shown. */
function question(): Promise<string> {
  return opened.page.getByRole('article', { name: 'Rollout' }).getByRole('heading', { level: 2 }).innerText()
}

/** Does what asks for other rollouts, and waits until those are shown. */
async function untilListed(choice: () => Promise<void>): Promise<void> {
  await Promise.all([opened.page.waitForResponse('**/api/rollouts.list'), choice()])
  await untilDrawn(opened.page)
}

/** Keys of the rollouts: j to the next, k back. */
async function assertRolloutKeys(after: string): Promise<void> {
  const first = await question()
  const isOther = `document.querySelector('article h2').innerText !== ${JSON.stringify(first)}`
  await opened.page.keyboard.press('j')
  await waitUntil(opened.page, isOther).catch(() => assert.fail(`j after ${after}`))
  await opened.page.keyboard.press('k')
  await waitUntil(opened.page, `!(${isOther})`).catch(() => assert.fail(`k after ${after}`))
}

test('the list of runs hears its keys after every way to filter it', async () => {
  await choose('Status', 'finished')
  await assertRunKeys('a status was chosen')
  await opened.page.getByRole('textbox', { name: 'Search and filter' }).fill('')
  await choose('Tag', 'bonus')
  await assertRunKeys('a tag was chosen')
  await opened.page.keyboard.press('/')
  await opened.page.getByRole('textbox', { name: 'Search and filter' }).fill('balanced')
  await opened.page.keyboard.press('Enter')
  await assertRunKeys('a search')
  await switchNamed(opened.page, 'Groups').click()
  await opened.page.keyboard.press('j')
  await assertRunKeys('groups were switched on')
  await switchNamed(opened.page, 'Groups').click()
  await opened.page.getByRole('textbox', { name: 'Search and filter' }).fill('')
  await opened.page.keyboard.press('Enter')
  await choose('List', 'Archived')
  await choose('List', 'Runs')
  await assertRunKeys('a list was chosen')
})

test('letters typed into an open list or a field stay there', async () => {
  await opened.page.getByRole('combobox', { name: 'Tag', exact: true }).click()
  await opened.page.keyboard.type('b')
  await opened.page.keyboard.press('j')
  await opened.page.keyboard.press('x')
  assert.equal(await opened.page.getByText('1 selected').count(), 0)
  await opened.page.keyboard.press('Escape')
  const search = opened.page.getByRole('textbox', { name: 'Search and filter' })
  await search.fill('')
  await search.pressSequentially('jx')
  assert.equal(await search.inputValue(), 'jx')
  await search.fill('')
  await search.press('Escape')
})

test('the rollouts hear their keys after every way to choose among them', async () => {
  await goTo(opened.page, '#/run/r-first/rollouts')
  await untilListed(() => choose('Outcome', 'Wrong → correct'))
  await assertRolloutKeys('an outcome was chosen')
  await choose('Outcome', 'All outcomes')
  await untilListed(() => switchNamed(opened.page, 'One step:').click())
  await assertRolloutKeys('one step was switched on')
  const step = opened.page.getByRole('slider', { name: 'Step' })
  await step.focus()
  await untilListed(() => step.press('ArrowLeft'))
  await opened.page.getByText('step 38', { exact: true }).first().waitFor()
  await assertRolloutKeys('the step was moved')
  await switchNamed(opened.page, 'One step:').click()
  await untilListed(() => choose('Order', 'By reward'))
  await assertRolloutKeys('an order was chosen')
})

test('plots zoom by keys after their axis was chosen', async () => {
  await goTo(opened.page, '#/run/r-first/plots')
  await assertShown(opened.page.getByRole('region', { name: 'Training loss' }).locator('canvas').first())
  await choose('x axis', 'generated tokens')
  await opened.page.keyboard.press('+')
  await waitUntil(
    opened.page,
    `![...document.querySelectorAll('button')].find((b) => b.innerText === 'Whole run').disabled`,
  )
})
