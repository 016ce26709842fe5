import assert from 'node:assert/strict'
import { test } from 'node:test'
import { levelOf, shownTokens } from '../../../src/renderer/src/run/rollouts/text/tokenColours.ts'
import { seriousFindings } from '../support/seriousFindings.ts'
import { assertShown, seededPage } from '../support/openPages.ts'
import { turn } from '../../main/store/storeFixtures.ts'

const perToken = {
  ends: [4, 7, 7],
  logProbs: [-0.0101, -5, -1],
  referenceLogProbs: [-0.0101, -4.5, -2],
}
const written = turn('attempt', { completionText: 'The 12 and more', tokens: 5, perToken })

test('levels: 4 nats and half a nat of log-prob, both signs of a log-ratio, nothing for a missing value', () => {
  assert.deepEqual(
    [0, -0.5, -1, -4, -99].map((value) => levelOf('logProb', value)),
    [0, 1, 1, 4, 4],
  )
  assert.deepEqual(
    [-3, -0.5, 0, 0.26, null].map((value) => levelOf('logRatio', value)),
    [-4, -2, 0, 1, 0],
  )
})

test('tokens cut the text at their ends; what follows them is not coloured; values are in words', () => {
  const shown = shownTokens(written, 'logRatio') ?? assert.fail('nothing to colour by')
  assert.deepEqual(
    shown.tokens.map(({ text, level }) => [text, level]),
    [
      ['The ', 0],
      ['12 ', -2],
      ['', 4],
    ],
  )
  assert.equal(shown.rest, 'and more')
  assert.equal(
    shown.tokens[1]?.words,
    'Token 2 of 5: ln π −5 (0.6738 %) · ln π_ref −4.5 · log-ratio −0.5 · advantage 0.75',
  )
})

test('without values of its tokens a turn has its own colour: ρ over its tokens; log-probs were not kept', () => {
  const alone = turn('attempt', { completionText: 'x', tokens: 5, logRatio: -2.5, advantage: 2 })
  assert.equal(shownTokens(alone, 'logRatio')?.tokens[0]?.level, -2)
  assert.equal(shownTokens(alone, 'advantage')?.tokens[0]?.level, 4)
  assert.equal(shownTokens(alone, 'logProb'), null)
  assert.equal(shownTokens(turn('attempt', { logRatio: null }), 'logRatio'), null)
})

const opened = seededPage('#/run/r-first/rollouts')

test('tokens are coloured, and one says its values to a pointer and to the arrow keys', async () => {
  const { page } = opened
  await page.getByText('Log-ratio', { exact: true }).first().click()
  const attempt = page.getByRole('region', { name: 'Attempt' })
  await attempt.locator('[data-token="1"]').hover()
  await assertShown(attempt.getByText(/^Token 2 of 8: ln π .* · log-ratio .* · advantage/))
  await attempt.getByRole('group', { name: /^Text of the attempt, token by token/ }).focus()
  await page.keyboard.press('End')
  await assertShown(attempt.getByText(/^Token 8 of 8: /))
  await page.keyboard.press('ArrowLeft')
  await assertShown(attempt.getByText(/^Token 7 of 8: /))
  assert.equal(await attempt.locator('[data-chosen="true"]').getAttribute('data-token'), '6')
  assert.deepEqual(await seriousFindings(page), [])
})

test('a rollout without kept log-probs says so, and j goes on while tokens are coloured', async () => {
  const { page } = opened
  await page.getByText('Log-prob', { exact: true }).first().click()
  await page.getByRole('list', { name: 'Rollouts' }).getByRole('button').nth(4).click()
  await assertShown(page.getByText(/^No log-probs of this turn were kept/).first())
  await page.getByText('Plain', { exact: true }).click()
  await page
    .getByText(/^No log-probs of this turn were kept/)
    .first()
    .waitFor({ state: 'detached' })
  opened.assertNoErrors()
})
