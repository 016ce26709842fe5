// Every page, dark and light, into docs/screenshots, from runs that were really trained:
//
//   npm run build
//   node scripts/makePictureRuns.ts --data-dir FOLDER
//   node scripts/screenshots.mjs --data-dir FOLDER [name ...]
//
// FOLDER is copied first: the run that the pictures show under way is trained in the copy. Needs Chromium.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { startHttpServer } from '../src/main/api/httpServer.ts'
import { openOwnerBackend } from '../src/main/api/ownerBackend.ts'
import { systemClock } from '../src/main/host/machine/clock.ts'
import { listRuns } from '../src/main/store/runs/runStore.ts'
import { presetConfig } from '../src/shared/config/presets.ts'
import { launchChromium } from '../tests/renderer/support/chromium.ts'
import { builtPage } from '../tests/renderer/support/pageBuild.ts'

const { values, positionals: wanted } = parseArgs({
  options: { 'data-dir': { type: 'string' }, target: { type: 'string' } },
  allowPositionals: true,
})
if (values['data-dir'] === undefined) {
  console.error('usage: node scripts/screenshots.mjs --data-dir FOLDER [--target FOLDER] [name ...]')
  process.exit(2)
}
const target = values.target ?? join(import.meta.dirname, '../docs/screenshots')
const size = { width: 1440, height: 900 }
const schemes = ['light', 'dark']

const button = (page, name) => page.getByRole('button', { name, exact: true })
const click = (name) => (page) => button(page, name).click()

/** Name, address with runs in {braces}, and what to do before the picture. */
const livePages = [
  { name: 'runs', address: '#/runs' },
  { name: 'run-live', address: '#/run/{policy beta 0.01}/plots' },
]
const pages = [
  {
    name: 'runs-selected',
    address: '#/runs',
    act: async (page) => {
      await page.getByRole('textbox', { name: 'Search and filter' }).fill('accuracy/final >= 0.5')
      await page.getByRole('checkbox', { name: 'Select demo' }).check()
      await page.getByRole('checkbox', { name: 'Select learning rate 1e-4' }).check()
    },
  },
  // README shows this one
  { name: 'demo', address: '#/run/{demo}/plots', only: 'light', viewport: { width: 1920, height: 1080 } },
  { name: 'run-plots', address: '#/run/{demo}/plots' },
  { name: 'run-metrics', address: '#/run/{demo}/metrics' },
  {
    name: 'run-rollouts',
    address: '#/run/{demo}/rollouts',
    act: async (page) => {
      await page.getByRole('combobox', { name: 'Outcome' }).click()
      await page.getByRole('option', { name: 'Wrong → correct' }).click()
      await page.getByRole('switch', { name: 'One step:' }).check()
      await page.getByRole('region', { name: 'Revision' }).waitFor()
    },
  },
  { name: 'run-evaluations', address: '#/run/{demo}/evaluations' },
  { name: 'run-config', address: '#/run/{demo}/config' },
  { name: 'run-checkpoints', address: '#/run/{demo}/checkpoints' },
  { name: 'run-events', address: '#/run/{demo}/events' },
  { name: 'run-interrupted', address: '#/run/{revision bonus 0.5}/plots' },
  {
    name: 'go-on',
    address: '#/run/{revision bonus 0.5}/plots',
    act: click('Go on with changes…'),
  },
  {
    name: 'plot-full-screen',
    address: '#/run/{demo}/plots',
    act: click('Verifier accuracy in full screen'),
  },
  {
    name: 'export-menu',
    address: '#/run/{demo}/plots',
    act: click('Export all plots as one picture'),
  },
  {
    name: 'labels',
    address: '#/run/{learning rate 1e-4}/plots',
    act: click('Name, tags, group and notes'),
  },
  { name: 'extend', address: '#/run/{demo}/plots', act: click('Extend…') },
  { name: 'new-run', address: '#/new' },
  {
    name: 'new-run-error',
    address: '#/new',
    act: async (page) => {
      const field = page.locator('[data-path="problemsPerStep"]')
      await field.fill('0')
      await field.evaluate((input) => input.scrollIntoView({ block: 'center' }))
    },
  },
  {
    name: 'new-run-prompts',
    address: '#/new?like={learning rate 1e-4}',
    act: async (page) => {
      await button(page, 'Preview the prompts').click()
      await page.getByRole('region', { name: 'Prompt of the revision' }).scrollIntoViewIfNeeded()
    },
  },
  { name: 'compare', address: '#/compare?runs={demo},{learning rate 1e-4},{plain verdict reward}' },
  {
    name: 'compare-side-by-side',
    address: '#/compare?runs={demo},{learning rate 1e-4},{plain verdict reward}',
    act: (page) => page.getByText('Side by side', { exact: true }).click(),
  },
  {
    name: 'replay',
    address: '#/run/{demo}/rollouts',
    act: async (page) => {
      await button(page, 'Replay with…').click()
      await page.getByRole('switch').check()
      await button(page, 'Replay').click()
      await page.getByRole('region', { name: 'Revision' }).nth(1).getByText('tokens').waitFor()
    },
  },
  { name: 'models', address: '#/models' },
  { name: 'data', address: '#/data' },
  { name: 'commands', address: '#/runs', act: (page) => page.keyboard.press('Control+k') },
  { name: 'keyboard', address: '#/runs', act: (page) => page.keyboard.press('?') },
  { name: 'no-session', address: '#/runs', act: (page) => withoutSession(page) },
]
const emptyPages = [{ name: 'empty', address: '#/runs' }]

