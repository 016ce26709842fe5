import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import type { Page, Route as PageRoute } from 'playwright-core'
import { listRuns, readRun } from '../../../src/main/store/runs/runStore.ts'
import { presetConfig } from '../../../src/shared/config/presets.ts'
import { darkTheme, lightTheme } from '../../../src/shared/plots/plotTheme.ts'
import { assertShown, openPages, untilDrawn, type OpenedPages } from '../support/openPages.ts'
import {
  assertMoves,
  coloursOf,
  exportPlot,
  pixelsOf,
  plotTitles,
  readPng,
  stillPixels,
} from '../support/plotPictures.ts'

const { steps, problemsPerStep } = presetConfig('builtin')

let pages: OpenedPages
before(async () => {
  pages = await openPages([])
})
after(() => pages.close())

function shown(page: Page, title: string): Promise<string> {
  return page.getByRole('region', { name: title, exact: true }).locator('.PlotCard-foot').first().innerText()
}

test('empty page → demo → plots, the curves move → stop → resume → finished', async () => {
  const { page, assertNoErrors } = await pages.open('')
  assert.equal(await page.evaluate('location.hash.includes("token")'), false)
  await page.getByRole('button', { name: 'Start the demo' }).dblclick()
  for (const title of plotTitles) {
    await page.getByRole('region', { name: title, exact: true }).locator('canvas').first().waitFor()
  }
  const moving = plotTitles.slice(0, 5)
  const drawn = await Promise.all(moving.map((title) => pixelsOf(page, title)))
  assert.ok(drawn.every((each) => each.startsWith('data:image/png;base64,')))
  for (const [index, title] of moving.entries()) {
    await assertMoves(page, title, { before: drawn[index] ?? '', patienceMs: 6000 })
  }
  assert.match(await shown(page, 'V* distribution'), /^200 problems, 0\.\d{3} of them without signal$/)
  await page.getByText(`rolling out 96 of ${problemsPerStep} problems, 71.4/s, `).waitFor()

  await page.getByRole('button', { name: 'Stop after this step' }).click()
  await page.getByRole('button', { name: 'Resume' }).waitFor()
  const runId = new URL(page.url()).hash.split('/')[2] ?? ''
  assert.deepEqual(
    listRuns(pages.server.owner.db).map((run) => run.runId),
    [runId],
    'a double click starts one run',
  )
  const stoppedAt = readRun(pages.server.owner.db, runId)
  assert.equal(stoppedAt.status, 'stopped')
  await page.getByRole('button', { name: 'Resume' }).click()
  await page.getByText(`${steps ?? 0} of ${steps ?? 0} steps`).waitFor()
  await page.getByText('finished').first().waitFor()
  assert.equal(readRun(pages.server.owner.db, runId).status, 'finished')
  assertNoErrors()
  await page.context().close()
})

/** Ends the run that the page shows: the next test's would wait for it. */
async function stopNow(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Stop now' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Stop now' }).click()
  await page.getByRole('button', { name: 'Resume' }).waitFor()
}

/** A run that a slow machine's browser can still stop after it was resumed: resumed steps are quick. */
async function startLong(page: Page): Promise<void> {
  await page.locator('[data-path="steps"]').fill('2000')
  await page.getByRole('button', { name: 'Start', exact: true }).click()
}

test('a plot out of sight is drawn as it comes back, and then as the newest step has it', async () => {
  const { page, assertNoErrors } = await pages.open('#/new', { viewport: { width: 1440, height: 500 } })
  await startLong(page)
  const [first, last] = ['Training loss', 'Revision rate']
  const lastPlot = page.getByRole('region', { name: last, exact: true })
  // a step has been drawn: what follows would be drawn there, too
  await lastPlot.getByText(/\d/).first().waitFor()
  await page.getByRole('region', { name: first, exact: true }).scrollIntoViewIfNeeded()
  await untilDrawn(page)
  const before = await stillPixels(page, last)
  for (let step = 0; step < 2; step++)
    await assertMoves(page, first, { before: await pixelsOf(page, first), patienceMs: 6000 })
  assert.equal(await pixelsOf(page, last), before)
  await page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
  const printed = await stillPixels(page, last)
  assert.notEqual(printed, before)
  await assertMoves(page, first, { before: await pixelsOf(page, first), patienceMs: 6000 })
  assert.equal(await pixelsOf(page, last), printed)
  await lastPlot.scrollIntoViewIfNeeded()
  await assertMoves(page, last, { before: printed, patienceMs: 3000 })
  await stopNow(page)
  assertNoErrors()
  await page.context().close()
})

test('a killed trainer: interrupted, said so, and resumed from the page', async () => {
  const { page } = await pages.open('#/new')
  await startLong(page)
  await page.getByRole('region', { name: 'Training loss' }).locator('canvas').first().waitFor()
  const runId = new URL(page.url()).hash.split('/')[2] ?? ''
  const { processId } = readRun(pages.server.owner.db, runId)
  assert.ok(processId !== null)
  process.kill(processId, 'SIGKILL')
  await page.getByText('interrupted').first().waitFor()
  await page.getByRole('button', { name: 'Resume' }).click()
  await page.getByRole('button', { name: 'Stop now' }).click()
  await page.getByRole('dialog').getByText('thrown away').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Stop now' }).click()
  await page.getByRole('button', { name: 'Resume' }).waitFor()
  await page.context().close()
})

