import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { listRuns } from '../../../src/main/store/runs/runStore.ts'
import { field, focusedPath, waitForYaml, yaml, yamlText } from '../support/newRunParts.ts'
import { openPages, waitUntil, type OpenedPages } from '../support/openPages.ts'

/** What the form begins with: the preset of the built-in model. */
const builtinYaml = 'data:\n  train: 2048\nvStar:\n  samples: 4\nverdictReward: balanced\nsteps: 80'

let pages: OpenedPages
before(async () => {
  pages = await openPages([])
})
after(() => pages.close())

test('form and YAML are one draft: each change shows in both, a text that is no YAML keeps the last good form', async () => {
  const { page, assertNoErrors } = await pages.open('#/new')
  await yaml(page).fill('')
  await waitForYaml(page, 'Every field has its default. Type here, or use the form.')
  await field(page, 'optimizer.learningRate').fill('0.0003')
  await waitForYaml(page, 'optimizer:\n  learningRate: 0.0003')
  await yaml(page).fill('steps: 7\nmodel: { lora: { rank: 4 } }')
  assert.equal(await field(page, 'steps').inputValue(), '7')
  assert.equal(await field(page, 'model.lora.rank').inputValue(), '4')
  assert.equal(await field(page, 'optimizer.learningRate').inputValue(), '0.00005')
  // what is typed stays as typed while it means the same
  assert.equal(await yamlText(page), 'steps: 7\nmodel: { lora: { rank: 4 } }')
  await field(page, 'model.lora.rank').fill('5')
  await waitForYaml(page, 'steps: 7\nmodel:\n  lora:\n    rank: 5')
  await yaml(page).fill('steps: 9\nseed: [1')
  await page
    .getByRole('alert')
    .getByText(/the form keeps what it had: .* at line 2, column/)
    .waitFor()
  assert.equal(await field(page, 'steps').inputValue(), '7')
  await yaml(page).fill('steps: 9\nsteep: 3\nmodel: { lroa: 1 }\nepochs: 2')
  await page.getByText('steep: expected a known field, got an unknown one').waitFor()
  await page.getByText('model.lroa: expected a known field, got an unknown one in model').waitFor()
  await yaml(page).fill('steps: 9\nepochs: 2')
  await page.getByText(/expected exactly one of steps, epochs and maxTokens/).waitFor()
  await field(page, 'epochs').fill('3')
  await waitForYaml(page, 'epochs: 3')
  assertNoErrors()
  await page.context().close()
})

test('quick typing keeps focus, cursor and every letter, in the form and in the YAML', async () => {
  const { page } = await pages.open('#/new')
  const notes = field(page, 'notes')
  await notes.click()
  const words = 'a note of some length, typed without a pause between its letters'
  await page.keyboard.type(words)
  assert.equal(await notes.inputValue(), words)
  for (let presses = 0; presses < 8; presses++) await page.keyboard.press('ArrowLeft')
  await page.keyboard.type('very own ')
  assert.equal(await notes.inputValue(), `${words.slice(0, -8)}very own ${words.slice(-8)}`)
  assert.equal(await page.evaluate(focusedPath), 'notes')
  const rate = field(page, 'optimizer.learningRate')
  await rate.fill('')
  await rate.pressSequentially('1.50e-4')
  assert.equal(await rate.inputValue(), '1.50e-4')
  await yaml(page).fill('')
  await yaml(page).pressSequentially('vStar: {samples: 3}\nseed: 12')
  await waitForYaml(page, 'vStar: {samples: 3}\nseed: 12')
  assert.equal(await field(page, 'seed').inputValue(), '12')
  await page.context().close()
})

test('what is selected in the YAML stays selected when the page is drawn anew, and is what typing replaces', async () => {
  const { page } = await pages.open('#/new')
  await waitForYaml(page, builtinYaml)
  // in one task of the page: the editor itself has not yet been told of the selection
  const selected: string = await page.evaluate(`(async () => {
    const text = document.querySelector('[aria-label="Config as YAML"]')
    const labels = [...document.querySelectorAll('label')]
    text.focus()
    getSelection().selectAllChildren(text)
    labels.find((each) => each.textContent === 'Only what differs from the defaults').control.click()
    for (let turns = 0; turns < 10; turns++) await null
    return getSelection().toString()
  })()`)
  assert.equal(selected.trim(), builtinYaml)
  await page.keyboard.insertText('seed: 5')
  await waitForYaml(page, 'seed: 5')
  assert.equal(await field(page, 'seed').inputValue(), '5')
  // and Tab leaves the editor
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate(`document.activeElement.closest('.YamlEditor-editor') === null`), true)
  assert.equal(await yamlText(page), 'seed: 5')
  await page.context().close()
})

test('a text that could not be read starts nothing: the start leads to it, and the form’s text can be put back', async () => {
  const { page, assertNoErrors } = await pages.open('#/new')
  const start = page.getByRole('button', { name: 'Start', exact: true })
  await yaml(page).fill('name: first\nsteps: 9')
  await waitForYaml(page, 'name: first\nsteps: 9')
  await yaml(page).fill('name: second\nsteps: 7\nsteps: 8')
  await page
    .getByRole('alert')
    .getByText(/the form keeps what it had/)
    .waitFor()
  await page.getByText('The text under “The same as YAML” is not read').waitFor()
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await start.click({ force: true })
  await waitUntil(page, `${focusedPath} === 'yaml'`)
  await page.keyboard.press('Control+Enter')
  await page.getByRole('button', { name: 'Put the form’s text back' }).click()
  await waitForYaml(page, 'name: first\nsteps: 9')
  await page.getByText('The config is valid.').waitFor()
  assert.ok(!asked.includes('/api/run.start'), asked.join(' '))
  assert.equal(new URL(page.url()).hash, '#/new')
  assert.equal(listRuns(pages.server.owner.db).length, 0)
  assertNoErrors()
  await page.context().close()
})

test('a warm-up on a file of conversations: a field within a group that is within a group', async () => {
  const { page, assertNoErrors } = await pages.open('#/new')
  await yaml(page).fill('')
  await page.getByRole('switch', { name: 'Warm-up (stage 0)' }).press('Space')
  await waitForYaml(page, 'warmUp: {}')
  const source = page.getByRole('combobox', { name: 'Conversations of the warm-up' })
  await source.click()
  await page.getByRole('option', { name: 'a file of your own' }).click()
  const file = page.getByRole('textbox', { name: 'File of conversations' })
  await page.locator('[data-path="warmUp.source.path"][aria-invalid="true"]').waitFor()
  await file.fill('talks.jsonl')
  await waitForYaml(page, 'warmUp:\n  source:\n    path: talks.jsonl')
  await page.getByRole('textbox', { name: 'Steps of the warm-up' }).fill('12')
  await waitForYaml(page, 'warmUp:\n  source:\n    path: talks.jsonl\n  steps: 12')
  await page.getByRole('textbox', { name: 'Steps of the warm-up' }).fill('80')
  await source.click()
  await page.getByRole('option', { name: 'arithmetic', exact: true }).click()
  await waitForYaml(page, 'warmUp: {}') // it is still on
  assertNoErrors()
  await page.context().close()
})
