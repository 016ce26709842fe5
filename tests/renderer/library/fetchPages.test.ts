import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
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
  await page.getByRole('button', { name: 'Import a GGUF file…' }).click()
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
