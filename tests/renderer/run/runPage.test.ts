import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRange } from '../../../src/main/store/metrics/metricQuery.ts'
import { readRun } from '../../../src/main/store/runs/runStore.ts'
import { presetConfig } from '../../../src/shared/config/presets.ts'
import { assertShown, goTo, seededPage, waitUntil } from '../support/openPages.ts'
import { pngSize, svgOf, switchNamed, textsOf } from '../support/plotFiles.ts'
import { assertBecomes, assertMoves, exportPlot, pixelsOf, stillPixels } from '../support/plotPictures.ts'

const opened = seededPage('#/run/r-first/plots')

async function show(address: string, plot: string): Promise<void> {
  await goTo(opened.page, address)
  await opened.page.getByRole('region', { name: plot, exact: true }).locator('canvas').first().waitFor()
}

async function status(wanted: string): Promise<void> {
  await opened.page.locator('header.panel').getByText(wanted, { exact: true }).waitFor()
}

/** Starts a run of 40 steps, a third of a second each. @returns its id */
async function start(name: string): Promise<string> {
  const config = presetConfig('builtin', { steps: 40, name, optimizer: { schedule: 'linear' } })
  const started = (await opened.page.evaluate(`fetch('/api/run.start', {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: ${JSON.stringify(JSON.stringify({ stage: 'self-correction', config }))} }).then((r) => r.json())`)) as {
    data: { runIds: [string] }
  }
  return started.data.runIds[0]
}

/** Extends a run of 40 steps in the dialog, which takes nothing but a count of steps. */
async function extendByFive(runId: string): Promise<void> {
  await opened.page.getByRole('button', { name: 'Extend…' }).click()
  const further = opened.page.getByRole('textbox', { name: 'Further steps' })
  const extend = opened.page.getByRole('button', { name: 'Extend', exact: true })
  for (const wrong of ['0', '2.5', '1e', '']) {
    await further.fill(wrong)
    assert.equal(await extend.isDisabled(), true, wrong)
    await opened.page.getByText('A whole number from 1 to 1,000,000').waitFor()
  }
  await further.fill('')
  await further.press('Enter')
  assert.equal(readRun(opened.db, runId).totalSteps, 40)
  await further.pressSequentially('0.5e1')
  await opened.page
    .getByText(
      /^The linear schedule now ends at step 45: the learning rate goes from 1\.[23]e-6 at step 39 to 5\.6e-6 at step 40/,
    )
    .waitFor()
  await further.press('Enter')
  await opened.page.getByText('45 of 45 steps').waitFor()
  await status('finished')
}

test('pause holds the run where it is, resume goes on, stop now ends it, resume finishes it, extend adds steps', async () => {
  const runId = await start('held')
  await show(`#/run/${runId}/plots`, 'Training loss')
  await opened.page.getByRole('button', { name: 'Pause' }).click()
  await status('paused')
  const held = readRun(opened.db, runId).step
  await show(`#/run/${runId}/metrics`, 'Machine: memory')
  await opened.page
    .getByRole('region', { name: 'Machine: load' })
    .getByText(/^\d+ seconds$/)
    .waitFor()
  assert.equal(readRun(opened.db, runId).step, held)
  await opened.page.getByRole('button', { name: 'Resume' }).click()
  await status('running')
  await waitUntil(
    opened.page,
    `!document.querySelector('header.panel').innerText.includes('${held + 1} of 40 steps')`,
  )
  await opened.page.getByRole('button', { name: 'Stop now' }).click()
  await opened.page.getByRole('dialog').getByRole('button', { name: 'Stop now' }).click()
  await status('stopped')
  assert.ok(readRun(opened.db, runId).step < 39)
  await opened.page.getByRole('button', { name: 'Resume' }).click()
  await status('finished')
  await opened.page.getByText('40 of 40 steps').waitFor()
  await extendByFive(runId)
  await goTo(opened.page, `#/run/${runId}/events`)
  const events = opened.page.locator('.EventsTab-table tbody tr td:last-child')
  await opened.page.getByText('Extended by 5 steps to 45.').waitFor()
  assert.deepEqual((await events.allInnerTexts()).toReversed(), [
    'Started.',
    'Paused.',
    'Resumed.',
    'Stopped.',
    'Resumed.',
    'Finished.',
    'Extended by 5 steps to 45.',
    'Resumed.',
    'Finished.',
  ])
  const { points } = readRange(opened.db, {
    runId,
    name: 'loss/policy',
    axis: 'step',
    from: null,
    to: null,
    buckets: 100,
  })
  assert.deepEqual(
    points.map((point) => point.step),
    Array.from({ length: 45 }, (_, step) => step),
  )
})

