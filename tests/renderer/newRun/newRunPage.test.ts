import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Inquiries } from '../../../src/main/owner/processes/inquiry.ts'
import { readRun } from '../../../src/main/store/runs/runStore.ts'
import { storeVStar } from '../../../src/main/store/vStarStore.ts'
import { presetConfig } from '../../../src/shared/config/presets.ts'
import { field, focusedPath, markupFolder, waitForYaml, yaml } from '../support/newRunParts.ts'
import {
  assertGone,
  assertShown,
  goTo,
  openPages,
  untilStill,
  waitUntil,
  type OpenedPages,
} from '../support/openPages.ts'
import { seedRuns } from '../support/seedStore.ts'
import { seriousFindings } from '../support/seriousFindings.ts'

let pages: OpenedPages
before(async () => {
  pages = await openPages(seedRuns.slice(0, 3))
})
after(() => pages.close())

test('every field is there with its name, its default, its unit and its meaning; terms of art are explained', async () => {
  const { page, assertNoErrors } = await pages.open('#/new')
  const adapter = page.getByRole('switch', { name: 'LoRA adapter' })
  await adapter.waitFor()
  await page.getByText('Default 64 tokens per turn.').waitFor()
  await page.getByText('A turn that reaches it is cut and counts as wrong.').waitFor()
  await page.getByRole('button', { name: 'What “LoRA adapter” means' }).focus()
  await page.getByRole('tooltip').getByText('Low-rank adaptation').waitFor()
  await page.getByRole('button', { name: 'Training problems: back to the default' }).click()
  assert.equal(await field(page, 'data.train').inputValue(), '4096')
  await waitForYaml(page, 'vStar:\n  samples: 4\nverdictReward: balanced\nsteps: 80')
  assertNoErrors()
  await page.context().close()
})

test('an adapter and a file are fields of their own: switched on, filled, wrong, switched off', async () => {
  const { page, assertNoErrors } = await pages.open('#/new')
  await yaml(page).fill('')
  await page.getByRole('switch', { name: 'LoRA adapter' }).press('Space')
  await field(page, 'model.lora.dropout').fill('1')
  await page.getByText('expected a number < 1, got 1').waitFor()
  await field(page, 'model.lora.dropout').fill('0')
  await field(page, 'model.lora.alpha').fill('0')
  await page.getByText('expected a number > 0, got 0').waitFor()
  await field(page, 'model.lora.alpha').fill('64')
  await waitForYaml(page, 'model:\n  lora:\n    alpha: 64')
  await page.getByRole('switch', { name: 'LoRA adapter' }).press('Space')
  await page.getByRole('textbox', { name: 'Alpha' }).waitFor({ state: 'hidden' })
  await page.getByRole('combobox', { name: 'Data source' }).click()
  await page.getByRole('option', { name: 'a file of your own' }).click()
  await page.getByText('expected the path of a file or folder, got ""').waitFor()
  await page.getByRole('textbox', { name: 'File', exact: true }).fill('mine.csv')
  await page.getByRole('textbox', { name: 'Column of the question' }).fill('task')
  await waitForYaml(page, 'data:\n  source:\n    path: mine.csv\n    fields:\n      question: task')
  await page.getByText(/mine\.csv: no such file or folder/).waitFor()
  await page.getByRole('combobox', { name: 'Data source' }).click()
  await page.getByRole('option', { name: 'math', exact: true }).click()
  await waitForYaml(page, 'data:\n  source: math')
  assertNoErrors()
  await page.context().close()
})