mkdirSync(target, { recursive: true })
const browser = await launchChromium()
try {
  const isWanted = ({ name }) => wanted.length === 0 || wanted.includes(name)
  await withServer(null, (server) => photograph(server, emptyPages.filter(isWanted)))
  await withServer(values['data-dir'], async (server) => {
    if (livePages.some(isWanted)) {
      const running = await startRun(server, 'policy beta 0.01', { policyBeta: 0.01 })
      const waiting = await startRun(server, 'reward without a bonus', { revisionBonus: 0 })
      await untilStep(server, running, 4)
      await photograph(server, livePages.filter(isWanted))
      for (const runId of [waiting, running]) {
        await server.handlers['run.stop']({ runId, when: 'now' })
        await server.owner.whenEnded(runId)
        await server.handlers['run.delete']({ runIds: [runId] })
      }
    }
    await photograph(server, pages.filter(isWanted))
  })
} finally {
  await browser.close()
}

async function withServer(source, work) {
  const dataDir = mkdtempSync(join(tmpdir(), 'recheck-pictures-'))
  if (source !== null) cpSync(source, dataDir, { recursive: true })
  const backend = await openOwnerBackend({
    dataDir,
    shell: 'browser',
    address: 'screenshots',
    nodePath: process.execPath,
    nowMs: systemClock.nowMs,
  })
  const http = await startHttpServer({ ...backend, pageFolder: await builtPage(), port: 0 })
  try {
    await work({ ...backend, http })
  } finally {
    await http.close()
    await backend.owner.close('now')
    rmSync(dataDir, { recursive: true })
  }
}

async function startRun({ handlers }, name, layer) {
  const { runIds } = await handlers['run.start']({
    stage: 'self-correction',
    vStarId: null,
    group: null,
    config: presetConfig('builtin', { ...layer, name }),
  })
  return runIds[0]
}

async function untilStep({ handlers }, runId, step) {
  while ((await handlers['run.get']({ runId })).step < step)
    await new Promise((done) => setTimeout(done, 200))
}

async function photograph(server, list) {
  if (list.length === 0) return
  const origin = `http://127.0.0.1:${server.http.port}`
  for (const colorScheme of schemes) {
    const context = await browser.newContext({ viewport: size, colorScheme, reducedMotion: 'reduce' })
    const page = await context.newPage()
    page.on('pageerror', (error) => console.error(`page error: ${error.message}`))
    await page.goto(server.http.newLink())
    await page.getByRole('banner').waitFor()
    for (const { name, address, act, only = null, viewport = size } of list) {
      if (only !== null && only !== colorScheme) continue
      await page.setViewportSize(viewport)
      await page.goto(`${origin}/?${name}${withRunIds(server, address)}`)
      await settle(page)
      await act?.(page)
      await settle(page)
      const picture = await page.screenshot()
      // 256 colours are enough for a page, and a quarter of the size
      const file = join(target, only === null ? `${name}-${colorScheme}.png` : `${name}.png`)
      await sharp(picture).png({ palette: true, colours: 256, dither: 0, effort: 10 }).toFile(file)
    }
    await context.close()
  }
}

/**
 * A live page asks again and again, so that its network is never idle for long: no spinner is what counts.
 */
async function settle(page) {
  await page.waitForLoadState('load')
  await page.waitForTimeout(400)
  await page.locator('.mantine-Loader-root').waitFor({ state: 'detached' })
  await page.waitForTimeout(600)
}

function withRunIds({ owner }, address) {
  return address.replace(/\{(.+?)\}/g, (_, name) => {
    const run = listRuns(owner.db).find((each) => each.name === name)
    if (run === undefined) throw new Error(`there is no run "${name}": run scripts/makePictureRuns.ts first`)
    return run.runId
  })
}

async function withoutSession(page) {
  await page.context().clearCookies()
  await page.reload()
  await page.getByRole('heading', { name: 'This page needs a fresh link' }).waitFor()
}
