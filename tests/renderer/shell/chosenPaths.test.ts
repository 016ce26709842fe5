import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { readCheckpoints } from '../../../src/main/store/checkpointStore.ts'
import { field } from '../support/newRunParts.ts'
import { assertGone, assertShown, goTo, openPages, type OpenedPages } from '../support/openPages.ts'
import { seedRuns } from '../support/seedStore.ts'
import { seriousFindings } from '../support/seriousFindings.ts'
import { answerNext, askedPaths, reloadInWindow } from '../support/windowShell.ts'

const folder = mkdtempSync(join(tmpdir(), 'recheck-chosen-'))
process.env['RECHECK_MODELS'] = join(folder, 'library')
const fixtures = join(import.meta.dirname, '../../fixtures')
const someModel = join(folder, 'some model')
cpSync(join(import.meta.dirname, '../../../resources/models/builtin'), someModel, { recursive: true })

let pages: OpenedPages
before(async () => {
  pages = await openPages(seedRuns)
})
after(async () => {
  await pages.close()
  rmSync(folder, { recursive: true })
})

/** Presses the button; the dialog answers so. */
async function choose(within: Page | Locator, title: string, path: string | null): Promise<void> {
  const page = 'page' in within ? within.page() : within
  await answerNext(page, { ok: true, data: path })
  await within.getByRole('button', { name: title, exact: true }).click()
}

/** As soon as the dialog's answer has reached it. */
async function assertHolds(input: Locator, path: string): Promise<void> {
  for (let tries = 0; tries < 100 && (await input.inputValue()) !== path; tries++)
    await input.page().waitForTimeout(50)
  assert.equal(await input.inputValue(), path)
}

