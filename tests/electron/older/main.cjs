// Starts the lowered main bundle on Electron 9 and does what the smoke test says. RECHECK_SMOKE: folder of pictures.
/* eslint-disable @typescript-eslint/no-require-imports -- Node 12 loads no ES modules */
const { writeFileSync } = require('fs')
const { join } = require('path')

global.realElectron = require('electron')
global.appFolder = __dirname
require('./runtime.cjs')

const { app, BrowserWindow } = global.realElectron
const folder = process.env.RECHECK_SMOKE
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function until(what, ask) {
  for (let tries = 0; tries < 300; tries++) {
    const found = await ask()
    if (found) return found
    await wait(200)
  }
  throw new Error(`waited in vain for ${what}`)
}

async function smoke() {
  const window = await until('a window', () => BrowserWindow.getAllWindows()[0])
  const page = window.webContents
  page.on('console-message', (_event, _level, text) => console.log('page:', text))
  const inPage = (script) => page.executeJavaScript(script)
  const ask = (route, input) =>
    inPage(`window.recheck.request(${JSON.stringify(route)}, ${JSON.stringify(input)})`)
  const picture = async (name) => writeFileSync(join(folder, name), (await page.capturePage()).toPNG())
  await until('the page', () => !page.isLoading() && inPage('typeof window.recheck === "object"'))
  const world = await inPage('[typeof require, typeof process, Object.keys(window.recheck).join()]')
  console.log('page world:', world.join(' '))
  console.log('run.list:', JSON.stringify(await ask('run.list', {})).slice(0, 200))
  await until('the empty page', () => inPage('document.body.innerText.length > 40'))
  await wait(1500)
  await picture('window-empty.png')
  const started = await ask('run.start', JSON.parse(process.env.RECHECK_SMOKE_RUN))
  console.log('run.start:', JSON.stringify(started))
  const runId = started.data.runIds[0]
  const statusOf = async () => (await ask('run.get', { runId })).data.status
  await until('the run in the list', () => inPage('document.body.innerText.includes("smoke")'))
  await until('running', async () => (await statusOf()) === 'running')
  await wait(3000)
  await picture('window-running.png')
  console.log('title:', window.getTitle())
  await ask('run.stop', { runId, when: 'after-step' })
  await until('stopped', async () => (await statusOf()) === 'stopped')
  await wait(1000)
  await picture('window-stopped.png')
  console.log('status:', await statusOf())
  await inPage('window.open("file:///etc/passwd"); location.href = "https://example.org/"').catch(() => null)
  await wait(500)
  console.log('address after navigation:', page.getURL(), 'windows:', BrowserWindow.getAllWindows().length)
  console.log(
    'natives:',
    process.report
      ? process.report.getReport().sharedObjects.filter((f) => f.endsWith('.node')).length
      : 'unknown',
  )
  window.close()
}

require('./index.cjs')
app
  .whenReady()
  .then(smoke)
  .catch((error) => {
    console.log('FAILED', error.stack)
    app.exit(1)
  })
