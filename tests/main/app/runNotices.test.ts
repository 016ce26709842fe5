import '../../electron/electronHooks.ts'
import assert from 'node:assert/strict'
import type { BrowserWindow } from 'electron'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { Backend } from '../../../src/main/api/backend.ts'
import type { RunStatus } from '../../../src/shared/runs/records.ts'
import { noticeOf } from '../../../src/shared/runs/runNotice.ts'
import type { StoreEvent } from '../../../src/shared/routes/contract.ts'
import { BrowserWindow as DoubleWindow } from '../../electron/doubleWindow.ts'
import { world } from '../../electron/doubleWorld.ts'

const { openBackendSlot } = await import('../../../src/main/app/backendSlot.ts')
const { notifyOfRuns } = await import('../../../src/main/app/runNotices.ts')

const log = (code: string): StoreEvent['event'] => ({
  type: 'log',
  level: 'warning',
  code,
  remedy: null,
  message: 'Revisions mostly copy.',
})
const status = (name: RunStatus): StoreEvent['event'] => ({
  type: 'status',
  status: name,
  error: { code: 'file.disk-full', message: 'the disk is full' },
})

test('alarms and ends that nobody asked for are worth a notification, nothing else is', () => {
  assert.equal(noticeOf(log('alarm.change-ratio')), 'Alarm: Revisions mostly copy.')
  const ofStep = { ...log('alarm.change-ratio'), step: 20 } as StoreEvent['event']
  assert.equal(noticeOf(ofStep), 'Alarm at step 20: Revisions mostly copy.')
  assert.equal(noticeOf(log('alarm-passed.change-ratio')), null)
  assert.equal(noticeOf(log('data.skipped')), null)
  assert.equal(noticeOf({ type: 'changed' }), null)
  assert.equal(noticeOf(status('finished')), 'The run is finished.')
  assert.equal(noticeOf(status('failed')), 'The run failed: the disk is full')
  assert.equal(noticeOf(status('interrupted')), 'The run was interrupted. It can be resumed.')
  assert.equal(noticeOf(status('paused')), 'The run waits: the disk is full')
  assert.equal(noticeOf({ type: 'status', status: 'paused', error: null }), null)
  for (const silent of ['queued', 'running', 'stopped'] as const) {
    assert.equal(noticeOf(status(silent)), null, silent)
  }
})

test('only a window that is hidden or behind another notifies; a click brings it back on the run', async () => {
  const window = new DoubleWindow({ title: '', show: true, width: 800, height: 600, webPreferences: {} })
  const listeners: ((event: StoreEvent) => void)[] = []
  const backend: Backend = {
    request: async () => ({ ok: true, data: { name: 'seven' } }),
    subscribe(listener) {
      listeners.push(listener)
      return () => void listeners.splice(listeners.indexOf(listener), 1)
    },
    onConnection: () => () => undefined,
    close: async () => undefined,
  }
  const slot = openBackendSlot({ backend, server: null })
  const shown: string[] = []
  const end = notifyOfRuns(window as unknown as BrowserWindow, slot, (place) => shown.push(place))
  const tell = async (): Promise<void> => {
    for (const listener of listeners) listener({ runIds: ['a b'], event: log('alarm.kl') })
    await turn()
  }
  await tell()
  assert.equal(world.notices.length, 0, 'in front')
  window.hasFocus = false
  await tell()
  assert.deepEqual(
    world.notices.map(({ title, body }) => [title, body]),
    [['seven', 'Alarm: Revisions mostly copy.']],
  )
  window.hide()
  await tell()
  assert.equal(world.notices.length, 2)
  world.notices[1]?.click()
  assert.deepEqual([shown, window.isFocused(), window.isVisible()], [['#/run/a%20b'], true, true])
  await tell()
  assert.equal(world.notices.length, 2, 'in front again')
  end()
  window.hide()
  await tell()
  assert.equal(world.notices.length, 2, 'ended')
})
