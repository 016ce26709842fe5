import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openBatchWriter } from '../../../src/main/store/batchStore.ts'
import { insertRun } from '../../../src/main/store/runs/runStore.ts'
import { metrics } from '../../../src/shared/metrics/metrics.ts'
import type { RunEvent } from '../../../src/shared/runs/runEvent.ts'
import { presetConfig } from '../../../src/shared/config/presets.ts'
import { assertShown, goTo, openPages, type OpenedPages } from '../support/openPages.ts'

const longSteps = 214_000
const manyRuns = 10_000
const config = JSON.stringify(presetConfig('builtin'))

interface Scrollable {
  readonly scrollHeight: number
  scrollTo(x: number, y: number): void
}

let pages: OpenedPages
before(async () => {
  pages = await openPages([])
  const { db } = pages.server.owner
  const setLatest = db.prepare('UPDATE run SET latest = ?, test_score = ? WHERE run_id = ?')
  db.transaction(() => {
    for (let index = 0; index < manyRuns; index++) {
      const runId = `r${String(index).padStart(5, '0')}`
      addRun(runId, `run ${index}`, index)
      setLatest.run(latestOf(index), scoreOf(index), runId)
    }
    addRun('long', 'a long run', manyRuns)
  })()
  const writer = openBatchWriter(db, 'long', 'must-equal')
  const size = 10_000
  for (let first = 0; first < longSteps; first += size) {
    const events = Array.from({ length: Math.min(size, longSteps - first) }, (_, index) =>
      pointAt(first + index),
    )
    writer.store({ runId: 'long', sequence: first / size + 1, events }, 1)
  }
})
after(() => pages.close())

function addRun(runId: string, name: string, nowMs: number): void {
  const fields = {
    runId,
    name,
    stage: 'self-correction',
    config,
    configHash: 'c',
    totalSteps: longSteps,
  } as const
  insertRun(pages.server.owner.db, { ...fields, tags: [], notes: '', group: null, vStarId: null }, nowMs)
}

/** The later a run was made, the better it is. */
function scoreOf(index: number): string {
  return JSON.stringify({ step: 80, successes: Math.floor(index / 20) + 100, trials: 1000 })
}

/** A value of every metric, as a run that trained has: that is most of what a whole run weighs. */
function latestOf(index: number): string {
  return JSON.stringify(Object.fromEntries(metrics.map(({ name }, at) => [name, Math.sin(index + at)])))
}

/** A wave with one spike of a single step. */
function pointAt(step: number): RunEvent {
  const loss = step === 150_001 ? 9 : 0.3 + 0.1 * Math.sin(step / 9000)
  const place = { step, stepsDone: step + 1, timeMs: step * 10, tokens: step * 50, problems: step * 8 }
  return { type: 'metrics', ...place, values: { 'loss/policy': loss } }
}

test('214,000 points: thinned where they are read, the page says so, a zoom reads again', async () => {
  const { page, assertNoErrors } = await pages.open('')
  await goTo(page, '#/run/long/plots')
  const plot = page.getByRole('region', { name: 'Training loss', exact: true })
  await plot.getByText(/^(1,\d{3}|[3-9]\d\d) of 214,000 points a line$/).waitFor()
  const box = await plot.locator('canvas').first().boundingBox()
  assert.ok(box)
  const middle = box.y + box.height / 2
  await page.mouse.move(box.x + box.width * 0.5, middle)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.6, middle, { steps: 4 })
  await page.mouse.up()
  await plot.getByText(/ of 2\d,\d{3} points a line$/).waitFor()
  await page.getByRole('button', { name: 'Whole run' }).click()
  await plot.getByText(/ of 214,000 points a line$/).waitFor()
  assertNoErrors()
  await page.context().close()
})

test('the spike of a single step among 214,000 is among the points drawn', async () => {
  const { page } = await pages.open('')
  const answer = (await page.evaluate(`fetch('/api/metrics.range', {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ runId: 'long', names: ['loss/policy'], buckets: 300 }) }).then((r) => r.json())`)) as {
    data: { buckets: { max: { step: number; value: number } }[] }[]
  }
  const tops = answer.data[0]?.buckets.map((bucket) => bucket.max) ?? []
  assert.deepEqual(tops.find((top) => top.value === 9)?.step, 150_001)
  await page.context().close()
})

test('10,000 runs: only rows in view exist, the last one is a scroll away, search is quick', async () => {
  const { page, assertNoErrors } = await pages.open('#/runs')
  await page.getByText('10,001 runs', { exact: true }).waitFor()
  assert.ok((await page.locator('.RunTable-row').count()) < 60)
  await page
    .getByRole('grid', { name: 'Runs' })
    .evaluate((grid: Scrollable) => grid.scrollTo(0, grid.scrollHeight))
  await page.getByRole('link', { name: 'run 0', exact: true }).waitFor()
  const start = performance.now()
  await page.getByRole('textbox', { name: 'Search and filter' }).fill('run 4321')
  await page.getByText('1 of 10,001 runs').waitFor()
  assert.ok(performance.now() - start < 3000, `${Math.round(performance.now() - start)} ms`)
  assertNoErrors()
  await page.context().close()
})

test('10,000 runs with every metric: the list carries what it shows (the times to see it are said, not judged)', async (t) => {
  const { page } = await pages.open('#/runs')
  const times: number[] = []
  for (let load = 0; load < 3; load++) {
    await page.goto('about:blank')
    const start = performance.now()
    await page.goto(`http://127.0.0.1:${pages.server.http.port}/#/runs`)
    await page.getByText('10,001 runs', { exact: true }).waitFor()
    await page.locator('.RunTable-row').first().waitFor()
    times.push(performance.now() - start)
  }
  t.diagnostic(`loaded and shown in ${times.map((ms) => Math.round(ms)).join(', ')} ms`)
  const bytes = await page.evaluate(`fetch('/api/run.list', {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }).then((r) => r.text()).then((text) => text.length)`)
  assert.ok(Number(bytes) < 6_000_000, `${String(bytes)} bytes`)
  await page.context().close()
})

test('a filter by config and by a metric beyond the list finds its runs among 10,000', async () => {
  const { page } = await pages.open('#/runs')
  const search = page.getByRole('textbox', { name: 'Search and filter' })
  await search.fill('optimizer.learningRate > 1')
  await assertShown(page.getByText('0 of 10,001 runs'))
  await search.fill('policy/klK1 > 2')
  await assertShown(page.getByText('0 of 10,001 runs'))
  const at = metrics.findIndex(({ name }) => name === 'policy/klK1')
  const expected = Array.from({ length: manyRuns }, (_, index) => Math.sin(index + at)).filter((v) => v > 0.5)
  await search.fill('policy/klK1 > 0.5 seed = 0')
  await assertShown(page.getByText(`${expected.length.toLocaleString('en-US')} of 10,001 runs`))
  await page.context().close()
})
