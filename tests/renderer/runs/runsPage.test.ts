import assert from 'node:assert/strict'
import { test } from 'node:test'
import { labelRun } from '../../../src/main/store/runs/runLabels.ts'
import { readRun } from '../../../src/main/store/runs/runStore.ts'
import { testRank, testScoreParts } from '../../../src/shared/runs/evaluation/testScore.ts'
import { assertGone, assertShown, goTo, seededPage, waitUntil } from '../support/openPages.ts'
import { switchNamed } from '../support/plotFiles.ts'
import { seedRuns } from '../support/seedStore.ts'

const opened = seededPage('#/runs')

/** Names of the rows from top to bottom. */
function names(): Promise<string[]> {
  return opened.page.locator('.RunTable-row .tableColumns-link').allInnerTexts()
}

async function chooseList(name: string): Promise<void> {
  await opened.page.getByRole('combobox', { name: 'List' }).click()
  await opened.page.getByRole('option', { name, exact: true }).click()
}

async function search(text: string, count: string): Promise<void> {
  await opened.page.getByRole('textbox', { name: 'Search and filter' }).fill(text)
  await opened.page.getByText(count, { exact: true }).waitFor()
}

test('filters: by status and by tag from their menus, by a config field, by a metric’s value', async () => {
  await opened.page.getByRole('combobox', { name: 'Status' }).click()
  await opened.page.getByRole('option', { name: 'finished' }).click()
  await opened.page.getByText('2 of 6 runs').waitFor()
  assert.ok((await names()).every((name) => name.startsWith('balanced')))
  await search('', '6 runs')
  await opened.page.getByRole('combobox', { name: 'Tag' }).click()
  await opened.page.getByRole('option', { name: 'bonus' }).click()
  await opened.page.getByText('2 of 6 runs').waitFor()
  assert.deepEqual((await names()).sort(), ['revision bonus 0.5', 'revision bonus 2'])
  await search('tag:bonus revisionBonus < 1', '1 of 6 runs')
  assert.deepEqual(await names(), ['revision bonus 0.5'])
  await search('speed/update > 0 optimizer.learningRate = 0.0001', '1 of 6 runs')
  assert.deepEqual(await names(), ['balanced, learning rate 1e-4'])
  await search('', '6 runs')
})

test('at first the best test score stands above, with its interval and number; training figures are called that', async () => {
  const head = opened.page.getByRole('columnheader', { name: 'Test Acc@final' })
  assert.equal(await head.getAttribute('aria-sort'), 'descending')
  const ranked = seedRuns
    .map(({ runId, name }) => ({ name, rank: testRank(readRun(opened.db, runId).testScore) ?? -1 }))
    .sort((a, b) => b.rank - a.rank)
  assert.deepEqual(
    await names(),
    ranked.map(({ name }) => name),
  )
  const heads = await opened.page.getByRole('columnheader').allInnerTexts()
  assert.deepEqual(heads.slice(1, 4), ['Name', 'Status', 'Test Acc@final'])
  for (const label of heads.filter((text) => /Acc|Verifier|curve/i.test(text)).slice(1)) {
    assert.match(label, /^Training /)
  }
  const score = readRun(opened.db, 'r-first').testScore ?? assert.fail('not evaluated')
  const row = opened.page.getByRole('row').filter({ hasText: 'balanced, learning rate 5e-5' })
  assert.ok((await row.innerText()).includes(testScoreParts(score).interval))
  // the arrow beside the head is as large as it is drawn
  const arrow = await head.locator('svg').boundingBox()
  assert.ok(arrow !== null && arrow.width >= 12, JSON.stringify(arrow))
})

/** The longest that a name may be; names of a sweep differ at their ends. */
const longName = `${'a sweep of the balanced verdict reward · '.repeat(5).slice(0, 190)} seed 7`

