// The real main and preload bundles, with a double in the place of Electron's modules.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connectRemote } from '../../src/main/api/remoteBackend.ts'
import { serve } from '../../src/main/api/serve.ts'
import type { HttpServer } from '../../src/main/api/httpServer.ts'
import { systemClock } from '../../src/main/host/machine/clock.ts'
import type { Run } from '../../src/shared/runs/records.ts'
import type { AppInfo } from '../../src/shared/routes/app.ts'
import { pathChannel } from '../../src/shared/routes/bridge.ts'
import type { PathQuestion } from '../../src/shared/routes/pathQuestion.ts'
import { buildBundles } from './bundles.ts'
import { codeOf, dataOf, isLoaded, longRun, open } from './openWindow.ts'
import { openTunnel, through } from '../main/api/tunnel.ts'
import { makeAppFolder } from './windowProcess.ts'

test('start: one sandboxed, isolated window on its own protocol, which answers its page from a real store', async (t) => {
  const { window } = open(t)
  const state = await window.until('the page', (found) => isLoaded(found) && found.isShown)
  assert.deepEqual(state.schemes, ['app'])
  assert.deepEqual([state.loads, state.statuses, state.windows], [['app://recheck/index.html'], [200], 1])
  const { contextIsolation, sandbox, nodeIntegration, webviewTag } = state.preferences
  assert.deepEqual([contextIsolation, sandbox, nodeIntegration, webviewTag], [true, true, false, false])
  assert.match(state.icon ?? '', /resources\/icon\.png$/)
  assert.deepEqual(state.permissions, { asked: false, checked: false })
  assert.deepEqual(dataOf(await window.ask('request', 'run.list', {})), [])
  // the engines are looked at on plain Node, with files that lie elsewhere than the bundle
  const { canTrain, trainingProblem, shell } = dataOf<AppInfo>(await window.ask('request', 'app.info', {}))
  assert.deepEqual([canTrain, trainingProblem, shell], [true, null, 'window'])
  // a window of its own folder does load the store's module: the test of connect mode can tell the difference
  assert.ok((await window.ask('natives')).some((file) => file.includes('better-sqlite3')))
  await window.ask('close')
  assert.equal(await window.exited, 0)
})

test('what is not the page’s main frame, no text, no route or no fitting payload is refused', async (t) => {
  const { window } = open(t)
  await window.until('the page', isLoaded)
  for (const frame of ['inner', 'foreign', 'none'] as const) {
    assert.equal(codeOf(await window.ask('requestFrom', frame, 'run.list', {})), 'request.sender')
  }
  assert.equal(codeOf(await window.ask('rawRequest', 'run.list', {})), 'ok')
  assert.equal(codeOf(await window.ask('rawRequest', 7, {})), 'request.route')
  assert.equal(codeOf(await window.ask('request', 'constructor', {})), 'request.route')
  assert.equal(codeOf(await window.ask('request', 'run.get', { runId: 5 })), 'request.invalid')
  assert.equal(codeOf(await window.ask('request', 'run.get', { runId: 'r', more: 1 })), 'request.invalid')
  assert.equal(
    await window.ask('endListening'),
    'undefined,undefined',
    'nothing of Electron reaches the page',
  )
})

const aModel: PathQuestion = {
  kind: 'folder',
  title: 'Choose the folder of a model',
  filters: [],
  startAt: '',
}

test('the page asks for a path by the system’s own dialog, and nobody else does', async (t) => {
  const { window } = open(t)
  await window.until('the page', isLoaded)
  assert.equal(dataOf(await window.ask('server')), null)
  await window.ask('answerPath', '/models/qwen')
  assert.equal(dataOf(await window.ask('choosePath', aModel)), '/models/qwen')
  await window.ask('answerPath', null)
  assert.equal(dataOf(await window.ask('choosePath', aModel)), null, 'cancelled')
  for (const frame of ['inner', 'foreign', 'none'] as const) {
    assert.deepEqual(await window.ask('askWindowFrom', frame, aModel), ['request.sender', 'request.sender'])
  }
  assert.equal(codeOf(await window.ask('choosePath', { ...aModel, kind: 'shell' })), 'request.invalid')
  const { pathDialogs } = await window.ask('state')
  assert.deepEqual(
    pathDialogs.map(({ title }) => title),
    [aModel.title, aModel.title],
    'no refusal has opened one',
  )
  // no route of the contract opens one either: a page in a browser has no way to
  for (const route of ['path.choose', 'choosePath', pathChannel])
    assert.equal(codeOf(await window.ask('request', route, aModel)), 'request.route')
})

