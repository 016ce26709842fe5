import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readCheckpoints } from '../../../src/main/store/checkpointStore.ts'
import { assertGone, assertShown, seededPage } from '../support/openPages.ts'

const outside = mkdtempSync(join(tmpdir(), 'recheck-export-'))
after(() => rmSync(outside, { recursive: true }))
const seeded = seededPage('#/runs')

test('a checkpoint’s model is exported from its row: a folder is asked for, a refusal stands in the dialog, what fails is said', async () => {
  const { page, db } = seeded
  const runs = db.prepare('SELECT run_id FROM checkpoint GROUP BY run_id').all() as { run_id: string }[]
  const runId = runs[0]?.run_id ?? assert.fail('no seeded run has a checkpoint')
  const step = readCheckpoints(db, runId)[0]?.step ?? assert.fail()
  await page.evaluate(`location.hash = '#/run/${runId}/checkpoints'`)
  await page.getByRole('button', { name: `Export step ${step}` }).click()
  const dialog = page.getByRole('dialog')
  const folder = dialog.getByRole('textbox', { name: 'New folder' })
  assert.equal(await folder.inputValue(), `~/recheck-models/${runId}-step-${step}`)
  writeFileSync(join(outside, 'there'), 'x')
  await folder.fill(join(outside, 'there'))
  await dialog.getByRole('button', { name: 'Export' }).click()
  await assertShown(dialog.getByRole('alert').getByText(/there/))
  await folder.fill(join(outside, 'new'))
  await assertGone(dialog.getByRole('alert'))
  await dialog.getByRole('button', { name: 'Export' }).click()
  await assertGone(dialog)
  // the seeded row has no files
  await assertShown(page.getByRole('alert').getByText(join(outside, 'new')))
  await page.getByRole('button', { name: `Dismiss ${join(outside, 'new')}` }).click()
  await assertGone(page.getByRole('alert').getByText(join(outside, 'new')))

  await page.getByRole('button', { name: `Export step ${step}` }).click()
  // a file's name is no name of a folder
  const file = join(outside, 'model.gguf')
  await folder.fill(file)
  await dialog.getByRole('button', { name: 'Export' }).click()
  await assertShown(
    dialog.getByRole('alert').getByText(/is the name of a GGUF file, and a folder is asked for/),
  )
  await dialog.getByText('GGUF (float16)').click()
  await assertShown(dialog.getByText('A GGUF file that llama.cpp loads'))
  await dialog.getByRole('textbox', { name: 'New folder or file' }).fill(file)
  await dialog.getByRole('button', { name: 'Export' }).click()
  await assertShown(page.getByRole('alert').getByText(file))
})
