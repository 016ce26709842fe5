import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { presetConfig } from '../../../src/shared/config/presets.ts'
import { seededPage, waitUntil } from '../support/openPages.ts'

/** As a browser that may show notifications has it, with what was asked and shown written down. */
const double = `
  window.asked = 0
  window.shown = []
  window.Notification = class {
    static permission = 'default'
    static requestPermission() {
      window.asked += 1
      Notification.permission = 'granted'
      return Promise.resolve('granted')
    }
    constructor(title, { body, tag }) {
      this.title = title
      window.shown.push({ notice: this, title, body, tag })
    }
    close() {}
  }
`

const opened = seededPage('#/runs')
const button = (page: Page) => page.getByRole('button', { name: 'Notify me of alarms and of ends of runs' })

/** A run that is over within seconds. */
async function startShort(page: Page): Promise<void> {
  const config = presetConfig('builtin', {
    name: 'told of',
    steps: 1,
    problemsPerStep: 2,
    vStar: { samples: 1 },
    data: { train: 8, validation: 2, test: 2 },
    onNoSignal: 'warn',
  })
  const answer = await page.evaluate(`fetch('/api/run.start', {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: ${JSON.stringify(JSON.stringify({ stage: 'self-correction', config }))} }).then((r) => r.json())`)
  assert.equal((answer as { ok: boolean }).ok, true, JSON.stringify(answer))
}

test('the browser is asked once, by the button; a run’s end is told while the page is not in front, and a click shows it', async () => {
  const { page } = opened
  await page.addInitScript(double)
  await page.reload()
  await button(page).waitFor()
  assert.equal(await page.evaluate('window.asked'), 0)
  await button(page).click()
  await waitUntil(
    page,
    `document.querySelector('[aria-label^="Notify me"]').getAttribute('aria-pressed') === 'true'`,
  )
  assert.equal(await page.evaluate('window.asked'), 1)
  await page.evaluate('document.hasFocus = () => false')
  await startShort(page)
  await waitUntil(page, 'window.shown.length > 0')
  const [first] = (await page.evaluate('window.shown.map(({ title, body }) => ({ title, body }))')) as {
    title: string
    body: string
  }[]
  assert.equal(first?.title, 'told of')
  assert.match(first.body, /^(The run is finished\.|The run failed: |Alarm)/)
  await page.evaluate('window.shown[0].notice.onclick()')
  await waitUntil(page, `/^#\\/run\\/.+\\/plots$/.test(location.hash)`)
})

test('pressed again it tells nothing more, and asks nothing', async () => {
  const { page } = opened
  await button(page).click()
  await waitUntil(
    page,
    `document.querySelector('[aria-label^="Notify me"]').getAttribute('aria-pressed') === 'false'`,
  )
  assert.equal(await page.evaluate('window.asked'), 1)
  opened.assertNoErrors()
})
