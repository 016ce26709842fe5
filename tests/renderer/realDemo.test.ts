import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { darkTheme, lightTheme, type PlotTheme } from '../../src/shared/plots/plotTheme.ts'
import { field, waitForYaml, yaml } from './support/newRunParts.ts'
import { goTo, waitUntil } from './support/openPages.ts'
import { assertMoves, coloursOf, exportPlot, pixelsOf, plotTitles, readPng } from './support/plotPictures.ts'
import { openRealApp, type RealApp } from './support/realApp.ts'

// Loaded cores: a step of the demo takes 1.2 s on two idle ones.
const patienceMs = 120_000
/** Problems of the demo, whose stage 1 takes a minute or two; its end is seen by tests/electron/real. */
const demoProblems = 2048
/** Problems of the run that goes on to stage 2, and of its steps. */
const fewProblems = 32

test('empty page → demo → a shorter run like it → plots move → stop → pictures → a bad config → resume → killed trainer, killed server', async (t) => {
  const app = await openRealApp(t, patienceMs)
  const { page } = app
  await page.goto(await app.start())
  await page.getByRole('button', { name: 'Start the demo' }).click()
  await assertDistributionGrows(page)
  await stopNow(app, runIdOf(page))
  await startShorterLike(page, runIdOf(page))
  await assertEstimated(page, fewProblems)
  await assertCurvesMove(page)
  const runId = runIdOf(page)

  const stoppedAt = await stop(app, runId)
  await assertPictures(page, darkTheme)
  await page.keyboard.press('t')
  await assertPictures(page, lightTheme)
  await assertBadConfigStays(app, runId)
  await resume(page)
  await untilPast(app.run, runId, stoppedAt)

  await killTrainer(app, runId)
  await killServer(app, runId)
  assert.equal(await app.end('SIGINT'), 0)
  assert.equal(app.run(runId).status, 'stopped')
})

/** Stage 1: the bars of V* appear and change while the problems are estimated. */
async function assertDistributionGrows(page: Page): Promise<void> {
  const plot = page.getByRole('region', { name: 'V* distribution', exact: true })
  await plot.locator('canvas').first().waitFor()
  await plot.scrollIntoViewIfNeeded()
  const before = await pixelsOf(page, 'V* distribution')
  const text = await plot.getByText(/^[\d,]+ problems, [01]\.\d{3} of them without signal$/).innerText()
  const first = Number.parseInt(text.replace(',', ''), 10)
  assert.ok(first > 0 && first < demoProblems, `${first} problems`)
  await assertMoves(page, 'V* distribution', { before, patienceMs })
}

async function assertEstimated(page: Page, all: number): Promise<void> {
  const plot = page.getByRole('region', { name: 'V* distribution', exact: true })
  await plot.getByText(new RegExp(`^${all} problems, 0\\.\\d{3} of them without signal$`)).waitFor()
}