test('find a field, only what differs; a start with an error leads to the first bad field, even a hidden one', async () => {
  const { page } = await pages.open('#/new')
  await field(page, 'optimizer.learningRate').fill('-1')
  await field(page, 'data.train').fill('none')
  const find = page.getByRole('textbox', { name: 'Find a field' })
  await find.fill('warm-up')
  assert.equal(await page.locator('.ConfigForm-group .FieldFrame-field').count(), 3)
  await find.fill('no such words')
  await page.getByText('No field has these words in its name or meaning.').waitFor()
  await page.getByRole('button', { name: 'Start', exact: true }).focus()
  await page.keyboard.press('Enter')
  await waitUntil(page, `${focusedPath} === 'data.train'`)
  await page.keyboard.press('Control+A')
  await page.keyboard.type('100')
  await page.keyboard.press('Control+Enter')
  await waitUntil(page, `${focusedPath} === 'optimizer.learningRate'`)
  await page.getByRole('switch', { name: 'Only what differs from the defaults' }).press('Space')
  const shown = await page
    .locator('.ConfigForm-group [data-path]')
    .evaluateAll((all) => [
      ...new Set(all.map((each) => (each as unknown as { dataset: { path: string } }).dataset.path)),
    ])
  assert.deepEqual(shown, ['data.train', 'steps', 'vStar.samples', 'verdictReward', 'optimizer.learningRate'])
  assert.equal(new URL(page.url()).hash, '#/new')
  await page.context().close()
})

test('another preset or run takes the place of all that was there, says so, and can be taken back', async () => {
  const { page } = await pages.open('#/new')
  await field(page, 'seed').fill('41')
  await page.getByRole('region', { name: 'Differences' }).getByRole('cell', { name: 'seed' }).waitFor()
  await page.getByRole('combobox', { name: 'Preset' }).click()
  await page.getByRole('option', { name: /gpt2-demo/ }).click()
  assert.equal(await field(page, 'seed').inputValue(), '0')
  assert.equal(await field(page, 'verdictReward').inputValue(), 'plain')
  await page.getByText('One change was taken out.').waitFor()
  await page.getByText(/model "openai-community\/gpt2" is not a folder/).waitFor()
  await page.getByRole('button', { name: 'Put back' }).click()
  assert.equal(await field(page, 'seed').inputValue(), '41')
  await page.getByRole('combobox', { name: 'Like run' }).click()
  await page.getByRole('option', { name: 'revision bonus 2' }).click()
  await page.getByRole('heading', { name: 'Differences to revision bonus 2' }).waitFor()
  assert.equal(await field(page, 'revisionBonus').inputValue(), '2')
  assert.equal(await field(page, 'seed').inputValue(), '2')
  await field(page, 'revisionBonus').fill('3')
  await page.getByRole('row', { name: 'revisionBonus 2 3' }).waitFor()
  await page.context().close()
})

test('a form that was left is as it was on the way back, until it is begun anew or started', async () => {
  const { page } = await pages.open('#/new')
  await field(page, 'name').fill('half set up')
  await field(page, 'steps').fill('12')
  await page.getByText('Stage 1 only').click()
  await page.getByRole('link', { name: 'Runs', exact: true }).click()
  await page.locator('.RunTable-row').first().waitFor()
  await page.goBack()
  await page.getByText('What you were setting up here is still here.').waitFor()
  assert.equal(await field(page, 'name').inputValue(), 'half set up')
  assert.equal(await field(page, 'steps').inputValue(), '12')
  assert.equal(await page.getByRole('radio', { name: 'Stage 1 only' }).isChecked(), true)
  await page.reload()
  assert.equal(await field(page, 'name').inputValue(), 'half set up')
  await page.getByRole('button', { name: 'Begin anew' }).click()
  assert.equal(await field(page, 'name').inputValue(), '')
  await page.getByText('changes were taken out.').waitFor()
  await page.getByText('Both stages', { exact: true }).click()
  await goTo(page, '#/runs')
  await page.locator('.RunTable-row').first().waitFor()
  await goTo(page, '#/new')
  await field(page, 'name').waitFor()
  assert.equal(await page.getByText('is still here').count(), 0)
  await page.context().close()
})

