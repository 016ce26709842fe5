import '../../electron/electronHooks.ts'
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import type { WebContents } from 'electron'
import type { BackendSlot } from '../../../src/main/app/backendSlot.ts'
import { Listeners } from '../../../src/shared/listeners.ts'
import type { StoreEvent } from '../../../src/shared/routes/contract.ts'

const { serveIpc } = await import('../../../src/main/app/ipcServer.ts')

const changed: StoreEvent = { runIds: ['r'], event: { type: 'changed' } }

test('a page that hangs is sent nothing, and is told to read everything again once it answers', () => {
  const sent: unknown[] = []
  const events = new Listeners<StoreEvent>()
  const page = Object.assign(new EventEmitter(), {
    isDestroyed: () => false,
    send: (_channel: string, message: StoreEvent) => sent.push(message.event.type),
  })
  const slot = { subscribe: events.add.bind(events), onConnection: () => () => undefined }
  const stop = serveIpc(page as unknown as WebContents, slot as unknown as BackendSlot)
  events.tell(changed)
  page.emit('unresponsive')
  page.emit('responsive') // nothing was missed
  page.emit('unresponsive')
  for (let count = 0; count < 1000; count++) events.tell(changed)
  assert.deepEqual(sent, ['changed'])
  page.emit('responsive')
  events.tell(changed)
  assert.deepEqual(sent, ['changed', 'missed', 'changed'])
  stop()
  events.tell(changed)
  assert.equal(sent.length, 3)
})
