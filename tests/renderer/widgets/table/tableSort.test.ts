import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sortedRows, type SortColumn } from '../../../../src/renderer/src/widgets/table/tableSort.ts'
import { seriousFindings } from '../../support/seriousFindings.ts'
import { seededPage, waitUntil } from '../../support/openPages.ts'

const columns: readonly SortColumn<readonly [string, number | null]>[] = [
  { label: 'Share', meaning: null, value: ([, share]) => share },
]
const rows = [
  ['a', 0.5],
  ['b', null],
  ['c', 0.1],
  ['d', 0.5],
] as const

test('both ways; what has no value stands last, and equals stay as they were', () => {
  const names = (isDescending: boolean): string =>
    sortedRows(rows, columns, { column: 'Share', isDescending })
      .map(([name]) => name)
      .join('')
  assert.equal(names(false), 'cadb')
  assert.equal(names(true), 'adcb')
  assert.equal(sortedRows(rows, columns, { column: 'gone', isDescending: true }), rows)
})

const opened = seededPage('#/run/r-first/evaluations')
const steps = `[...document.querySelectorAll('section[aria-label="Evaluations of the validation split"] tbody tr td:first-child')].map((cell) => cell.textContent).join()`

test('evaluations are put in order by any column, and an arrow says by which', async () => {
  const { page } = opened
  await waitUntil(page, `${steps} === '30,20,10,0'`)
  const table = page.getByRole('region', { name: 'Evaluations of the validation split' })
  await table.getByRole('button', { name: 'Step, validation' }).click()
  await waitUntil(page, `${steps} === '0,10,20,30'`)
  await table.getByRole('button', { name: 'Acc@final' }).click()
  await waitUntil(page, `${steps} === '30,20,10,0'`)
  const sorted = `document.querySelector('section[aria-label="Evaluations of the validation split"] th[aria-sort="descending"]').textContent`
  assert.match((await page.evaluate(sorted)) as string, /^Acc@final/)
  assert.deepEqual(await seriousFindings(page), [])
  opened.assertNoErrors()
})