test('stage 2 with a V* estimate: what each was made from, the one that fits, why another does not', async () => {
  const db = pages.server.owner.db
  const { inputs, inputHash } = await new Inquiries({ nodePath: process.execPath }).vStarInputs(
    'self-correction',
    presetConfig('builtin'),
  )
  const of = { runId: 'r-second', createdAtMs: Date.UTC(2026, 10, 21), complete: true, problems: 2048 }
  storeVStar(db, { ...of, vStarId: 'v-fits', inputHash, inputs })
  const other = { ...inputs, seed: '7', 'data.train': '16' }
  storeVStar(db, { ...of, vStarId: 'v-other', runId: 'r-stopped', inputHash: 'other', inputs: other })
  const { page, assertNoErrors } = await pages.open('#/new')
  await page
    .getByText('Stage 1 is there already: the V* estimate of “balanced, learning rate 1e-4” fits.')
    .waitFor()
  await page.getByRole('radiogroup', { name: 'What to run' }).getByText('Stage 2 only').click()
  await page.keyboard.press('Control+Enter')
  await page.getByText('choose the V* estimate to train against').waitFor()
  const fits = page.locator('input[value="v-fits"]')
  await waitUntil(page, `${focusedPath} === 'vStarId'`)
  await page
    .getByText(/model builtin · template auto · grader math · seed 0 · N 4 · β₁ 0\.5 · 2,048 problems/)
    .first()
    .waitFor()
  await page.getByText('Seed: 7 there, 0 here; Training problems: 16 there, 2048 here.').waitFor()
  assert.equal(await page.locator('input[value="v-other"]').isDisabled(), true)
  await fits.check()
  await page.getByText('choose the V* estimate to train against').waitFor({ state: 'hidden' })
  await field(page, 'seed').fill('3')
  await page.getByText('the chosen estimate no longer fits: Seed: 0 there, 3 here').waitFor()
  await field(page, 'seed').fill('0')
  await page.getByText('The config is valid.', { exact: true }).waitFor()
  await page.keyboard.press('Control+Enter')
  await waitUntil(page, `location.hash.startsWith('#/run/')`)
  const run = readRun(db, new URL(page.url()).hash.split('/')[2] ?? '')
  assert.deepEqual([run.stage, run.vStarId], ['self-correction', 'v-fits'])
  await pages.server.owner.stop(run.runId, 'now')
  assertNoErrors()
  await page.context().close()
})

test('what it takes is said before the start; what this machine cannot do stands at its field', async () => {
  const { page } = await pages.open('#/new')
  const plan = page.getByRole('table', { name: 'What it takes' })
  await assertShown(
    plan.getByText('2,048 problems × 4 attempts').or(plan.getByText('15,360 rollouts')).first(),
  )
  await assertShown(
    plan.getByText(/the model \(799,232 parameters\) takes 256; [1-9]\d* rollouts in memory at once/),
  )
  // runs that other tests of this file made may give a pace
  await assertShown(plan.getByText(/^(no earlier run here had this model|(.* a step, )?at the pace of )/))
  await field(page, 'steps').fill('1000000000')
  await assertShown(page.getByText(/^[\d,]+ rollouts: .*this takes about [\d,]+ days\.$/))
  await field(page, 'steps').fill('80')
  await assertGone(page.getByText(/this takes about [\d,]+ days\.$/))
  await page.getByText('Stage 1 only').click()
  await assertShown(plan.getByText('8,192 rollouts'))
  await assertGone(plan.getByText('15,360 rollouts'))
  await page.getByText('Both stages', { exact: true }).click()
  await field(page, 'sampling.maxCompletionTokens').fill('400')
  await assertShown(page.getByText(/may have \d+ tokens, the trainer takes 256/))
  await assertShown(page.getByText('The config is valid, but this machine cannot run it as it is.'))
  await field(page, 'sampling.temperature').fill('0')
  await assertShown(page.getByText('expected a number > 0 while training'))
  await page.getByRole('combobox', { name: 'Training method' }).click()
  await page.getByRole('option', { name: 'dr-grpo' }).click()
  await assertShown(
    page.getByText('No V* is needed: dr-grpo compares rollouts of one problem with each other.'),
  )
  await page.context().close()
})