test('of a name too long for its column the end is in view, in the list, in the head of its run and in a comparison', async () => {
  labelRun(opened.db, 'r-killed', { name: longName })
  await opened.page.reload()
  await assertEndInView('.RunTable-nameCell')
  await goTo(opened.page, '#/run/r-killed/plots')
  await assertEndInView('header.panel')
  await goTo(opened.page, '#/compare?runs=r-first,r-killed')
  await assertEndInView('.RunLegend-item')
  labelRun(opened.db, 'r-killed', { name: 'revision bonus 0.5' })
  await goTo(opened.page, '#/runs')
  await opened.page.reload()
  await opened.page.getByText('6 runs', { exact: true }).waitFor()
})

/** The letters of the name's end lie within the box that the name is in. */
async function assertEndInView(within: string): Promise<void> {
  const box = opened.page.locator(within).filter({ hasText: longName })
  const end = box.locator('.MiddleCut-tail')
  await end.waitFor()
  assert.match(await end.innerText(), / seed 7$/)
  const [outer, inner] = [await box.boundingBox(), await end.boundingBox()]
  assert.ok(
    outer && inner && inner.x >= outer.x && inner.x + inner.width <= outer.x + outer.width + 1,
    within,
  )
}

test('a click on a column’s head sorts by it, another turns the order around', async () => {
  await opened.page.getByRole('button', { name: 'Training Acc@final' }).click()
  const head = opened.page.getByRole('columnheader', { name: 'Training Acc@final' })
  assert.equal(await head.getAttribute('aria-sort'), 'descending')
  const byAccuracy = seedRuns
    .map(({ runId, name }) => ({ name, value: readRun(opened.db, runId).latest['accuracy/final'] ?? 0 }))
    .sort((a, b) => b.value - a.value)
    .map(({ name }) => name)
  assert.deepEqual(await names(), byAccuracy)
  await opened.page.getByRole('button', { name: 'Training Acc@final' }).click()
  assert.deepEqual(await names(), byAccuracy.toReversed())
  // words from a to z first, numbers from the greatest
  await opened.page.getByRole('button', { name: 'Name', exact: true }).click()
  assert.deepEqual(await names(), seedRuns.map(({ name }) => name).sort())
})

test('a pinned run stands first whatever the sort, in the choice of Compare, and in the store', async () => {
  const { page, db } = opened
  const before = await names()
  const last = before.at(-1) ?? ''
  const runId = seedRuns.find(({ name }) => name === last)?.runId ?? ''
  await page.getByRole('button', { name: `Pin ${last}` }).click()
  await assertShown(page.getByRole('button', { name: `Unpin ${last}` }))
  assert.deepEqual(await names(), [last].concat(before.slice(0, -1)))
  assert.equal(readRun(db, runId).pinned, true)
  await goTo(page, '#/compare')
  await page.getByRole('combobox', { name: 'Runs to compare' }).click()
  assert.equal(await page.getByRole('option').first().innerText(), last)
  await assertShown(page.getByText('Pinned', { exact: true }))
  await page.keyboard.press('Escape')
  await goTo(page, '#/runs')
  await assertShown(page.getByRole('button', { name: `Unpin ${last}` }))
  assert.equal((await names())[0], last)
  await page.getByRole('button', { name: `Unpin ${last}` }).click()
  await assertShown(page.getByRole('button', { name: `Pin ${last}`, exact: true }))
  assert.deepEqual(await names(), before)
})

test('groups stand under their heads with their number of runs', async () => {
  await switchNamed(opened.page, 'Groups').click()
  assert.deepEqual(await opened.page.locator('.RunTable-groupRow').allInnerTexts(), [
    'learning rate (2) over its seeds',
    'no group (4)',
  ])
  await switchNamed(opened.page, 'Groups').click()
  assert.equal(await opened.page.locator('.RunTable-groupRow').count(), 0)
})

test('columns are chosen, and sort, groups and columns are kept in this browser', async () => {
  await opened.page.getByRole('button', { name: 'Created' }).click()
  await opened.page.getByRole('button', { name: 'Columns' }).click()
  await opened.page.getByRole('checkbox', { name: 'Loss' }).check()
  await opened.page.getByRole('checkbox', { name: 'Stage' }).uncheck()
  await opened.page.keyboard.press('Escape')
  await opened.page.reload()
  await opened.page.getByRole('columnheader', { name: 'Loss' }).waitFor()
  assert.equal(await opened.page.getByRole('columnheader', { name: 'Stage' }).count(), 0)
  const sorted = opened.page.getByRole('columnheader', { name: 'Created' })
  assert.equal(await sorted.getAttribute('aria-sort'), 'descending')
})

