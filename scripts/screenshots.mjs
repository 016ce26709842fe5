// Every page, dark and light, into docs/screenshots: node scripts/screenshots.mjs [page ...]
// The numbers are those of tests/renderer/sampleRun.ts, not of a training run.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launchChromium } from '../tests/renderer/chromium.ts'
import { startPageServer } from '../tests/renderer/pageServer.ts'
import { seedStore } from '../tests/renderer/seedStore.ts'

const target = process.env.SCREENSHOTS ?? join(import.meta.dirname, '../docs/screenshots')
const size = { width: 1440, height: 900 }

/** Name, address, and what to do before the picture. */
const pages = [
  { name: 'runs', address: '#/runs' },
  { name: 'run-plots', address: '#/run/r-second/plots' },
  { name: 'run-metrics', address: '#/run/r-first/metrics' },
  {
    name: 'run-rollouts',
    address: '#/run/r-first/rollouts',
    act: async (page) => {
      await page.getByRole('combobox', { name: 'Outcome' }).click()
      await page.getByRole('option', { name: 'Wrong → right' }).click()
      await page.getByRole('region', { name: 'Revision' }).waitFor()
    },
  },
  { name: 'run-evaluations', address: '#/run/r-first/evaluations' },
  { name: 'run-config', address: '#/run/r-first/config' },
  { name: 'run-checkpoints', address: '#/run/r-first/checkpoints' },
  { name: 'run-events', address: '#/run/r-second/events' },
  { name: 'new-run', address: '#/new' },
  { name: 'compare', address: '#/compare?runs=r-first,r-second,r-stopped' },
  { name: 'commands', address: '#/runs', only: 'dark', act: (page) => page.keyboard.press('Control+k') },
  { name: 'keyboard', address: '#/runs', only: 'light', act: (page) => page.keyboard.press('?') },
]

const wanted = process.argv.slice(2)
const shownPages = pages.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
mkdirSync(target, { recursive: true })
const browser = await launchChromium()
try {
  await photograph(true, shownPages)
  if (wanted.length === 0 || wanted.includes('empty'))
    await photograph(false, [{ name: 'empty', address: '#/runs' }])
} finally {
  await browser.close()
}

async function photograph(isSeeded, list) {
  const dataDir = mkdtempSync(join(tmpdir(), 'recheck-pictures-'))
  if (isSeeded) seedStore(dataDir)
  const server = await startPageServer(dataDir)
  try {
    for (const colorScheme of ['light', 'dark']) {
      const context = await browser.newContext({ viewport: size, colorScheme, reducedMotion: 'reduce' })
      const page = await context.newPage()
      page.on('pageerror', (error) => console.error(`page error: ${error.message}`))
      page.on('console', (message) => message.type() === 'error' && console.error(message.text()))
      await page.goto(server.http.newLink())
      await page.getByRole('banner').waitFor()
      for (const { name, address, act, only } of list) {
        if (only !== undefined && only !== colorScheme) continue
        await page.goto(`http://127.0.0.1:${server.http.port}/?${name}${address}`)
        await page.waitForLoadState('networkidle')
        await act?.(page)
        await page.waitForTimeout(500)
        await page.screenshot({ path: join(target, `${name}-${colorScheme}.png`) })
      }
      await context.close()
    }
  } finally {
    await server.close()
    rmSync(dataDir, { recursive: true })
  }
}
