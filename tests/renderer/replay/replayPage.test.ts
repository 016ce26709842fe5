import assert from 'node:assert/strict'
import { test } from 'node:test'
import { goTo, seededPage, waitUntil } from '../support/openPages.ts'

const opened = seededPage('#/run/r-first/rollouts')
const begin = { name: 'Replay', exact: true } as const

test('“Replay with…” takes a rollout’s problem to its run’s newest checkpoint, beside the model it began from', async () => {
  const { page } = opened
  const question = await page
    .getByRole('article', { name: 'Rollout' })
    .getByRole('heading')
    .first()
    .innerText()
  await page.getByRole('button', { name: 'Replay with…' }).click()
  await waitUntil(page, `location.hash.startsWith('#/replay?')`)
  await waitUntil(page, `document.querySelector('textarea')?.value === ${JSON.stringify(question)}`)
  const chosen = async (name: string): Promise<string> => page.getByRole('combobox', { name }).inputValue()
  assert.equal(await chosen('Checkpoint of the first policy'), 'Step 40')
  assert.equal(await chosen('Checkpoint of the second policy'), 'Before training')
  // the seeded checkpoint is a row alone: what is wrong with it is said, and nothing hangs
  await page.getByRole('button', begin).click()
  await page
    .getByRole('alert')
    .filter({ hasText: /checkpoints\/r-first\/40 is damaged: .* is missing/ })
    .waitFor()
  opened.assertNoErrors()
})

test('a typed problem to the built-in model: three turns, graded, by the keys alone', async () => {
  const { page } = opened
  await goTo(page, '#/runs')
  await page.keyboard.press('g')
  await page.keyboard.press('p')
  await waitUntil(page, `location.hash === '#/replay'`)
  await page.getByText('Choose a run or a model first.').waitFor()
  await goTo(page, '#/replay?policy=model:builtin')
  await page.getByText('Type a problem, or pick one.').waitFor()
  await page.getByRole('textbox', { name: 'Problem' }).fill('What is 12 + 34?')
  await page.getByRole('textbox', { name: 'Known answer' }).fill('46')
  await page.getByRole('textbox', { name: 'Temperature' }).fill('hot')
  await page.getByText('A sampling setting is not valid.').waitFor()
  await page.getByRole('textbox', { name: 'Temperature' }).fill('0')
  await page.getByRole('textbox', { name: 'Tokens a turn' }).fill('60')
  await page.getByRole('switch').check()
  await page.getByRole('textbox', { name: 'Problem' }).press('Control+Enter')
  for (const turn of ['Attempt', 'Verdict', 'Revision'])
    await page
      .getByRole('region', { name: turn })
      .getByText(/^(correct|wrong)$/)
      .waitFor()
  assert.match(await page.getByLabel('Text of the attempt').innerText(), /#### 46$/)
  await page.getByText('answer 46').first().waitFor()
  opened.assertNoErrors()
})

test('a problem is picked from those that the run has met, by a part of its words', async () => {
  const { page } = opened
  await goTo(page, '#/replay?policy=run:r-first')
  const picker = page.getByRole('combobox', { name: 'Pick a problem of the run' })
  await picker.fill('+ 2?')
  await waitUntil(
    page,
    `(() => { const found = [...document.querySelectorAll('[role=option]')].filter((each) => each.offsetParent).map((each) => each.innerText)
      return found.length > 0 && found.every((text) => text.endsWith('+ 2?')) })()`,
  )
  const option = page.getByRole('option', { name: '+ 2?' }).first()
  const words = await option.innerText()
  await option.click()
  await waitUntil(page, `document.querySelector('textarea')?.value === ${JSON.stringify(words)}`)
  assert.match(String(await page.evaluate('location.hash')), /of=r-first&problem=sum-\d+-2$/)
  opened.assertNoErrors()
})
