import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { goTo, openPages, waitUntil, type OpenedPage, type OpenedPages } from '../support/openPages.ts'
import { seriousFindings } from '../support/seriousFindings.ts'

const library = mkdtempSync(join(tmpdir(), 'recheck-library-'))
const datasets = join(library, 'datasets')
process.env['RECHECK_DATASETS'] = datasets
process.env['RECHECK_MODELS'] = join(library, 'models')

let pages: OpenedPages
let opened: OpenedPage
before(async () => {
  mkdirSync(join(library, 'models', 'org--broken'), { recursive: true })
  writeFileSync(join(library, 'models', 'org--broken', 'config.json'), '{"model_type": "mamba"}')
  pages = await openPages([])
  opened = await pages.open('#/data', { bypassCSP: true, reducedMotion: 'reduce' })
})
after(async () => {
  await pages.close()
  rmSync(library, { recursive: true })
})

async function choose(page: Page, name: string, text: string): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: /^Choose (a|another) file…$/ }).click(),
  ])
  await chooser.setFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })
}

test('a file of one’s own comes in: its columns named, its first rows seen, then its problems found', async () => {
  const { page } = opened
  await page.getByText('No data set on this machine yet.').waitFor()
  await page.getByRole('button', { name: 'Import a file…' }).click()
  // columns that nobody can guess are asked for, in words
  await choose(page, 'zahlen.csv', 'Nr,Wert\n1,2\n')
  await page
    .getByRole('alert')
    .getByText(/No column looks like a question .* Nr, Wert/)
    .waitFor()
  const rows = Array.from({ length: 120 }, (_, index) => `Was ist ${index} + 1?;${index + 1};plus`)
  await choose(page, 'Meine Aufgaben.csv', ['Frage;Lösung;Fach', ...rows].join('\n'))
  await page.getByRole('region', { name: 'First rows' }).getByText('Was ist 3 + 1?').waitFor()
  assert.equal(await page.getByRole('combobox', { name: 'Question' }).inputValue(), 'Frage')
  assert.equal(await page.getByRole('combobox', { name: 'Known answer' }).inputValue(), 'Lösung')
  await page.getByText('120 of 120 rows make a problem.').waitFor()
  assert.deepEqual(await seriousFindings(page), [])
  assert.equal(
    await page.getByRole('textbox', { name: 'Name in the library' }).inputValue(),
    'Meine-Aufgaben',
  )
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  const problems = page.getByRole('region', { name: 'Problems of Meine-Aufgaben' })
  await problems.getByText('120 found').waitFor()
  const check = problems.getByRole('list', { name: 'What the check found' })
  await check.getByText('120 of 120 rows make a problem.').waitFor()
  assert.deepEqual(readdirSync(join(datasets, 'Meine-Aufgaben')).sort(), [
    'Meine Aufgaben.csv',
    'recheck-source.json',
  ])
  await problems.getByRole('textbox', { name: 'Search the problems' }).fill('ist 11')
  await problems.getByText('11 found').waitFor() // 11 and 110 to 119, of those below 120
  opened.assertNoErrors()
})

test('what a check of every row finds stands with a set’s problems, and why it cannot be used', async () => {
  const { page } = opened
  const folder = join(datasets, 'leaky')
  mkdirSync(folder, { recursive: true })
  const rows = [
    '{"question": "Was ist 7 + 1?", "answer": "8"}',
    '{"question": "Was ist 8 + 1?", "answer": "9"}',
  ]
  writeFileSync(join(folder, 'train.jsonl'), `${[...rows, rows[1]].join('\n')}\n`)
  writeFileSync(join(folder, 'test.jsonl'), `${rows[0]}\n`)
  await page.reload()
  await page.getByRole('button', { name: 'Problems of leaky' }).click()
  const problems = page.getByRole('region', { name: 'Problems of leaky' })
  const check = problems.getByRole('list', { name: 'What the check found' })
  await check.getByText('2 of 4 rows make a problem.').waitFor()
  await check.getByText('1 rows are copies of earlier ones.').waitFor()
  await problems
    .getByRole('alert')
    .getByText(/^1 rows stand in more than one split, the first at train\.jsonl:1 and in test/)
    .waitFor()
  rmSync(folder, { recursive: true })
  opened.assertNoErrors()
})

test('two sets are compared; one is removed for good after a question', async () => {
  const { page } = opened
  mkdirSync(join(datasets, 'other'), { recursive: true })
  writeFileSync(join(datasets, 'other', 'test.jsonl'), '{"question": "Was ist 5 + 1?", "answer": "6"}\n')
  await goTo(page, '#/models')
  await page.getByRole('table', { name: 'Models on this machine' }).waitFor()
  await goTo(page, '#/data')
  await page.getByRole('button', { name: 'Problems of Meine-Aufgaben' }).click()
  const problems = page.getByRole('region', { name: 'Problems of Meine-Aufgaben' })
  await problems.getByRole('combobox', { name: 'Overlap with' }).click()
  await page.getByRole('option', { name: 'other' }).click()
  await problems.getByText(/1 problems are in both .* 1 of them are held out in one/).waitFor()
  await page.getByRole('button', { name: 'Remove other' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('button', { name: 'Problems of other' }).waitFor({ state: 'detached' })
  assert.deepEqual(readdirSync(datasets), ['Meine-Aufgaben'])
  opened.assertNoErrors()
})

test('models are listed with what they are; one that cannot be used says why', async () => {
  const { page } = opened
  await page.keyboard.press('g')
  await page.keyboard.press('m')
  await waitUntil(page, `location.hash === '#/models'`)
  const builtin = page.getByRole('row').filter({ hasText: 'builtin' })
  await builtin.getByText('ready').waitFor()
  await builtin.getByText(/0\.8 M parameters/).waitFor()
  const broken = page.getByRole('row').filter({ hasText: 'org/broken' })
  await broken.getByText('cannot be used').waitFor()
  await broken.getByText(/mamba/).waitFor()
  assert.deepEqual(await seriousFindings(page), [])
  await builtin.getByRole('button', { name: 'Try builtin' }).click()
  await waitUntil(page, `location.hash === '#/replay?policy=model%3Abuiltin'`)
  opened.assertNoErrors()
})
