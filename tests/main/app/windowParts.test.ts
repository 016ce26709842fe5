import '../../electron/electronHooks.ts'
import assert from 'node:assert/strict'
import type { MenuItemConstructorOptions } from 'electron'
import { test } from 'node:test'
import type { Backend } from '../../../src/main/api/backend.ts'
import { openBackendSlot } from '../../../src/main/app/backendSlot.ts'
import type { StoreEvent } from '../../../src/shared/routes/contract.ts'

const { menuTemplate } = await import('../../../src/main/app/appMenu.ts')
const { stillRunning } = await import('../../../src/main/app/closing.ts')
const { readForm } = await import('../../../src/main/app/connectForm.ts')
const { isOwnFrame } = await import('../../../src/main/app/ipcServer.ts')
const { windowTitle } = await import('../../../src/main/app/runWatch.ts')

test('the title tells run, share and server', () => {
  const run = { name: 'demo', step: 2, totalSteps: 5 }
  assert.equal(windowTitle(undefined, null), 'Recheck')
  assert.equal(windowTitle(run, null), 'demo 40 % – Recheck')
  assert.equal(windowTitle({ ...run, totalSteps: 0 }, '127.0.0.1:7860'), 'demo – Recheck on 127.0.0.1:7860')
})

test('only the main frame showing the page is its own', () => {
  const mainFrame = { url: 'app://recheck/index.html#/runs' }
  assert.ok(isOwnFrame(mainFrame, { mainFrame }))
  assert.equal(isOwnFrame({ ...mainFrame }, { mainFrame }), false, 'another frame at the same address')
  assert.equal(isOwnFrame(null, { mainFrame }), false)
  for (const url of ['', 'about:blank', 'https://recheck/', 'data:text/html,app://recheck/']) {
    const moved = { url }
    assert.equal(isOwnFrame(moved, { mainFrame: moved }), false, url)
  }
})

test('every accelerator of the menu is used once, and one leads back from a server only when there is one', () => {
  const nothing = (): void => undefined
  const actions = { connect: nothing, disconnect: nothing, show: nothing, close: nothing }
  const itemsOf = (isConnected: boolean): readonly MenuItemConstructorOptions[] =>
    menuTemplate(actions, isConnected).flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []))
  const keys = itemsOf(false).flatMap(({ accelerator }) => (accelerator === undefined ? [] : [accelerator]))
  assert.deepEqual(keys, ['CmdOrCtrl+N', 'CmdOrCtrl+Shift+O', 'CmdOrCtrl+Q', 'CmdOrCtrl+1'])
  const back = (isConnected: boolean): boolean | undefined =>
    itemsOf(isConnected).find(({ label }) => label === 'Back to &this computer')?.enabled
  assert.deepEqual([back(false), back(true)], [false, true])
})

test('the form sends a link or a refusal; every other address is neither', () => {
  const link = 'http://127.0.0.1:7860/#token=a-b_c'
  const query = new URLSearchParams({ link: ` ${link} `, do: 'connect' }).toString()
  assert.deepEqual(readForm(`app://connect/?${query}`), { link })
  assert.equal(readForm('app://connect/?link=&do=cancel'), 'cancel')
  for (const address of [
    'app://connect/?link=+&do=connect',
    `https://x/?${query}`,
    `app://connect.x/?${query}`,
  ]) {
    assert.equal(readForm(address), null, address)
  }
})

test('the question names one run and counts several', () => {
  assert.equal(stillRunning([{ name: 'a' }]), '"a" is still running.')
  assert.equal(stillRunning([{ name: 'a' }, { name: 'b' }]), '2 runs are still running.')
})

function fakeBackend(name: string, log: string[]): Backend & { tell(event: StoreEvent): void } {
  const listeners = new Set<(event: StoreEvent) => void>()
  return {
    request: async () => ({ ok: true, data: name }),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onConnection: () => () => undefined,
    close: async () => void log.push(`${name} closed`),
    tell: (event) => listeners.forEach((listener) => listener(event)),
  }
}

test('a window that moves keeps its listeners, hears the new place alone, and closes each backend once', async () => {
  const log: string[] = []
  const [here, there] = [fakeBackend('here', log), fakeBackend('there', log)]
  const slot = openBackendSlot({ backend: here, server: null })
  slot.subscribe(({ runIds }) => log.push(`heard ${runIds?.join()}`))
  slot.onConnection((connection) => log.push(`connection ${connection}`))
  here.tell({ runIds: ['a'], event: { type: 'changed' } })
  await slot.replace({ backend: there, server: 'box:1' })
  here.tell({ runIds: ['b'], event: { type: 'changed' } })
  there.tell({ runIds: ['c'], event: { type: 'changed' } })
  assert.deepEqual(await slot.target().backend.request('run.list', {}), { ok: true, data: 'there' })
  assert.equal(slot.target().server, 'box:1')
  await slot.close()
  assert.deepEqual(log, ['heard a', 'connection open', 'here closed', 'heard c', 'there closed'])
})

test('a backend that fails to close is told to whoever moved away from it, once', async () => {
  const failing: Backend = { ...fakeBackend('here', []), close: () => Promise.reject(new Error('disk')) }
  const log: string[] = []
  const slot = openBackendSlot({ backend: failing, server: null })
  await assert.rejects(slot.replace({ backend: fakeBackend('there', log), server: 'box:1' }), /disk/)
  await slot.replace({ backend: fakeBackend('home', log), server: null })
  await slot.close()
  assert.deepEqual(log, ['there closed', 'home closed'])
})

test('whoever comes back waits until the place that was left is closed', async () => {
  const log: string[] = []
  let finish = (): void => undefined
  const closed = new Promise<void>((resolve) => (finish = resolve))
  const slow: Backend = { ...fakeBackend('here', log), close: () => closed }
  const slot = openBackendSlot({ backend: slow, server: null })
  const moved = slot.replace({ backend: fakeBackend('there', log), server: 'box:1' })
  const back = slot.whenLeft().then(() => log.push('may come back'))
  await new Promise((done) => setImmediate(done))
  assert.deepEqual(log, [])
  finish()
  await Promise.all([moved, back])
  assert.deepEqual(log, ['may come back'])
})
