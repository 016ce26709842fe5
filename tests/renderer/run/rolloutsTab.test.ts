import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parquetReadObjects } from 'hyparquet'
import { openBatchWriter } from '../../../src/main/store/batchStore.ts'
import { seriousFindings } from '../support/seriousFindings.ts'
import { field } from '../support/newRunParts.ts'
import { assertShown, goTo, seededPage, waitUntil } from '../support/openPages.ts'
import { addRun, rollout, turn } from '../../main/store/storeFixtures.ts'

const opened = seededPage('#/runs')
const runId = 'many'
const perStep = 500
const steps = 24
const all = perStep * steps

/** Lengths go down while steps go up; one text is like no other. */
function storeMany(): void {
  addRun(opened.db, runId, { name: 'many rollouts' })
  const writer = openBatchWriter(opened.db, runId)
  for (let step = 0; step < steps; step++) {
    const rollouts = Array.from({ length: perStep }, (_, index) => {
      const number = step * perStep + index
      const text = number === 7777 ? 'a needle, <b>not</b> markup' : 'hay'
      const attempt = turn('attempt', { completionText: text, tokens: all - number })
      return rollout(step, `problem ${number}`, { turns: [attempt], verdict: null })
    })
    writer.store({ runId, sequence: step + 1, events: [{ type: 'rollouts', rollouts }] }, 1)
  }
}

const heading = () => opened.page.getByRole('article', { name: 'Rollout' }).getByRole('heading', { level: 2 })
const count = (text: string) => assertShown(opened.page.getByText(`${text} rollouts · `))

test('12,000 rollouts: the list holds a few rows, scrolls to any of them, and j goes on there', async () => {
  storeMany()
  await goTo(opened.page, `#/run/${runId}/rollouts`)
  await count('12,000')
  const list = opened.page.getByRole('list', { name: 'Rollouts' })
  assert.ok((await list.getByRole('listitem').count()) < 60)
  await opened.page.evaluate(
    `(() => { const rows = document.querySelector('ul[aria-label="Rollouts"]'); rows.parentElement.scrollTo(0, rows.scrollHeight / 2) })()`,
  )
  const row = list.getByRole('button', { name: 'What is problem 6000?' })
  await assertShown(row)
  await row.click()
  await assertShown(heading().getByText('What is problem 6000?'))
  await opened.page.keyboard.press('j')
  await assertShown(heading().getByText('What is problem 6001?'))
})

test('a search, an order and a further filter stand in the address; the link shows the same anew', async () => {
  const search = opened.page.getByRole('textbox', { name: 'Search in rollouts' })
  await search.pressSequentially('NEEDLE')
  await count('1')
  await assertShown(opened.page.getByText('a needle, <b>not</b> markup'))
  assert.equal(await opened.page.evaluate('location.hash'), `#/run/${runId}/rollouts?text=NEEDLE`)
  await search.fill('')
  await count('12,000')
  await goTo(
    opened.page,
    `#/run/${runId}/rollouts?sort=tokens&turn=attempt&text=hay&step=3&nonsense=1&minReward=x`,
  )
  await count('500')
  await assertShown(heading().getByText('What is problem 1999?'))
  await opened.page.getByRole('button', { name: 'Sort in descending order' }).click()
  await assertShown(heading().getByText('What is problem 1500?'))
  await opened.page.getByRole('button', { name: 'More filters (1)' }).click()
  await opened.page.getByRole('textbox', { name: 'Reward from' }).fill('2')
  await assertShown(opened.page.getByText('No rollout matches.'))
  assert.deepEqual(await seriousFindings(opened.page), [])
  await opened.page.keyboard.press('Escape')
  await opened.page.getByRole('button', { name: 'Show all' }).click()
  await count('12,000')
  assert.equal(await opened.page.evaluate('location.hash'), `#/run/${runId}/rollouts`)
  assert.equal(await search.inputValue(), '')
})

test('what the filter lets through is saved, in its order, as JSONL and as Parquet', async () => {
  await goTo(opened.page, `#/run/${runId}/rollouts?sort=tokens&split=train`)
  await count('12,000')
  const saved = async (item: string): Promise<Buffer> => {
    await opened.page.getByRole('button', { name: 'Export', exact: true }).click()
    const [download] = await Promise.all([
      opened.page.waitForEvent('download'),
      opened.page.getByRole('menuitem', { name: item }).click(),
    ])
    return readFileSync(await download.path())
  }
  const lines = (await saved('JSONL')).toString().trimEnd().split('\n')
  assert.equal(lines.length, all)
  const problems = lines.map((line) => (JSON.parse(line) as { problemId: string }).problemId)
  const expected = Array.from({ length: all }, (_, index) => `problem ${all - 1 - index}`)
  assert.deepEqual(problems, expected)
  const bytes = await saved('Parquet')
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
  const rows = await parquetReadObjects({ file })
  assert.deepEqual(
    rows.map((row) => row['problem_id']),
    expected,
  )
  await waitUntil(opened.page, `document.querySelectorAll('[role="alert"]').length === 0`)
  opened.assertNoErrors()
})

test('what of a run is worth imitating becomes the conversations of a new run’s warm-up', async () => {
  const { page } = opened
  await goTo(page, '#/run/r-first/rollouts')
  await page.getByRole('button', { name: 'Export', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Imitate the good ones in a warm-up…' }).click()
  await waitUntil(page, `location.hash.startsWith('#/new?like=r-first&conversations=')`)
  const path = await field(page, 'warmUp.source.path').inputValue()
  assert.match(path, /\/conversations\/r-first-[0-9a-f]{12}\.jsonl$/)
  const [first = ''] = readFileSync(path, 'utf8').split('\n')
  const row = JSON.parse(first) as Record<string, unknown>
  assert.deepEqual(Object.keys(row), ['question', 'attempt', 'verdict', 'revision', 'untrained'])
  await goTo(page, `#/run/${runId}/rollouts`)
  opened.assertNoErrors()
})
