import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { startHttpServer } from '../../src/main/api/httpServer.ts'
import { openOwnerBackend } from '../../src/main/api/ownerBackend.ts'
import { systemClock } from '../../src/main/host/clock.ts'
import { readRun } from '../../src/main/store/runStore.ts'
import { launchChromium } from './chromium.ts'
import { builtPage } from './pageBuild.ts'

const moving = [
  'Training loss',
  'Policy rewards',
  'Verifier accuracy',
  'Answer change ratio',
  'Revision rate',
]
const patienceMs = 240_000

function pixelsOf(page: Page, title: string): Promise<string> {
  const canvas = page.getByRole('region', { name: title, exact: true }).locator('canvas').first()
  return canvas.evaluate((drawn: { toDataURL(): string }) => drawn.toDataURL())
}

async function assertMoves(page: Page, title: string): Promise<void> {
  const before = await pixelsOf(page, title)
  const untilMs = performance.now() + patienceMs
  while ((await pixelsOf(page, title)) === before) {
    assert.ok(performance.now() < untilMs, `“${title}” has not changed`)
    await page.waitForTimeout(200)
  }
}

test('the demo with the real trainer: every curve moves; stop, resume, and a killed trainer is resumed', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'recheck-demo-'))
  const backend = await openOwnerBackend({
    ...{ dataDir, shell: 'browser', address: 'a test', nodePath: process.execPath, nowMs: systemClock.nowMs },
  })
  const http = await startHttpServer({ ...backend, pageFolder: await builtPage(), port: 0 })
  const browser = await launchChromium()
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    page.setDefaultTimeout(patienceMs)
    await page.goto(http.newLink())
    await page.getByRole('button', { name: 'Start the demo' }).click()
    const loss = page.getByRole('region', { name: 'Training loss', exact: true })
    await loss.getByText(/^[2-9] points a line$/).waitFor()
    for (const title of moving) await assertMoves(page, title)
    await page.getByText(/^2,048 problems, 0\.\d{3} of them without signal$/).waitFor()
    const runId = new URL(page.url()).hash.split('/')[2] ?? ''
    const status = (): string => readRun(backend.owner.db, runId).status

    await page.getByRole('button', { name: 'Stop after this step' }).click()
    const resume = page.getByRole('button', { name: 'Resume' })
    await resume.waitFor()
    assert.equal(status(), 'stopped')
    const stoppedAt = readRun(backend.owner.db, runId).step
    await resume.click()
    await page.getByRole('button', { name: 'Stop after this step' }).waitFor()

    const { processId } = readRun(backend.owner.db, runId)
    process.kill(processId ?? assert.fail('no trainer'), 'SIGKILL')
    await resume.waitFor()
    assert.equal(status(), 'interrupted')
    await resume.click()
    await page.getByRole('button', { name: 'Stop after this step' }).waitFor()
    while (readRun(backend.owner.db, runId).step <= stoppedAt) await page.waitForTimeout(200)
  } finally {
    await browser.close()
    await http.close()
    await backend.owner.close('now')
    rmSync(dataDir, { recursive: true, force: true })
  }
})
