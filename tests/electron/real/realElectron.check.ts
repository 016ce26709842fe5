// The window in a real, older Electron (9.4.1, the one that a Python wheel carries), driving a real server
// with a real trainer. The main and preload bundles and the page are the app's own, lowered to Node 12 and
// Chromium 83.
//
//   node tests/electron/real/realElectron.check.ts [FOLDER_FOR_PICTURES]
//
// Not part of `npm test`: it downloads 70 MB on its first run. It needs Linux x64, Xvfb and Python's pip.
import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { serve } from '../../../src/main/api/serve.ts'
import type { HttpServer } from '../../../src/main/api/httpServer.ts'
import { systemClock } from '../../../src/main/host/machine/clock.ts'
import type { Run } from '../../../src/shared/runs/records.ts'
import type { Result } from '../../../src/shared/routes/contract.ts'
import { fetchElectron } from './fetchElectron.ts'
import { lowerBundles } from './lowerBundles.ts'
import { openDisplay, openWindow, startAgain, type OlderWindow, type WindowSetup } from './olderWindow.ts'

const patienceMs = 120_000
const pictures = resolve(process.argv[2] ?? '.cache/electron-pictures')

const folder = mkdtempSync(join(tmpdir(), 'recheck-electron-'))
const closing: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
let setup: WindowSetup
let server: HttpServer
let window: OlderWindow

before(async () => {
  mkdirSync(pictures, { recursive: true })
  const display = await openDisplay()
  closing.push(() => display.close())
  const appFolder = join(folder, 'app')
  process.env['RECHECK_MODELS'] = join(folder, 'models')
  setup = { binary: fetchElectron(), appFolder, configFolder: join(folder, 'config'), display: display.name }
  server = await serve({
    dataDir: join(folder, 'data'),
    port: 0,
    nodePath: process.execPath,
    clock: systemClock,
    pageFolder: await lowerBundles(appFolder),
  })
  closing.push(() => server.close())
  window = await openWindow(setup, { connect: server.newLink() })
  closing.push(() => window.kill())
})
after(async () => {
  for (const close of closing.reverse()) await close()
})

async function ask<T>(route: string, input: unknown): Promise<T> {
  const call = `window.recheck.request(${JSON.stringify(route)}, ${JSON.stringify(input)})`
  const answer = await window.page.evaluate<Result<T>>(call)
  assert.ok(answer.ok, JSON.stringify(answer))
  return answer.data
}

/** An expression of the main process, with the window as `w`. */
const inMain = <T>(expression: string): Promise<T> => window.main.evaluate<T>(inWindow(expression))
const inWindow = (expression: string): string =>
  `(w => ${expression})(require('electron').BrowserWindow.getAllWindows().find(w => !w.getParentWindow()))`

/** Presses a button as a mouse does. */
async function press(name: string): Promise<void> {
  const button = `[...document.querySelectorAll('button')].find(b => b.innerText.trim() === ${JSON.stringify(name)})`
  await window.page.until(button, patienceMs)
  const [x, y] = await window.page.evaluate<[number, number]>(
    `(r => [r.x + r.width / 2, r.y + r.height / 2])(${button}.getBoundingClientRect())`,
  )
  for (const type of ['mousePressed', 'mouseReleased']) {
    await window.page.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 })
  }
}

const says = (text: string): string => `document.body?.innerText.includes(${JSON.stringify(text)})`

const chooseButtons = `[...document.querySelectorAll('button')].filter(b => b.innerText.trim() === 'Choose…')`

/** A dialog of the system can be pressed by nobody here: it answers so, and what it was asked is kept. */
const dialogsAnswer = (path: string | null): string => `void (global.askedPaths = [],
  require('electron').dialog.showOpenDialog = async (parent, options) => {
    global.askedPaths.push([parent.getTitle(), options])
    return ${JSON.stringify({ canceled: path === null, filePaths: path === null ? [] : [path] })}
  })`

async function takePicture(name: string): Promise<void> {
  const png = await inMain<string>(`w.capturePage().then(image => image.toPNG().toString('base64'))`)
  const bytes = Buffer.from(png, 'base64')
  assert.ok(bytes.length > 10_000, `${name}: ${bytes.length} bytes`)
  writeFileSync(join(pictures, name), bytes)
}

