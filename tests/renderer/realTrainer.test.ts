import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startHttpServer } from '../../src/main/api/httpServer.ts'
import { openOwnerBackend } from '../../src/main/api/ownerBackend.ts'
import { systemClock } from '../../src/main/host/clock.ts'
import { readRun } from '../../src/main/store/runStore.ts'
import { launchChromium } from './chromium.ts'
import { builtPage } from './pageBuild.ts'

const small = `
data: { train: 16, validation: 8, test: 8 }
vStar: { samples: 2 }
onNoSignal: warn
steps: 4
problemsPerStep: 8
evalEvery: 2
`

test('the real trainer from the page: a small run on the built-in model, to its end, with its curves', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'recheck-real-'))
  const backend = await openOwnerBackend({
    ...{ dataDir, shell: 'browser', address: 'a test', nodePath: process.execPath, nowMs: systemClock.nowMs },
  })
  const http = await startHttpServer({ ...backend, pageFolder: await builtPage(), port: 0 })
  const browser = await launchChromium()
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    page.setDefaultTimeout(100_000)
    await page.goto(http.newLink())
    await page.getByRole('button', { name: 'Set up a run' }).click()
    await page.getByRole('textbox', { name: 'Config as YAML' }).fill(small)
    await page.getByText('The config is valid.').waitFor()
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByRole('region', { name: 'Training loss' }).locator('canvas').first().waitFor()
    await page.getByText('4 of 4 steps').waitFor()
    await page.getByText('finished', { exact: true }).waitFor()
    const runId = new URL(page.url()).hash.split('/')[2] ?? ''
    const run = readRun(backend.owner.db, runId)
    assert.equal(run.status, 'finished')
    assert.equal(typeof run.latest['loss/policy'], 'number')
    const loss = page.getByRole('region', { name: 'Training loss', exact: true })
    await loss.getByText('4 points a line').waitFor()
    await page.getByText(/^16 problems, [01]\.\d{3} of them without signal$/).waitFor()
    await page.getByRole('tab', { name: 'Rollouts' }).click()
    const rollout = page.getByRole('article', { name: 'Rollout' })
    await rollout.getByRole('region', { name: 'Attempt' }).waitFor()
    assert.match(await rollout.getByRole('heading', { level: 2 }).innerText(), /\d/)
  } finally {
    await browser.close()
    await http.close()
    await backend.owner.close('now')
    rmSync(dataDir, { recursive: true, force: true })
  }
})