test('tags and group are added to several runs at once', async () => {
  await opened.page.getByRole('checkbox', { name: 'Select revision bonus 2' }).check()
  await opened.page.getByRole('checkbox', { name: 'Select balanced, learning rate 5e-5' }).check()
  await opened.page.getByText('2 selected').waitFor()
  await opened.page.getByRole('button', { name: 'Tags and group' }).click()
  const dialog = opened.page.getByRole('dialog')
  await dialog.getByLabel('Tags to add').fill('both')
  await opened.page.keyboard.press('Enter')
  await dialog.getByRole('textbox', { name: 'Group' }).fill('chosen')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'detached' })
  assert.deepEqual(readRun(opened.db, 'r-stopped').tags, ['bonus', 'both'])
  assert.deepEqual(readRun(opened.db, 'r-first').tags, ['baseline', 'both'])
  assert.equal(readRun(opened.db, 'r-first').group, 'chosen')
})

test('the selected runs are compared; fewer than two cannot be', async () => {
  await opened.page.getByRole('button', { name: 'Compare' }).click()
  await waitUntil(opened.page, `location.hash.startsWith('#/compare?runs=')`)
  const chosen = new URLSearchParams(new URL(opened.page.url()).hash.split('?')[1])
    .get('runs')
    ?.split(',')
    .sort()
  assert.deepEqual(chosen, ['r-first', 'r-stopped'])
  await opened.page.getByRole('region', { name: 'Config differences' }).waitFor()
  await goTo(opened.page, '#/runs')
  await opened.page.getByText('2 selected').waitFor() // as before
  await opened.page.getByRole('checkbox', { name: 'Select revision bonus 2' }).uncheck()
  assert.equal(await opened.page.getByRole('button', { name: 'Compare' }).isDisabled(), true)
  await opened.page.getByRole('button', { name: 'Clear' }).click()
})

test('several runs are archived and brought back in one go; archived ones are listed apart', async () => {
  for (const name of ['revision bonus 2', 'revision bonus 0.5'])
    await opened.page.getByRole('checkbox', { name: `Select ${name}` }).check()
  await opened.page.getByRole('button', { name: 'Archive', exact: true }).click()
  await assertShown(opened.page.getByText('2 runs archived.'))
  await assertShown(opened.page.getByText('4 runs', { exact: true }))
  await chooseList('Archived')
  await assertShown(opened.page.getByText('2 runs', { exact: true }))
  await opened.page.getByRole('checkbox', { name: 'Select revision bonus 2' }).check()
  await opened.page.getByRole('button', { name: 'Bring back' }).click()
  await assertShown(opened.page.getByText('1 run brought back.'))
  await assertShown(opened.page.getByText('1 run', { exact: true }))
  await opened.page.getByRole('button', { name: 'Undo' }).click()
  await assertShown(opened.page.getByText('2 runs', { exact: true }))
  await opened.page.getByRole('checkbox', { name: 'Select all runs shown' }).check()
  await opened.page.getByRole('button', { name: 'Bring back' }).click()
  await assertShown(opened.page.getByText('No run is archived.'))
  await chooseList('Runs')
  await assertShown(opened.page.getByText('6 runs', { exact: true }))
})

test('a deleted run can be restored after the page was left and loaded again', async () => {
  await opened.page.getByRole('checkbox', { name: 'Select revision bonus 2' }).check()
  await opened.page.getByRole('button', { name: 'Delete' }).click()
  await opened.page.getByText('5 runs', { exact: true }).waitFor()
  assert.notEqual(readRun(opened.db, 'r-stopped').deletedAtMs, null)
  await opened.page.reload()
  await chooseList('Deleted')
  await opened.page.getByText('Deleted runs can be restored until “recheck gc” erases them.').waitFor()
  assert.deepEqual(await names(), ['revision bonus 2'])
  await search('steps = 60', '1 run')
  await search('steps = 61', '0 of 1 run')
  await search('', '1 run')
  await opened.page.getByRole('checkbox', { name: 'Select all runs shown' }).check()
  assert.equal(await opened.page.getByRole('button', { name: 'Compare' }).count(), 0)
  await opened.page.getByRole('button', { name: 'Restore' }).click()
  await opened.page.getByText('No run is deleted').waitFor()
  assert.equal(readRun(opened.db, 'r-stopped').deletedAtMs, null)
  await chooseList('Runs')
  await opened.page.getByText('6 runs', { exact: true }).waitFor()
})

