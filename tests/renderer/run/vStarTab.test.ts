import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { seriousFindings } from '../support/seriousFindings.ts'
import { assertShown, goTo, seededPage } from '../support/openPages.ts'

const opened = seededPage('#/run/r-first/vStar')

const rows = () => opened.page.getByRole('table', { name: 'Problems by V*' }).getByRole('row')
/** Of `V* 0.3 to 0.35: 17 problems`. */
const countIn = (label: string | null): number =>
  Number(/: ([\d,]+) problems$/.exec(label ?? '')?.[1]?.replace(',', ''))

test('a bar shows its problems, by keyboard too; the address keeps it, and a problem leads to its rollouts', async () => {
  const bars = opened.page.getByRole('group', { name: 'Problems by V*' }).getByRole('button')
  await assertShown(bars.first())
  assert.equal(await bars.count(), 22)
  const labels = await Promise.all((await bars.all()).map((each) => each.getAttribute('aria-label')))
  const total = labels.reduce((sum, label) => sum + countIn(label), 0)
  await assertShown(
    opened.page.getByText(new RegExp(`^${total.toLocaleString('en-US')} problems, .* without signal`)),
  )
  const filled = labels.findIndex((label, index) => index > 0 && countIn(label) > 0)
  const wanted = countIn(labels[filled] ?? null)
  const bar = bars.nth(filled)
  await bar.focus()
  await opened.page.keyboard.press('Enter')
  await assertShown(opened.page.getByRole('button', { name: /^V\* .*: show all problems$/ }))
  assert.equal(await bar.getAttribute('aria-pressed'), 'true')
  await rows().nth(Math.min(wanted, 50)).waitFor()
  assert.equal((await rows().count()) - 1, Math.min(wanted, 50))
  assert.match(
    String(await opened.page.evaluate('location.hash')),
    /^#\/run\/r-first\/vStar\?from=[\d.]+&to=[\d.]+$/,
  )
  assert.deepEqual(await seriousFindings(opened.page), [])
  const problem = rows().nth(1).getByRole('link')
  const name = await problem.innerText()
  await problem.click()
  await assertShown(opened.page.getByRole('button', { name: `Problem ${name}: show all problems` }))
})

test('from a bar to its problems, and to what the reference wrote for one; the address keeps it', async () => {
  const { page } = opened
  await goTo(page, '#/run/r-first/vStar')
  const bars = page.getByRole('group', { name: 'Problems by V*' }).getByRole('button')
  await assertShown(bars.first())
  await bars.first().click()
  await page.getByPlaceholder('Search problems').fill('p1')
  await rows().nth(1).waitFor()
  const samples = rows()
    .nth(1)
    .getByRole('button', { name: /^Samples of p1/ })
  const problem = (await samples.getAttribute('aria-label'))?.replace('Samples of ', '') ?? ''
  await samples.click()
  const region = page.getByRole('region', { name: `Samples of ${problem}` })
  await assertShown(region.getByText(/^Known answer 7 · 8 samples$/))
  assert.equal(await region.getByRole('group', { name: /^Sample / }).count(), 4)
  // V* is 0 in this bar: no attempt is correct
  assert.deepEqual(
    await region.getByRole('region', { name: 'Attempt' }).locator('.mantine-Badge-root').allInnerTexts(),
    ['wrong', 'wrong', 'wrong', 'wrong'],
  )
  await region.getByRole('button', { name: 'All 8 samples' }).click()
  assert.equal(await region.getByRole('group', { name: /^Sample / }).count(), 8)
  assert.deepEqual(await seriousFindings(page), [])
  const folder = process.env['RECHECK_PICTURES']
  if (folder !== undefined) await page.screenshot({ path: join(folder, 'samples.png') })
  await page.reload()
  await assertShown(page.getByRole('region', { name: `Samples of ${problem}` }))
  await rows()
    .getByRole('button', { name: `Samples of ${problem}` })
    .click()
  await page.getByRole('region', { name: `Samples of ${problem}` }).waitFor({ state: 'detached' })
})

test('a problem beyond what is kept says so', async () => {
  const { page } = opened
  await goTo(page, '#/run/r-first/vStar?search=p399&problem=p399')
  await assertShown(
    page.getByText('Samples of 300 of 400 problems are kept, 64.0 MiB at most', { exact: false }),
  )
})

test('other turns have counts of their own; a link shows the same; nonsense in it changes nothing', async () => {
  await goTo(opened.page, '#/run/r-first/vStar?turn=verdict-after-wrong&from=0&to=0')
  await assertShown(opened.page.getByRole('button', { name: 'V* 0: show all problems' }))
  assert.equal(
    await opened.page.getByRole('combobox', { name: 'Turn' }).inputValue(),
    'Verdict after a wrong attempt',
  )
  await goTo(opened.page, '#/run/r-first/vStar?turn=x&from=-1&to=9&page=z')
  await assertShown(rows().nth(50))
  assert.equal(await opened.page.getByRole('combobox', { name: 'Turn' }).inputValue(), 'Attempt')
  await assertShown(opened.page.getByText(/made by this run/))
  opened.assertNoErrors()
})