test('the prompts of all three turns, text and ids, special tokens seen, a question that is markup stays text', async () => {
  const folder = await markupFolder()
  const { page, assertNoErrors } = await pages.open('#/new')
  const preview = page.getByRole('button', { name: 'Preview the prompts' })
  await preview.click()
  const attempt = page.getByRole('region', { name: 'Prompt of the attempt' })
  await attempt.getByText('<bos>').waitFor()
  for (const kind of ['verdict', 'revision'])
    await page.getByRole('region', { name: `Prompt of the ${kind}` }).waitFor()
  await attempt.getByText('25 tokens').waitFor()
  await page.getByText('Tokens and ids').click()
  assert.equal(await attempt.locator('.PromptPreview-token').count(), 25)
  assert.deepEqual(await attempt.locator('.PromptPreview-token').first().locator('span').allInnerTexts(), [
    '<bos>',
    '1',
  ])
  assert.equal(await attempt.locator('.PromptPreview-special').count(), 3) // <bos>, <user>, <assistant>
  const [model, file] = ['model', 'problems.csv'].map((name) => JSON.stringify(join(folder, name)))
  await yaml(page).fill(
    `model: { path: ${model} }\ndata: { source: { path: ${file} }, train: 4, validation: 2, test: 2 }`,
  )
  await page.getByText('The config has changed since; preview again to see it.').waitFor()
  await attempt.waitFor({ state: 'detached' })
  await preview.click()
  await page.getByText('Text', { exact: true }).click()
  await attempt.getByText(/What is <b>\d<\/b> \+ 1\?/).waitFor()
  assert.equal(await attempt.locator('b').count(), 0)
  await yaml(page).fill('model: { path: /nowhere/at-all }')
  await preview.click()
  const side = page.getByRole('region', { name: 'Prompts' })
  await side
    .getByRole('alert')
    .getByText(/model "\/nowhere\/at-all" is not a folder with config\.json/)
    .waitFor()
  assertNoErrors()
  rmSync(folder, { recursive: true })
  await page.context().close()
})

test('by keyboard alone: a run is set up and started; the next one says that it will wait, and waits', async () => {
  const { page } = await pages.open('#/runs')
  await page.locator('.RunTable-row').first().waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('n')
  const find = page.getByRole('textbox', { name: 'Find a field' })
  await find.waitFor()
  await find.press('Tab') // the switch
  await page.keyboard.press('Tab')
  await waitUntil(page, `${focusedPath} === 'name'`)
  await page.keyboard.type('first of two')
  await page.keyboard.press('Control+Enter')
  await page.getByRole('heading', { name: 'first of two' }).waitFor()
  await page.getByText('running', { exact: true }).waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('n')
  await page.getByRole('note').getByText('“first of two” is running. Runs of one device wait').waitFor()
  await field(page, 'name').fill('second of two')
  await page.keyboard.press('Control+Enter')
  await page.getByRole('heading', { name: 'second of two' }).waitFor()
  await page.getByText('queued', { exact: true }).first().waitFor()
  const runId = new URL(page.url()).hash.split('/')[2] ?? ''
  assert.equal(readRun(pages.server.owner.db, runId).status, 'queued')
  await pages.server.owner.stop(runId, 'now')
  await page.context().close()
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious with errors, inner fields, estimates and prompts shown, ${colorScheme}`, async () => {
    const { page } = await pages.open('#/new', { colorScheme, bypassCSP: true, reducedMotion: 'reduce' })
    await page.getByRole('button', { name: 'Preview the prompts' }).click()
    await page.getByText('Tokens and ids').click()
    await page.getByText('Stage 2 only').click()
    await yaml(page).fill('steep: 1\nsteps: 0\nmodel: { lora: {} }\ndata: { source: { path: "" } }')
    await page.getByText('steep: expected a known field').waitFor()
    await untilStill(page)
    assert.deepEqual(await seriousFindings(page), [])
    await page.context().close()
  })
}