test('one window shows the page of its own protocol, sandboxed and isolated, with the list of runs', async () => {
  await window.page.until(says('No runs yet'), patienceMs)
  const world = 'typeof require, typeof process, Object.keys(window.recheck).join(), location.href'
  const seen = await window.page.evaluate(`[${world}]`)
  assert.deepEqual(seen, [
    'undefined',
    'undefined',
    'request,abandon,server,choosePath,onEvent,onConnection',
    'app://recheck/index.html',
  ])
  assert.deepEqual(await ask('run.list', {}), [])
  const shown = await inMain('[w.isVisible(), w.getTitle(), process.versions.electron]')
  assert.deepEqual(shown, [true, `Recheck on 127.0.0.1:${server.port}`, '9.4.1'])
  await takePicture('empty.png')
})

test('a run is started by its button, is drawn as it trains, and is stopped by its button', async () => {
  await press('Start the demo')
  await window.page.until(says('4 points a line'), 3 * patienceMs)
  // the outermost of the pictures: ECharts names its own box one within the plot, with a canvas for the
  // lines and one for what the pointer draws
  const heights = `[...document.querySelectorAll('[role="img"]')].flatMap(plot => {
    const canvas = plot.parentElement.closest('[role="img"]') === null ? plot.querySelector('canvas') : null
    return canvas === null ? [] : [canvas.getBoundingClientRect().height]
  })`
  const drawn = (await window.page.evaluate<number[]>(heights)).filter((height) => height > 150)
  assert.equal(drawn.length, 7, 'the main plots')
  const [run] = await ask<Run[]>('run.list', {})
  assert.equal(run?.status, 'running')
  const share = Math.floor((100 * run.step) / run.totalSteps)
  assert.match(
    await inMain<string>('w.getTitle()'),
    new RegExp(`^${run.name} (${share}|${share + 1}) % – Recheck on `),
  )
  await takePicture('running.png')
  await press('Stop after this step')
  const runId = JSON.stringify({ runId: run.runId })
  await window.page.until(
    `window.recheck.request('run.get', ${runId}).then(answer => answer.data.status === 'stopped')`,
    patienceMs,
  )
  await window.page.until(says('Resume'), patienceMs)
  await takePicture('stopped.png')
})

test('the page can leave its address by no way, opens no window and reads nothing beside its folder', async () => {
  const read = (path: string): string => `fetch('${path}').then(answer => answer.status, () => 'refused')`
  const statuses = `Promise.all([${read('index.html')}, ${read('..%2fpreload%2findex.cjs')}, ${read('https://example.org/')}])`
  assert.deepEqual(await window.page.evaluate(statuses), [200, 404, 'refused'])
  const before = await window.page.evaluate<string>('location.href')
  await window.page.evaluate(`window.open('file:///etc/passwd') === null`)
  for (const address of ['https://example.org/', 'file:///etc/passwd']) {
    await window.page.evaluate(`void (location.href = '${address}')`)
    await wait(500)
    assert.equal(await window.page.evaluate('location.href'), before, address)
  }
  assert.equal(await inMain(`require('electron').BrowserWindow.getAllWindows().length`), 1)
})

const aFolder = { kind: 'folder', title: 'Choose', filters: [], startAt: '' }

test('in connect mode no dialog for a path is opened: the form says why, and so does the main process', async () => {
  await window.main.evaluate(dialogsAnswer(null))
  await window.page.evaluate(`void (location.hash = '#/new')`)
  await window.page.until(says(`it is a path on the machine of 127.0.0.1:${server.port}`), patienceMs)
  assert.equal(await window.page.evaluate(`(${chooseButtons}).length`), 0)
  const refused = await window.page.evaluate<Result<string | null>>(
    `window.recheck.choosePath(${JSON.stringify(aFolder)})`,
  )
  assert.equal(refused.ok ? 'ok' : refused.error.code, 'window.other-machine')
  assert.deepEqual(await window.main.evaluate('global.askedPaths'), [])
  await window.page.evaluate(`void (location.hash = '#/runs')`)
})