async function stopNow({ page, run }: RealApp, runId: string): Promise<void> {
  await page.getByRole('button', { name: 'Stop now' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Stop now' }).click()
  await page.getByRole('button', { name: 'Resume' }).waitFor()
  assert.equal(run(runId).status, 'stopped')
}

/** The demo with fewer problems to estimate and to evaluate on, and with more steps than this test looks at. */
async function startShorterLike(page: Page, runId: string): Promise<void> {
  await goTo(page, `#/run/${runId}/config`)
  await page.getByRole('button', { name: 'New run like this' }).click()
  const values = {
    'data.train': fewProblems,
    'data.validation': 16,
    'data.test': 16,
    problemsPerStep: fewProblems,
    steps: 2000,
  }
  for (const [path, value] of Object.entries(values)) await field(page, path).fill(String(value))
  await page.getByText('The config is valid.').waitFor()
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await page.waitForURL(({ hash }) => hash.startsWith('#/run/') && !hash.includes(runId))
}

/** Stage 2: with every step a point on each line. */
async function assertCurvesMove(page: Page): Promise<void> {
  const loss = page.getByRole('region', { name: 'Training loss', exact: true })
  const ofSteps = plotTitles.slice(0, 5)
  await loss.getByText(/^([2-9]|[1-9]\d+) points a line$/).waitFor()
  const points = await loss.getByText(/^\d+ points a line$/).innerText()
  const before = new Map<string, string>()
  for (const title of ofSteps) before.set(title, await pixelsOf(page, title))
  // looking at pictures while a step is under way would take the time from it
  await loss.getByText(points, { exact: true }).waitFor({ state: 'detached' })
  for (const title of ofSteps) {
    await page.getByRole('region', { name: title, exact: true }).scrollIntoViewIfNeeded()
    await assertMoves(page, title, { before: before.get(title) ?? '', patienceMs })
  }
}

/** @returns the step that it has come to; nothing trains beside what the page does until it is resumed */
async function stop({ page, run }: RealApp, runId: string): Promise<number> {
  await page.getByRole('button', { name: 'Stop after this step' }).click()
  await page.getByRole('button', { name: 'Resume' }).waitFor()
  const stopped = run(runId)
  assert.equal(stopped.status, 'stopped')
  return stopped.step
}

async function resume(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Resume' }).click()
  await page.getByRole('button', { name: 'Stop after this step' }).waitFor()
}

async function untilPast(run: RealApp['run'], runId: string, step: number): Promise<void> {
  const untilMs = performance.now() + patienceMs
  while (run(runId).step <= step) {
    assert.ok(performance.now() < untilMs, `the run is still at step ${run(runId).step}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/**
 * Both kinds of picture from the page's menus: their size, and in each plot the theme's background, lines and
 * bars.
 */
async function assertPictures(page: Page, theme: PlotTheme): Promise<void> {
  const loss = await readPng(await exportPlot(page, 'Export Training loss', /^PNG 2×/))
  assert.deepEqual([loss.width, loss.height], [2400, 1600])
  assertDrawn(coloursOf(loss), theme, { pixels: 2400 * 1600, name: 'Training loss at 2×' })
  const board = await readPng(await exportPlot(page, 'Export all plots as one picture', /^PNG 1×/))
  assert.deepEqual([board.width, board.height], [2400, 3200])
  for (const [index, name] of plotTitles.entries()) {
    const part = { left: 1200 * (index % 2), top: 800 * Math.floor(index / 2), width: 1200, height: 800 }
    assertDrawn(coloursOf(board, part), theme, { pixels: 1200 * 800, name })
  }
}

function assertDrawn(
  colours: ReadonlyMap<string, number>,
  theme: PlotTheme,
  { pixels, name }: { readonly pixels: number; readonly name: string },
): void {
  const share = (colour: string): number => (colours.get(colour) ?? 0) / pixels
  const what = `${name}, ${theme.name}`
  assert.ok(share(theme.background) > 0.5, `${what}: background ${share(theme.background)}`)
  assert.ok(share(theme.background) < 0.99, `${what}: blank`)
  const line = theme.palette[0] ?? ''
  assert.ok(share(line) > 0.0003, `${what}: ${share(line)} of the first line’s colour`)
}

/** The message stands at the field, and no way of pressing Start makes a run. */
async function assertBadConfigStays({ page, runs }: RealApp, runId: string): Promise<void> {
  const runIds = (): readonly string[] => runs().map((run) => run.runId)
  const before = runIds()
  assert.equal(before.length, 2, 'the demo and the run like it')
  await goTo(page, '#/new')
  const problems = page.locator('[data-path="problemsPerStep"]')
  await problems.fill('0')
  const messages = (await problems.getAttribute('aria-describedby'))?.split(' ').filter(Boolean) ?? []
  assert.equal(await problems.getAttribute('aria-invalid'), 'true')
  const texts = await Promise.all(messages.map((id) => page.locator(`[id="${id}"]`).innerText()))
  assert.ok(
    texts.some((text) => /1/.test(text) && /\b0\b/.test(text)),
    texts.join(' | '),
  )
  await page.getByRole('button', { name: 'Start', exact: true }).click({ force: true })
  await waitUntil(page, `document.activeElement.dataset.path === 'problemsPerStep'`)
  assert.equal(new URL(page.url()).hash, '#/new')
  assert.deepEqual(runIds(), before)
  await goTo(page, `#/run/${runId}/plots`)
}

async function killTrainer({ page, run }: RealApp, runId: string): Promise<void> {
  const { processId, step } = run(runId)
  process.kill(processId ?? assert.fail('no trainer'), 'SIGKILL')
  await page.getByText('interrupted', { exact: true }).waitFor()
  assert.equal(run(runId).status, 'interrupted')
  await resume(page)
  await untilPast(run, runId, step)
}

/** Its trainer ends with it. The page says that nobody answers; the next link finds the run interrupted. */
async function killServer(app: RealApp, runId: string): Promise<void> {
  const { page, run } = app
  const { step } = run(runId)
  await app.end('SIGKILL')
  await page.getByText('The connection to Recheck is lost').waitFor()
  await page.goto(await app.start())
  await page.getByRole('grid', { name: 'Runs' }).getByText('interrupted', { exact: true }).waitFor()
  assert.equal(run(runId).status, 'interrupted')
  await goTo(page, `#/run/${runId}/plots`)
  await resume(page)
  await untilPast(run, runId, step)
}

function runIdOf(page: Page): string {
  return new URL(page.url()).hash.split('/')[2] ?? ''
}

const small = `
data: { train: 16, validation: 8, test: 8 }
vStar: { samples: 2 }
onNoSignal: warn
steps: 4
problemsPerStep: 8
evalEvery: 2
`

test('a small run set up in the page, to its end: curves, V*, rollouts with their turns', async (t) => {
  const app = await openRealApp(t, patienceMs)
  const { page } = app
  await page.goto(await app.start())
  await page.getByRole('button', { name: 'Set up a run' }).click()
  await yaml(page).fill(small)
  await waitForYaml(page, small.trim())
  assert.equal(await field(page, 'steps').inputValue(), '4')
  await page.getByText('The config is valid.').waitFor()
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  await page.getByRole('region', { name: 'Training loss' }).locator('canvas').first().waitFor()
  await page.getByText('4 of 4 steps').waitFor()
  await page.getByText('finished', { exact: true }).waitFor()
  const run = app.run(runIdOf(page))
  assert.equal(run.status, 'finished')
  assert.equal(typeof run.latest['loss/policy'], 'number')
  const loss = page.getByRole('region', { name: 'Training loss', exact: true })
  await loss.getByText('4 points a line').waitFor()
  await page.getByText(/^16 problems, [01]\.\d{3} of them without signal$/).waitFor()
  await page.getByRole('tab', { name: 'Rollouts' }).click()
  const rollout = page.getByRole('article', { name: 'Rollout' })
  await rollout.getByRole('region', { name: 'Attempt' }).waitFor()
  assert.match(await rollout.getByRole('heading', { level: 2 }).innerText(), /\d/)
})