test('a queued run says which run it waits for, and goes on by itself once that has ended', async () => {
  const [first, second] = [await start('first'), await start('second')]
  await goTo(opened.page, `#/run/${second}/plots`)
  const note = opened.page.getByRole('note')
  await note.getByText(/^It waits until its device is free: “first”.* is running\.$/).waitFor()
  await opened.page.evaluate(`fetch('/api/run.stop', {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: ${JSON.stringify(JSON.stringify({ runId: first, when: 'now' }))} })`)
  await status('running')
  assert.equal(await note.count(), 0)
  await opened.page.getByRole('button', { name: 'Stop now' }).click()
  await opened.page.getByRole('dialog').getByRole('button', { name: 'Stop now' }).click()
  await status('stopped')
})

test('smoothing draws a second, smoother line over the raw one, which stays faint behind', async () => {
  await show('#/run/r-first/plots', 'Training loss')
  const before = await pixelsOf(opened.page, 'Training loss')
  const raw = await svgOf(opened.page, 'Training loss')
  assert.equal(raw.split('stroke-opacity="0.3"').length - 1, 0)
  await opened.page.getByRole('slider', { name: 'Smoothing' }).focus()
  for (let presses = 0; presses < 30; presses++) await opened.page.keyboard.press('ArrowRight')
  await assertMoves(opened.page, 'Training loss', { before, patienceMs: 5000 })
  const smoothed = await svgOf(opened.page, 'Training loss')
  assert.equal(smoothed.split('stroke-opacity="0.3"').length - 1, 3)
  assert.ok(textsOf(smoothed).some((text) => text.endsWith(' · smoothed 0.3 (raw faint behind)')))
  await opened.page.getByRole('slider', { name: 'Smoothing' }).focus()
  await opened.page.keyboard.press('Home')
})

test('log y where all values are positive; where not, the plot stays linear and says so', async () => {
  await show('#/run/r-first/metrics', 'KL to the reference')
  const linear = textsOf(await svgOf(opened.page, 'Entropy'))
  await switchNamed(opened.page, 'Log y').click()
  const refusal = 'y is linear: not all values are positive'
  await opened.page.getByRole('region', { name: 'KL to the reference' }).getByText(refusal).waitFor()
  assert.equal(await opened.page.getByRole('region', { name: 'Entropy' }).getByText(refusal).count(), 0)
  assert.notDeepEqual(textsOf(await svgOf(opened.page, 'Entropy')), linear)
  await switchNamed(opened.page, 'Log y').click()
})

test('x by step, active time, tokens and problems: label and end of the axis', async () => {
  await show('#/run/r-first/plots', 'Training loss')
  // 40 steps of 2.6 s, 192 problems and 192 × 31 tokens each
  for (const [axis, end] of [
    ['active time (minutes)', String(Math.round(((40 * 2.6) / 60) * 10) / 10)],
    ['generated tokens', '238,080'],
    ['problems seen', '7,680'],
    ['step', '39'],
  ] as const) {
    const before = await pixelsOf(opened.page, 'Training loss')
    await opened.page.getByRole('combobox', { name: 'x axis' }).click()
    await opened.page.getByRole('option', { name: axis, exact: true }).click()
    await assertMoves(opened.page, 'Training loss', { before, patienceMs: 5000 })
    const isWhole = await opened.page
      .getByRole('combobox', { name: 'x axis' })
      .evaluate(
        (input: { scrollWidth: number; clientWidth: number }) => input.scrollWidth <= input.clientWidth,
      )
    assert.ok(isWhole, `“${axis}” is cut off`)
    const texts = textsOf(await svgOf(opened.page, 'Training loss'))
    assert.ok(texts.includes(axis), `${axis}: ${texts.join(' ')}`)
    assert.ok(
      texts.some((text) => text.startsWith(end)),
      `${end}: ${texts.join(' ')}`,
    )
  }
})