test('the form of “Connect…” takes a link from the keyboard and moves the window', async () => {
  const windows = `require('electron').BrowserWindow.getAllWindows()`
  const item = `require('electron').Menu.getApplicationMenu().items[0].submenu.items.find(i => i.label === '&Connect…')`
  await window.main.evaluate(`void ${item}.click()`)
  await window.main.until(`${windows}.some(w => w.getParentWindow() && w.isVisible())`, patienceMs)
  const form = `${windows}.find(w => w.getParentWindow()).webContents`
  await inMain(`void w.webContents.once('did-finish-load', () => (global.hasMoved = true))`)
  // the form runs no script that could say when its field is ready, so what was typed too early is typed
  // again
  const isOver = `global.hasMoved === true && ${windows}.length === 1`
  for (let tries = 0; tries < 12 && !(await window.main.evaluate<boolean>(isOver)); tries++) {
    await window.main.evaluate(`void ${form}.selectAll()`)
    await window.main.evaluate(`void ${form}.insertText(${JSON.stringify(server.newLink())})`)
    await wait(300)
    await window.main.evaluate(`void ${form}.sendInputEvent({ type: 'char', keyCode: '\\r' })`) // Enter
    await window.main.until(isOver, patienceMs / 12).catch(() => undefined)
  }
  assert.ok(await window.main.evaluate<boolean>(isOver), 'the form did not move the window')
  await window.page.until(says('stopped'), patienceMs)
})

test('a second start ends at once and leaves one window in front', async () => {
  await inMain('w.hide()')
  assert.equal(await startAgain(setup), 0)
  await window.main.until(inWindow('w.isVisible()'), patienceMs)
  assert.equal(await inMain(`require('electron').BrowserWindow.getAllWindows().length`), 1)
})

test('a page that dies is loaded again and finds its run', async () => {
  await inMain(`void w.webContents.once('did-finish-load', () => (global.isLoadedAgain = true))`)
  process.kill(await inMain<number>('w.webContents.getOSProcessId()'), 'SIGKILL')
  await window.main.until('global.isLoadedAgain', patienceMs)
  await window.main.until(
    inWindow(`w.webContents.executeJavaScript(${JSON.stringify(says('stopped'))})`),
    patienceMs,
  )
})

test('in connect mode nothing native is loaded; the window closes unasked and keeps its size', async () => {
  assert.deepEqual(window.natives(), [])
  await inMain('w.setBounds({ x: 20, y: 30, width: 1200, height: 700 })')
  await inMain('void setTimeout(() => w.close(), 500)')
  window.main.close() // a process waits with its end for whoever looks into it
  assert.equal(await window.exited, 0)
  const kept: unknown = JSON.parse(readFileSync(join(setup.configFolder, 'recheck/window.json'), 'utf8'))
  assert.deepEqual(kept, { x: 20, y: 30, width: 1200, height: 700, maximised: false })
})

test('on its own runs, the folder of a model that the system’s dialog gives reaches the field, and the import goes through', async () => {
  window = await openWindow(setup, { home: server.newLink() })
  await window.page.until(says('stopped'), patienceMs)
  const model = join(folder, 'taught')
  cpSync(join(import.meta.dirname, '../../../resources/models/builtin'), model, { recursive: true })
  const value = `document.querySelector('[role="dialog"] input[role="combobox"], [role="dialog"] input[data-autofocus]').value`
  await window.page.evaluate(`void (location.hash = '#/models')`)
  await press('Import a model…')
  const kind = `[...document.querySelectorAll('label')].find(l => l.innerText.trim() === 'Model folder')`
  await window.page.until(kind, patienceMs)
  await window.page.evaluate(`void ${kind}.click()`)
  await window.main.evaluate(dialogsAnswer(null))
  await press('Choose…')
  await window.main.until('global.askedPaths.length === 1', patienceMs)
  assert.equal(await window.page.evaluate(value), '', 'cancelled')
  await window.main.evaluate(dialogsAnswer(model))
  await press('Choose…')
  await window.page.until(`${value} === ${JSON.stringify(model)}`, patienceMs)
  const properties = ['showHiddenFiles', 'openDirectory', 'createDirectory']
  const asked = { title: 'Choose the folder of a model', filters: [], properties }
  assert.deepEqual(await window.main.evaluate('global.askedPaths'), [['Recheck', asked]])
  await takePicture('choose.png')
  await press('Import')
  await window.page.until(says('taught is in the library.'), patienceMs)
  assert.ok(existsSync(join(folder, 'models', 'taught', 'model.safetensors')))
  await inMain('void setTimeout(() => w.close(), 500)')
  window.main.close()
  assert.equal(await window.exited, 0)
})
