import assert from 'node:assert/strict'
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