test('the page goes nowhere else, opens nothing, and its protocol serves its own folder alone', async (t) => {
  const { window } = open(t)
  await window.until('the page', isLoaded)
  for (const address of ['https://example.org/', 'file:///etc/passwd', 'app://other/index.html']) {
    const refused = await window.ask('navigate', address)
    assert.deepEqual(refused, { page: true, frame: true, redirect: true, window: 'deny' }, address)
  }
  const { external } = await window.until('the browser', (state) => state.external.length > 0)
  assert.deepEqual(external, ['https://example.org/'], 'only https goes to the browser')
  assert.deepEqual(await window.ask('embed'), { webview: true, frame: true }, 'and holds no other page')
  const page = await window.ask('fetch', 'app://recheck/index.html')
  assert.deepEqual([page.status, page.type], [200, 'text/html; charset=utf-8'])
  assert.match(page.policy ?? '', /default-src 'none'; script-src 'self';/)
  for (const path of [
    '../preload/index.cjs',
    '%2e%2e/%2e%2e/package.json',
    '..%2fpreload%2findex.cjs',
    '%',
  ]) {
    assert.equal((await window.ask('fetch', `app://recheck/${path}`)).status, 404, path)
  }
})

test('a page that dies is loaded again; one that keeps dying asks first', async (t) => {
  const { window } = open(t)
  await window.until('the page', isLoaded)
  await window.ask('crash', 'clean-exit')
  for (let crash = 1; crash <= 3; crash++) {
    await window.ask('crash', 'oom')
    await window.until(`load ${crash + 1}`, ({ statuses }) => statuses.length === crash + 1)
    assert.deepEqual(dataOf(await window.ask('request', 'run.list', {})), [])
  }
  await window.ask('crash', 'crashed')
  const { dialogs, loads } = await window.until('the question', (state) => state.dialogs.length === 1)
  assert.equal(loads.length, 4)
  assert.match(dialogs[0]?.message ?? '', /keeps ending \(crashed\)/)
  await window.ask('answer', 0)
  await window.until('the fifth load', (state) => state.loads.length === 5)
})

test('a second instance ends at once; the first one comes to the front', async (t) => {
  const second = open(t, [], { isFirst: false })
  assert.equal(await second.window.exited, 0)
  const { window, dataDir } = open(t)
  await window.until('the page', (state) => isLoaded(state) && state.isShown)
  await window.ask('hide')
  await window.ask('secondInstance', { link: null, dataDir })
  const { focusCount, loads, isShown } = await window.ask('state')
  assert.deepEqual([focusCount, loads.length, isShown], [1, 1, true])
  assert.deepEqual(window.errorBoxes, [], 'the same folder: nothing to say')
  await window.ask('secondInstance', { link: null, dataDir: '/elsewhere' })
  assert.match(window.errorBoxes.join(), /open already, with other runs than those of \/elsewhere/)
})

test('a link that does not fit is said in words, and the program ends with 2', async (t) => {
  const { window } = open(t, ['--connect', 'https://example.org/#token=x'])
  assert.equal(await window.exited, 2)
  assert.match(
    window.errorBoxes.join('\n'),
    /^Recheck cannot start: Expected the link that `recheck serve` prints/,
  )
})

test('a trainer that dies marks its run interrupted, page and user are told, and the machine may sleep', async (t) => {
  const { window } = open(t)
  await window.until('the page', isLoaded)
  const { runIds } = dataOf<{ runIds: string[] }>(await window.ask('request', 'run.start', longRun))
  const runId = runIds[0] ?? ''
  await window.untilEvent('progress', ({ event }) => event.type === 'progress')
  await window.until('the blocker', ({ blockers }) => blockers === 1)
  const { processId } = dataOf<Run>(await window.ask('request', 'run.get', { runId }))
  assert.ok(processId !== null)
  await window.ask('blur')
  process.kill(processId, 'SIGKILL')
  await window.untilEvent('the end', ({ event }) => event.type === 'status' && event.status === 'interrupted')
  const { blockersStarted } = await window.until('sleep', (state) => state.blockers === 0)
  assert.equal(blockersStarted, 1)
  const { notices } = await window.until('the notification', (state) => state.notices.length > 0)
  assert.deepEqual(notices, [{ title: 'long', body: 'The run was interrupted. It can be resumed.' }])
  await window.ask('clickNotice', 0)
  const { address, focusCount } = await window.ask('state')
  assert.deepEqual([address, focusCount], [`app://recheck/index.html#/run/${runId}`, 1])
  await window.ask('close')
  assert.equal(await window.exited, 0, 'nothing runs, so nothing is asked')
})

interface Served {
  readonly server: HttpServer
  readonly remove: () => void
}
let served: Served

before(async () => {
  await buildBundles()
  const folder = makeAppFolder()
  const server = await serve({
    dataDir: folder.dataDir,
    port: 0,
    nodePath: process.execPath,
    clock: systemClock,
    pageFolder: `${folder.setup.appPath}/out/renderer`,
  })
  served = { server, remove: folder.remove }
})
after(async () => {
  await served.server.close()
  served.remove()
})