test('the folder of a model is chosen, and the import goes through; a dialog that is cancelled changes nothing', async () => {
  const { page, assertNoErrors } = await pages.open('#/models', { bypassCSP: true, reducedMotion: 'reduce' })
  await reloadInWindow(page, null)
  await page.getByRole('button', { name: 'Import a model…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('Model folder', { exact: true }).click()
  const path = dialog.getByLabel('Folder', { exact: true })
  await path.fill('~/models')
  await choose(dialog, 'Choose the folder of a model', null)
  assert.equal(await path.inputValue(), '~/models')
  await choose(dialog, 'Choose the folder of a model', someModel)
  await assertHolds(path, someModel)
  const kind = { kind: 'folder', title: 'Choose the folder of a model', filters: [], startAt: '~/models' }
  assert.deepEqual(await askedPaths(page), [kind, kind])
  assert.deepEqual(await seriousFindings(page), [])
  assert.equal(await dialog.getByRole('textbox', { name: 'Name in the library' }).inputValue(), 'some-model')
  await dialog.getByRole('button', { name: 'Import', exact: true }).click()
  await assertShown(page.getByText('some-model is in the library.'))
  assert.ok(existsSync(join(folder, 'library', 'some-model', 'model.safetensors')))

  await page.getByRole('button', { name: 'Import a model…' }).click()
  await dialog.getByText('Adapter', { exact: true }).click()
  await choose(dialog, 'Choose the folder of an adapter', join(fixtures, 'adapters', 'qwen2'))
  await assertHolds(path, join(fixtures, 'adapters', 'qwen2'))
  // the next dialog has no answer here: what the window says instead stands below the field
  await dialog.getByRole('button', { name: 'Choose the folder of an adapter' }).click()
  await assertShown(dialog.getByRole('note').getByText('no answer was prepared'))
  assertNoErrors()
  await page.context().close()
})

test('a log folder is chosen, and its runs come in', async () => {
  const { page, assertNoErrors } = await pages.open('#/runs')
  await reloadInWindow(page, null)
  await page.getByRole('button', { name: 'Import…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('A folder of TensorBoard').click()
  await choose(dialog, 'Choose a log folder', join(fixtures, 'imports', 'tensorboard'))
  await assertHolds(
    dialog.getByRole('textbox', { name: 'Log folder' }),
    join(fixtures, 'imports', 'tensorboard'),
  )
  await dialog.getByRole('button', { name: 'Import', exact: true }).click()
  await assertShown(dialog.getByRole('link', { name: /from TensorBoard$/ }).first())
  assertNoErrors()
  await page.context().close()
})

test('model, reference, data file and shared folder of a new run are chosen', async () => {
  const { page, assertNoErrors } = await pages.open('#/new', { bypassCSP: true, reducedMotion: 'reduce' })
  await reloadInWindow(page, null)
  await choose(page, 'Choose a folder: Model', someModel)
  await choose(page, 'Choose a folder: Reference model', someModel)
  for (const path of ['model.path', 'model.reference']) await assertHolds(field(page, path), someModel)
  const problems = join(folder, 'problems.csv')
  writeFileSync(problems, 'question,answer\n1 + 1,2\n')
  await page.getByRole('combobox', { name: 'Data source' }).click()
  await page.getByRole('option', { name: 'a file of your own' }).click()
  await choose(page, 'Choose a file: File', problems)
  await assertHolds(field(page, 'data.source.path'), problems)
  await page.getByText('Ray cluster', { exact: true }).click()
  await choose(page, 'Choose the shared folder', folder)
  await assertHolds(page.getByRole('textbox', { name: 'Shared folder' }), folder)
  const asked = await askedPaths(page)
  assert.deepEqual(
    asked.map(({ kind, startAt }) => [kind, startAt]),
    [
      ['folder', 'builtin'],
      ['folder', ''],
      ['file', ''],
      ['folder', ''],
    ],
  )
  assert.deepEqual(
    asked[2]?.filters.map(({ name, endings }) => [name, endings[0]]),
    [
      ['Data', 'csv'],
      ['All files', '*'],
    ],
  )
  // folders of the cluster's machines are none of this one
  await page.getByLabel('Send Recheck’s code along').uncheck()
  await assertShown(page.getByLabel('Recheck’s folder'))
  assert.equal(await page.getByRole('button', { name: /^Choose / }).count(), 4)
  assert.deepEqual(await seriousFindings(page), [])
  assertNoErrors()
  await page.context().close()
})

test('where an export goes is chosen: a new folder, or a GGUF file', async () => {
  const { page } = await pages.open('#/runs')
  await reloadInWindow(page, null)
  const { db } = pages.server.owner
  const [{ run_id: runId } = { run_id: '' }] = db
    .prepare('SELECT run_id FROM checkpoint GROUP BY run_id')
    .all() as { run_id: string }[]
  const step = readCheckpoints(db, runId)[0]?.step
  await goTo(page, `#/run/${runId}/checkpoints`)
  await page.getByRole('button', { name: `Export step ${step}` }).click()
  const dialog = page.getByRole('dialog')
  const target = join(folder, 'taken away')
  await choose(dialog, 'Choose a new folder', target)
  await assertHolds(dialog.getByRole('textbox', { name: 'New folder' }), target)
  await dialog.getByText('GGUF (float16)').click()
  await choose(dialog, 'Choose a new folder or file', `${target}.gguf`)
  await assertHolds(dialog.getByRole('textbox', { name: 'New folder or file' }), `${target}.gguf`)
  const [first, second] = await askedPaths(page)
  assert.deepEqual(
    [first?.kind, first?.filters, first?.startAt],
    ['save', [], `~/recheck-models/${runId}-step-${step}`],
  )
  assert.deepEqual([second?.kind, second?.startAt, second?.filters[0]?.endings], ['save', target, ['gguf']])
  await dialog.getByRole('button', { name: 'Export' }).click()
  await assertShown(page.getByRole('alert').getByText(`${target}.gguf`)) // the seeded row has no files
  await page.context().close()
})

test('a window that drives a server has no such button and says why; a browser has neither button nor line', async () => {
  const { page } = await pages.open('#/new')
  const note = page
    .getByRole('note')
    .getByText(/^No “Choose…” here: it is a path on the machine of gpu-box:7860, /)
  await field(page, 'model.path').waitFor()
  assert.equal(await page.getByRole('button', { name: /^Choose / }).count(), 0)
  await assertGone(note)
  await reloadInWindow(page, 'gpu-box:7860')
  await assertShown(note.first())
  assert.equal(await note.count(), 2, 'of the model and of the reference')
  assert.equal(await page.getByRole('button', { name: /^Choose / }).count(), 0)
  await goTo(page, '#/models')
  await page.getByRole('button', { name: 'Import a model…' }).click()
  await page.getByRole('dialog').getByText('Model folder', { exact: true }).click()
  await assertShown(note)
  assert.equal(await page.getByRole('button', { name: /^Choose the / }).count(), 0)
  await page.context().close()
})