test('an answer that was read before the last change does not stay on the page', async () => {
  const { page } = await pages.open('#/new')
  const [events] = await Promise.all([page.waitForEvent('websocket'), page.reload()])
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await page.getByRole('region', { name: 'Training loss' }).locator('canvas').first().waitFor()
  const runId = new URL(page.url()).hash.split('/')[2] ?? ''
  const said = events.waitForEvent('framereceived', ({ payload }) =>
    String(payload).includes('"interrupted"'),
  )
  const older = await holdAnswer(page, '**/api/run.get')
  process.kill(readRun(pages.server.owner.db, runId).processId ?? assert.fail('no trainer'), 'SIGKILL')
  await said
  await untilDrawn(page) // the event has come, the older answer is still under way
  older.release()
  await page.getByText('interrupted', { exact: true }).first().waitFor({ timeout: 15_000 })
  await page.context().close()
})

test('a stop that was asked for is said until the run has come to it', async () => {
  const { page } = await pages.open('#/new')
  await startLong(page)
  await page.getByRole('button', { name: 'Stop after this step' }).waitFor()
  // as while a long step goes on
  await page.route('**/api/run.get', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, body: (await response.text()).replace('"stopped"', '"running"') })
  })
  await page.getByRole('button', { name: 'Stop after this step' }).click()
  const said = page.getByText('Stops after the work in hand…')
  await said.waitFor()
  await page.unrouteAll({ behavior: 'wait' }) // an answer may be under way
  const runId = new URL(page.url()).hash.split('/')[2] ?? ''
  pages.server.tell({ runIds: [runId], event: { type: 'changed' } })
  await page.getByRole('button', { name: 'Resume' }).click()
  await page.getByRole('button', { name: 'Stop now' }).waitFor()
  assert.equal(await said.count(), 0)
  await stopNow(page)
  await page.context().close()
})

/** The next answer to this address is read from the server, and kept from the page until it is released. */
async function holdAnswer(page: Page, address: string): Promise<{ release(): void }> {
  let release = (): void => undefined
  const isReleased = new Promise<void>((resolve) => (release = resolve))
  await new Promise<void>((resolve, reject) => {
    const hold = async (route: PageRoute): Promise<void> => {
      const response = await route.fetch()
      resolve()
      await isReleased
      await route.fulfill({ response })
    }
    page.route(address, hold, { times: 1 }).catch(reject)
  })
  return { release }
}

test('a page whose browser calls itself offline still reads from this machine', async () => {
  const { page } = await pages.open('#/new')
  await page.evaluate("window.dispatchEvent(new Event('offline'))")
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await page.getByRole('button', { name: 'Stop after this step' }).click()
  await assertShown(page.getByRole('button', { name: 'Resume' }))
  await page.context().close()
})

for (const [scheme, theme] of [
  ['light', lightTheme],
  ['dark', darkTheme],
] as const) {
  test(`a plot as PNG, decoded: its size, not blank, the colours of the ${scheme} theme`, async () => {
    const { page, assertNoErrors } = await pages.open('', { colorScheme: scheme })
    await page.getByRole('link', { name: 'demo' }).last().click()
    await page.getByRole('region', { name: 'Training loss' }).locator('canvas').first().waitFor()
    const download = await exportPlot(page, 'Export Training loss', /^PNG 2×/)
    assert.equal(download.suggestedFilename(), 'demo-training-loss.png')
    const picture = await readPng(download)
    assert.deepEqual([picture.width, picture.height], [2400, 1600])
    const colours = coloursOf(picture)
    assert.ok((colours.get(theme.background) ?? 0) > 0.5 * 2400 * 1600, 'background')
    for (const index of [0, 1, 2]) {
      assert.ok((colours.get(theme.palette[index] ?? '') ?? 0) > 1000, `line ${index}`)
    }
    assertNoErrors()
    await page.context().close()
  })
}

test('the dashboard as one PNG, SVG with name and hash, CSV with every point', async () => {
  const { page } = await pages.open('')
  await page.getByRole('link', { name: 'demo' }).last().click()
  await page.getByRole('region', { name: 'Training loss' }).locator('canvas').first().waitFor()
  const menu = 'Export all plots as one picture'
  const png = await readPng(await exportPlot(page, menu, /^PNG 1×/))
  assert.deepEqual([png.width, png.height], [2400, 3200])
  const svg = await readFile(await (await exportPlot(page, menu, /^SVG/)).path(), 'utf8')
  for (const title of plotTitles) assert.ok(svg.includes(`>${title}<`), title)
  assert.match(svg, /demo · config [0-9a-f]{12}/)
  const csv = await readFile(await (await exportPlot(page, menu, /^CSV/)).path(), 'utf8')
  const losses = csv.split('\n').filter((line) => line.includes('loss/policy'))
  assert.ok(losses.length >= 1)
  assert.ok(csv.split('\n').length > 40, 'a line a step at least')
  assert.match(csv, /^run_id,run,config,metric,[^\n]+\n[^,\n]+,demo,[0-9a-f]{12},/)
  const bins = await readFile(
    await (await exportPlot(page, 'Export V* distribution', /^CSV$/)).path(),
    'utf8',
  )
  const counts = bins
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => Number(line.split(',').at(-1)))
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    200,
  )
  await page.context().close()
})
