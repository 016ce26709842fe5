import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alarmAdvice } from '../../../src/core/train/alarms/alarmAdvice.ts'
import { appendLog } from '../../../src/main/store/eventLog.ts'
import type { AlarmCode } from '../../../src/shared/runs/alarms.ts'
import { parseConfig } from '../../../src/shared/config/parseConfig.ts'
import { presetConfig } from '../../../src/shared/config/presets.ts'
import { goTo, seededPage } from '../support/openPages.ts'

const opened = seededPage('#/run/r-first/plots')

async function show(address: string, plot: string): Promise<void> {
  await goTo(opened.page, address)
  await opened.page.getByRole('region', { name: plot, exact: true }).locator('canvas').first().waitFor()
}

async function status(wanted: string): Promise<void> {
  await opened.page.locator('header.panel').getByText(wanted, { exact: true }).waitFor()
}

/** Starts a run whose steps take a third of a second each. @returns its id */
async function start(name: string, steps: number): Promise<string> {
  const config = presetConfig('builtin', { steps, name })
  const started = (await opened.page.evaluate(`fetch('/api/run.start', {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: ${JSON.stringify(JSON.stringify({ stage: 'self-correction', config }))} }).then((r) => r.json())`)) as {
    data: { runIds: [string] }
  }
  return started.data.runIds[0]
}

/** As the program writes an alarm into the log of a run. */
function raiseAlarm(
  runId: string,
  code: AlarmCode,
  { step, times = 1 }: { step: number; times?: number },
): void {
  for (let index = 0; index < times; index++) {
    const text = { message: `${code} ${index}`, remedy: alarmAdvice[code](parseConfig({}, 'test')) }
    appendLog(opened.db, { runId, atMs: 1000 * index, level: 'warning', code, step: step + index, ...text })
  }
}

test('alarms of a run that goes on: one line a kind on every tab, newest first; a hidden one stays hidden', async () => {
  const runId = await start('warned', 400)
  await show(`#/run/${runId}/plots`, 'Training loss')
  await opened.page.getByRole('button', { name: 'Pause' }).click()
  await status('paused')
  raiseAlarm(runId, 'alarm.kl', { step: 2, times: 30 })
  raiseAlarm(runId, 'alarm.entropy', { step: 2, times: 30 })
  await opened.page.reload()
  const lines = opened.page.locator('.RunAlarms-alarm')
  await lines.first().waitFor()
  const texts = await lines.allInnerTexts()
  assert.equal(texts.length, 2)
  assert.match(
    texts[0] ?? '',
    /^alarm\.entropy 29\. Stop here, or set an entropyBonus[^]*30 times since [^]*last since step 31/,
  )
  assert.match(texts[1] ?? '', /^alarm\.kl 29\./)
  await opened.page.getByRole('button', { name: 'Hide this alarm' }).first().click()
  await opened.page.getByText('1 alarm hidden').waitFor()
  raiseAlarm(runId, 'alarm.entropy', { step: 50 })
  await opened.page.reload()
  await opened.page.getByText('1 alarm hidden').waitFor()
  assert.equal(await lines.count(), 1)
  await opened.page.getByRole('button', { name: '1 alarm hidden: show' }).click()
  await opened.page.getByText('alarm.entropy 0').waitFor()
  await goTo(opened.page, `#/run/${runId}/config`)
  assert.equal(await lines.count(), 2)
  await alarmsOfEndedRun(runId)
})

/** One has passed; then the run is over, and all of it is history: one line, above its plots alone. */
async function alarmsOfEndedRun(runId: string): Promise<void> {
  const passed = { code: 'alarm-passed.kl', message: 'the alarm has passed', remedy: null }
  appendLog(opened.db, { runId, atMs: 1, level: 'info', step: 60, ...passed })
  await show(`#/run/${runId}/plots`, 'Training loss')
  await opened.page.reload()
  const history = opened.page.getByRole('note', { name: 'Earlier alarms' })
  await history.getByText('Earlier alarms: far from the reference (30 times, last steps 31 to 60)').waitFor()
  assert.equal(await opened.page.locator('.RunAlarms-alarm').count(), 1)
  await opened.page.getByRole('button', { name: 'Stop now' }).click()
  await opened.page.getByRole('dialog').getByRole('button', { name: 'Stop now' }).click()
  await status('stopped')
  await history.getByText(/low entropy \(31 times, last since step 50\) · far from the reference/).waitFor()
  assert.equal(await opened.page.locator('.RunAlarms-alarm').count(), 0)
  const box = await history.boundingBox()
  assert.ok(box !== null && box.height <= 30, JSON.stringify(box))
  await goTo(opened.page, `#/run/${runId}/config`)
  await history.waitFor({ state: 'detached' })
  await goTo(opened.page, `#/run/${runId}/alarms`)
  const rows = opened.page.getByRole('table', { name: 'Alarms' }).getByRole('row')
  await opened.page.getByText('61 raised, 30 passed').waitFor()
  assert.equal(await rows.count(), 62)
  assert.match(
    await rows.nth(1).innerText(),
    /^run over\s.*\s50\s–\slow entropy: alarm\.entropy 0\s+Stop here/,
  )
  assert.match(await rows.last().innerText(), /^passed\s.*\s2\sstep 60\sfar from the reference: alarm\.kl 0/)
  await opened.page.getByText('Now', { exact: true }).click()
  await opened.page.getByText('No alarm of this kind.').waitFor()
  await goTo(opened.page, `#/run/${runId}/plots`)
  await opened.page.getByRole('button', { name: 'Hide earlier alarms' }).click()
  await history.waitFor({ state: 'detached' })
}
