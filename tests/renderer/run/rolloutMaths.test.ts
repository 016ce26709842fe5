import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBatchWriter } from '../../../src/main/store/batchStore.ts'
import { assertShown, goTo, seededPage, untilDrawn, waitUntil } from '../support/openPages.ts'
import { seriousFindings } from '../support/seriousFindings.ts'
import { addRun, rollout, turn } from '../../main/store/storeFixtures.ts'

const opened = seededPage('#/runs')
const runId = 'maths'
const fraction = 'The half is $\\frac{1}{2}$, so \\boxed{\\sqrt{2}}.'
/** What a model could write to reach beyond its own place. */
const hostile = [
  '$\\href{javascript:alert(1)}{link}$',
  '$\\includegraphics{https://example.com/x.png}$',
  '$\\htmlClass{panel}{x}$',
  '$<img src=x onerror=alert(1)>$',
  '<img src=x onerror=alert(1)> and $x<script>alert(1)</script>$',
  '$\\def\\a{\\a\\a}\\a$',
  `$${'{'.repeat(1000)}${'}'.repeat(990)}$`,
  `$${'\\sqrt{'.repeat(300)}x${'}'.repeat(300)}$`,
  '$\\kern{-9999em}\\raisebox{9999em}{over}\\rule{9999em}{9999em}$',
  '$\\unknownCommand{x}$',
]

function storeMaths(): void {
  addRun(opened.db, runId, { name: 'with formulas' })
  const texts = [fraction, hostile.join('\n')]
  const rollouts = texts.map((completionText, index) =>
    rollout(0, `p${index}`, {
      question: `What is $x_${index}$ for $5?`,
      turns: [turn('attempt', { completionText })],
      verdict: null,
    }),
  )
  openBatchWriter(opened.db, runId).store({ runId, sequence: 1, events: [{ type: 'rollouts', rollouts }] }, 1)
}

const written = () => opened.page.getByLabel('Text of the attempt')

test('formulas are set, with MathML for screen readers; w shows the text as it was written', async () => {
  storeMaths()
  const { page } = opened
  await goTo(page, `#/run/${runId}/rollouts`)
  await waitUntil(page, `document.querySelectorAll('pre.completion .katex').length === 2`)
  assert.equal(await page.locator('pre.completion math mfrac').count(), 1)
  await assertShown(page.getByRole('heading', { name: /for \$5\?/ }))
  await waitUntil(page, `document.fonts.check('16px KaTeX_Main')`)
  assert.deepEqual(await seriousFindings(page), [])
  await page.keyboard.press('w')
  await waitUntil(page, `document.querySelector('pre.completion .katex') === null`)
  assert.equal(await written().innerText(), fraction)
  await page.keyboard.press('w')
  await waitUntil(page, `document.querySelectorAll('pre.completion .katex').length === 2`)
})

test('hostile formulas make no link, picture, script or class, stay in their place, and are read as written', async () => {
  const { page } = opened
  await page.keyboard.press('j')
  await assertShown(page.getByText('\\unknownCommand{x}').first())
  await untilDrawn(page)
  const made = `[...document.querySelectorAll('pre.completion :is(a, img, script, iframe, .panel)')].length`
  assert.equal(await page.evaluate(made), 0)
  const text = await written().innerText()
  for (const raw of [hostile[5], hostile[9]]) assert.ok(raw !== undefined && text.includes(raw), raw)
  assert.ok(text.includes('<img src=x onerror=alert(1)> and '))
  const clipped = `[...document.querySelectorAll('pre.completion [title]')].every((each) => {
    const place = each.getBoundingClientRect(), box = each.closest('pre').getBoundingClientRect()
    return getComputedStyle(each).contain.includes('paint') && place.width <= box.width
  })`
  assert.equal(await page.evaluate(clipped), true)
  await page.keyboard.press('w')
  await waitUntil(page, `document.querySelector('pre.completion .katex') === null`)
  assert.equal(await written().innerText(), hostile.join('\n'))
  opened.assertNoErrors()
})
