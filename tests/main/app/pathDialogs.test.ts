import '../../electron/electronHooks.ts'
import assert from 'node:assert/strict'
import type { BrowserWindow } from 'electron'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import type { BackendSlot } from '../../../src/main/app/backendSlot.ts'
import { pathChannel } from '../../../src/shared/routes/bridge.ts'
import type { Result } from '../../../src/shared/routes/contract.ts'
import type { PathQuestion } from '../../../src/shared/routes/pathQuestion.ts'
import { invoke } from '../../electron/doubleWindow.ts'
import { answerPathDialog, world } from '../../electron/doubleWorld.ts'

const { placeToBegin, servePathDialogs } = await import('../../../src/main/app/pathDialogs.ts')

const folder = mkdtempSync(join(tmpdir(), 'recheck-paths-'))
mkdirSync(join(folder, 'models'))
writeFileSync(join(folder, 'problems.csv'), '')
after(() => rmSync(folder, { recursive: true }))

const mainFrame = { url: 'app://recheck/index.html#/models' }
let server: string | null = null
const slot = { target: () => ({ server }) } as unknown as BackendSlot
const stop = servePathDialogs({ webContents: { mainFrame } } as unknown as BrowserWindow, slot)
after(stop)
beforeEach(() => {
  server = null
  world.pathDialogs.length = 0
})

const ask = async (question: Partial<PathQuestion>): Promise<Result<string | null>> => {
  const whole = { kind: 'folder', title: 'Choose', filters: [], startAt: '', ...question }
  return (await invoke(pathChannel, mainFrame, [whole])) as Result<string | null>
}
const codeOf = (answer: Result<unknown>): string => (answer.ok ? 'ok' : answer.error.code)

test('each kind is the system’s dialog for it, with its filters and where it begins', async () => {
  for (const path of ['/a', '/b.csv', '/c.gguf']) answerPathDialog(path)
  const problems = [{ name: 'Problems', endings: ['csv', 'gz'] }]
  assert.deepEqual(await ask({ startAt: folder }), { ok: true, data: '/a' })
  assert.deepEqual(await ask({ kind: 'file', filters: problems }), { ok: true, data: '/b.csv' })
  assert.deepEqual(await ask({ kind: 'save', startAt: join(folder, 'new') }), { ok: true, data: '/c.gguf' })
  const [folders, files, saves] = world.pathDialogs
  assert.deepEqual([folders?.form, folders?.defaultPath], ['open', folder])
  assert.deepEqual(folders?.properties, ['showHiddenFiles', 'openDirectory', 'createDirectory'])
  assert.deepEqual([files?.form, files?.properties?.includes('openFile')], ['open', true])
  assert.deepEqual(files?.filters, [{ name: 'Problems', extensions: ['csv', 'gz'] }])
  assert.ok(files !== undefined && !('defaultPath' in files), 'the system’s own choice')
  assert.deepEqual([saves?.form, saves?.defaultPath], ['save', join(folder, 'new')])
})

test('a dialog that is cancelled gives null, and one at a time is open', async () => {
  const first = ask({})
  assert.equal(codeOf(await ask({})), 'window.dialog-open')
  answerPathDialog(null)
  assert.deepEqual(await first, { ok: true, data: null })
  answerPathDialog(null)
  assert.deepEqual(await ask({ kind: 'save' }), { ok: true, data: null })
  assert.equal(world.pathDialogs.length, 2)
})

test('a window that drives a server opens none; one that has moved there meanwhile gives no path', async () => {
  server = 'gpu-box:7860'
  const refused = await ask({})
  assert.equal(codeOf(refused), 'window.other-machine')
  assert.match(refused.ok ? '' : refused.error.message, /^This window drives gpu-box:7860: /)
  assert.equal(world.pathDialogs.length, 0)
  server = null
  const asked = ask({})
  server = 'gpu-box:7860'
  answerPathDialog('/home/me/model')
  assert.equal(codeOf(await asked), 'window.other-machine')
})

test('what a page asks for is parsed, whatever it sends', async () => {
  const odd: readonly unknown[] = [
    undefined,
    'folder',
    { kind: 'folder' },
    { kind: 'any', title: 'x', filters: [], startAt: '' },
    { kind: 'file', title: '', filters: [], startAt: '' },
    { kind: 'file', title: 'x', filters: [{ name: 'x', endings: ['.csv'] }], startAt: '' },
    { kind: 'file', title: 'x', filters: [{ name: 'x', endings: [] }], startAt: '' },
    { kind: 'file', title: 'x', filters: [], startAt: '', properties: ['multiSelections'] },
    { kind: 'file', title: 'x', filters: [], startAt: 'x'.repeat(1001) },
  ]
  for (const question of odd)
    assert.equal(
      codeOf((await invoke(pathChannel, mainFrame, [question])) as Result<unknown>),
      'request.invalid',
    )
  assert.equal(world.pathDialogs.length, 0)
})

test('a dialog begins at the path in the field, or at the nearest folder that is there', () => {
  const home = homedir()
  const place = (startAt: string, kind: PathQuestion['kind'] = 'folder'): string | null =>
    placeToBegin(startAt, kind, home)
  assert.equal(place(join(folder, 'models')), join(folder, 'models'))
  assert.equal(place(join(folder, 'problems.csv'), 'file'), join(folder, 'problems.csv'))
  assert.equal(place(join(folder, 'gone', 'deeper')), folder)
  assert.equal(place(join(folder, 'gone', 'run-step-80'), 'save'), join(folder, 'run-step-80'))
  assert.equal(place('~'), home)
  assert.equal(place('~/no such folder/model', 'save'), join(home, 'model'))
  for (const name of ['', 'builtin', 'org/name@main', './model', '~me/model'])
    assert.equal(place(name), null, name)
})