test('what the filter hides is not acted on; filter and selection are there again on the way back', async () => {
  await opened.page.getByRole('checkbox', { name: 'Select all runs shown' }).check()
  await opened.page.getByText('6 selected', { exact: true }).waitFor()
  await search('tag:bonus', '2 of 6 runs')
  await opened.page.getByText('2 selected, 4 more hidden by the filter').waitFor()
  await opened.page.getByRole('button', { name: 'Archive', exact: true }).click()
  await opened.page.getByText('2 runs archived.').waitFor()
  await search('', '4 runs')
  await opened.page.getByRole('button', { name: 'Undo' }).click()
  await search('tag:bonus revisionBonus = 2', '1 of 6 runs')
  await opened.page.getByRole('checkbox', { name: 'Select revision bonus 2' }).check()
  await opened.page.getByRole('link', { name: 'revision bonus 2' }).click()
  await opened.page.getByRole('heading', { name: 'revision bonus 2' }).waitFor()
  await opened.page.goBack()
  await opened.page.getByText('1 of 6 runs').waitFor()
  await opened.page.getByText('1 selected').waitFor()
  const input = opened.page.getByRole('textbox', { name: 'Search and filter' })
  assert.equal(await input.inputValue(), 'tag:bonus revisionBonus = 2')
  await opened.page.getByRole('link', { name: 'Runs', exact: true }).click()
  await opened.page.getByText('6 runs', { exact: true }).waitFor()
  await opened.page.getByRole('button', { name: 'Clear' }).click()
})

test('where every run is archived, the page says so and shows them; an archive without runs says that', async () => {
  await chooseList('Archived')
  await opened.page.getByText('No run is archived.').waitFor()
  await chooseList('Runs')
  await opened.page.getByText('6 runs', { exact: true }).waitFor()
  await opened.page.getByRole('checkbox', { name: 'Select all runs shown' }).check()
  await opened.page.getByRole('button', { name: 'Archive', exact: true }).click()
  await opened.page.getByRole('heading', { name: 'All runs are archived' }).waitFor()
  assert.equal(await opened.page.getByText('No runs yet').count(), 0)
  await opened.page.getByRole('button', { name: 'Show the 6 archived runs' }).click()
  await opened.page.getByText('6 runs', { exact: true }).waitFor()
  await opened.page.getByRole('button', { name: 'Undo' }).click()
  await opened.page.getByText('No run is archived.').waitFor()
  await chooseList('Runs')
  await opened.page.getByText('6 runs', { exact: true }).waitFor()
})

test('x selects the run that j and k went to', async () => {
  await opened.page.getByRole('grid', { name: 'Runs' }).focus()
  await opened.page.keyboard.press('j')
  await opened.page.keyboard.press('x')
  await assertShown(opened.page.getByText('1 selected'))
  await opened.page.keyboard.press('x')
  await assertGone(opened.page.getByText('1 selected'))
})

test('a narrow window does without columns, not without the end of the table', async () => {
  await opened.page.evaluate(`localStorage.removeItem('recheck.runTable')`)
  await opened.page.setViewportSize({ width: 1024, height: 700 })
  await opened.page.reload()
  await opened.page.locator('.RunTable-row').first().waitFor()
  const grid = opened.page.getByRole('grid', { name: 'Runs' })
  const [shown, whole] = (await grid.evaluate((box: { clientWidth: number; scrollWidth: number }) => [
    box.clientWidth,
    box.scrollWidth,
  ])) as [number, number]
  assert.equal(whole, shown)
  await opened.page.getByRole('columnheader', { name: 'Created' }).waitFor()
  opened.assertNoErrors()
})