test('the cursor of one plot stands in the others', async () => {
  await show('#/run/r-first/plots', 'Answer accuracy')
  await opened.page.mouse.move(5, 500)
  const still = await stillPixels(opened.page, 'Answer accuracy')
  const box = await opened.page
    .getByRole('region', { name: 'Training loss' })
    .locator('canvas')
    .first()
    .boundingBox()
  assert.ok(box)
  await opened.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 3 })
  await assertMoves(opened.page, 'Answer accuracy', { before: still, patienceMs: 3000 })
  await opened.page.mouse.move(5, 500)
  await assertBecomes(opened.page, 'Answer accuracy', { before: still, patienceMs: 3000 })
})

test('a plot in full screen fills the window; Escape brings the page back', async () => {
  await opened.page.getByRole('button', { name: 'Verifier accuracy in full screen' }).click()
  const box = await opened.page.getByRole('dialog').locator('canvas').first().boundingBox()
  assert.ok(box && box.width > 1300 && box.height > 600, JSON.stringify(box))
  await opened.page.keyboard.press('Escape')
  await opened.page.getByRole('dialog').waitFor({ state: 'detached' })
})

test('one plot as PNG has 1,200 × 800 px times the size that was chosen', async () => {
  for (const ratio of [1, 2, 3, 4]) {
    const download = await exportPlot(opened.page, 'Export Revision rate', new RegExp(`^PNG ${ratio}×`))
    assert.deepEqual(await pngSize(await download.path()), [1200 * ratio, 800 * ratio])
  }
})

test('shares are fitted or go from 0 to 1, as pictures too; the choice is kept in this browser', async () => {
  // the x axis begins with a 0 of its own
  const zeros = async (): Promise<number> =>
    textsOf(await svgOf(opened.page, 'Answer accuracy')).filter((text) => text === '0').length
  assert.equal(await zeros(), 1)
  const before = await pixelsOf(opened.page, 'Answer accuracy')
  await switchNamed(opened.page, 'Shares 0–1').click()
  await assertMoves(opened.page, 'Answer accuracy', { before, patienceMs: 3000 })
  assert.equal(await zeros(), 2)
  assert.ok(textsOf(await svgOf(opened.page, 'Answer accuracy')).includes('1'))
  await opened.page.reload()
  await opened.page.getByRole('region', { name: 'Answer accuracy' }).locator('canvas').first().waitFor()
  assert.equal(await switchNamed(opened.page, 'Shares 0–1').isChecked(), true)
  await switchNamed(opened.page, 'Shares 0–1').click()
})

test('what an interrupted run ended of is said once, with the way on', async () => {
  await show('#/run/r-killed/plots', 'Training loss')
  const said = opened.page.getByText(/is gone without a last word/)
  await said.first().waitFor()
  assert.equal(await said.count(), 1)
  assert.match((await said.allInnerTexts())[0] ?? '', /Resume continues from the checkpoint of step 20\./)
})

test('name, tags and notes are edited where they are shown', async () => {
  await goTo(opened.page, '#/run/r-stopped/config')
  await opened.page.getByRole('button', { name: 'Name, tags, group and notes' }).click()
  const dialog = opened.page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Name' }).fill('renamed')
  await dialog.getByLabel('Tags', { exact: true }).fill('kept')
  await opened.page.keyboard.press('Enter')
  await dialog.getByRole('textbox', { name: 'Notes' }).fill('what was seen')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'detached' })
  await opened.page.getByRole('heading', { name: 'renamed' }).waitFor()
  const head = opened.page.locator('header.panel')
  await head.getByText('what was seen').waitFor()
  await head.getByText('kept', { exact: true }).waitFor()
  assert.deepEqual(readRun(opened.db, 'r-stopped').tags, ['bonus', 'kept'])
  opened.assertNoErrors()
})

test('what a plot shows is told to the keyboard too', async () => {
  await show('#/run/r-first/plots', 'Verifier accuracy')
  await opened.page.keyboard.press('Tab')
  await opened.page.getByRole('button', { name: 'What Verifier accuracy shows' }).focus()
  await assertShown(opened.page.getByRole('tooltip').getByText('share of wrong attempts called wrong'))
})