test('--connect drives a running serve: requests and events go through, and nothing native is loaded', async (t) => {
  const { server } = served
  const { window } = open(t, ['--connect', server.newLink()])
  // the title comes with the connection, the page's own words after its preload
  const title = `Recheck on 127.0.0.1:${server.port}`
  await window.until('title and page', (state) => isLoaded(state) && state.title === title)
  const { runIds } = dataOf<{ runIds: string[] }>(await window.ask('request', 'run.start', longRun))
  const runId = runIds[0] ?? ''
  await window.untilEvent(
    'its status',
    (event) => event.runIds?.[0] === runId && event.event.type === 'status',
  )
  assert.equal(codeOf(await window.ask('requestFrom', 'foreign', 'run.list', {})), 'request.sender')
  assert.equal(dataOf(await window.ask('server')), `127.0.0.1:${server.port}`)
  assert.equal(codeOf(await window.ask('choosePath', aModel)), 'window.other-machine')
  assert.deepEqual((await window.ask('state')).pathDialogs, [])
  assert.deepEqual(dataOf(await window.ask('request', 'run.stop', { runId, when: 'now' })), null)
  await window.untilEvent('the stop', ({ event }) => event.type === 'status' && event.status === 'stopped')
  const { blockersStarted } = await window.ask('state')
  assert.equal(blockersStarted, 0, 'another machine’s run keeps only that machine awake')
  assert.deepEqual(await window.ask('natives'), [])
  await window.ask('close')
  assert.equal(await window.exited, 0, 'the server’s runs go on without the window, so nothing is asked')
})

test('a connection that breaks is told to the page, and that it is back', async (t) => {
  const { server } = served
  const tunnel = await openTunnel(server.port)
  t.after(() => tunnel.close())
  const { window } = open(t, ['--connect', through(tunnel, server.newLink())])
  await window.until('the page', isLoaded)
  tunnel.cut()
  await window.until('both words', ({ connections }) => connections.join() === 'lost,open')
})

test('File → Connect… moves the window to a server and back; a used link is refused and may be mended', async (t) => {
  const { server } = served
  const { window } = open(t)
  await window.until('the page', isLoaded)
  const used = server.newLink()
  await (await connectRemote(used)).close()
  await window.ask('click', 'Connect…')
  const { preferences, permissions, redirect, opens } = await window.ask('form')
  const safe = { javascript: false, sandbox: true, contextIsolation: true, nodeIntegration: false }
  assert.deepEqual([preferences, opens], [safe, 'deny'])
  assert.deepEqual([permissions, redirect], [{ asked: false, checked: false }, true])
  assert.equal(await window.ask('sendForm', used), true, 'the form’s own navigation is refused')
  const refused = await window.until('the refusal', ({ dialogs }) => dialogs.length === 1)
  assert.match(refused.dialogs[0]?.detail ?? '', /refused the link; it may have been used before/)
  assert.equal(refused.windows, 2, 'the form stays')
  await window.ask('answer', 0)
  await window.ask('sendForm', server.newLink())
  const moved = await window.until(
    'the server',
    ({ windows, statuses, title }) => windows === 1 && statuses.length === 2 && /^Recheck on /.test(title),
  )
  assert.equal(moved.loads.length, 2, 'the page starts anew on the other runs')
  const remote = dataOf<{ dataFolder: string }>(await window.ask('request', 'app.info', {}))
  await window.ask('click', 'Back to this computer')
  await window.until('home', ({ title, statuses }) => title === 'Recheck' && statuses.length === 3)
  const home = dataOf<{ dataFolder: string }>(await window.ask('request', 'app.info', {}))
  assert.notEqual(home.dataFolder, remote.dataFolder)
})

test('a link of a second instance leads there, but not away from a run without asking', async (t) => {
  const { server } = served
  const { window } = open(t)
  await window.until('the page', isLoaded)
  const { runIds } = dataOf<{ runIds: string[] }>(await window.ask('request', 'run.start', longRun))
  const runId = runIds[0] ?? ''
  await window.untilEvent('progress', ({ event }) => event.type === 'progress')
  await window.ask('secondInstance', { link: server.newLink(), dataDir: null })
  const asked = await window.until('the question', ({ dialogs }) => dialogs.length === 1)
  assert.deepEqual(asked.dialogs[0]?.buttons, ['Stop after this step', 'Cancel'])
  await window.ask('answer', 1)
  await window.until('the title', ({ title }) => title.startsWith('long'))
  assert.equal(dataOf<Run>(await window.ask('request', 'run.get', { runId })).status, 'running')
  await window.ask('request', 'run.stop', { runId, when: 'now' })
  await window.untilEvent('the stop', ({ event }) => event.type === 'status' && event.status === 'stopped')
  await window.ask('secondInstance', { link: server.newLink(), dataDir: null })
  await window.until('the server', ({ title }) => title === `Recheck on 127.0.0.1:${server.port}`)
})
