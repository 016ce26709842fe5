import assert from 'node:assert/strict'
import { once } from 'node:events'
import { statSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { askOwner, controlAddress } from '../../../../src/main/owner/processes/controlChannel.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'
import { testOwner } from '../support/ownerFixtures.ts'

const stop = { command: 'stop', runId: 'nowhere', when: 'now' } as const

test('a client that leaves before its answer costs the owner nothing', { timeout: 60_000 }, async (t) => {
  const dataDir = temporaryFolder(t)
  await testOwner(t, dataDir)
  for (let clients = 0; clients < 30; clients++) {
    const socket = connect(controlAddress(dataDir))
    await once(socket, 'connect')
    socket.write(`${JSON.stringify(stop)}\n${JSON.stringify(stop)}\n`)
    socket.destroy()
  }
  // it is still there, and answers with its own refusal
  await assert.rejects(askOwner(dataDir, stop), { code: 'run.unknown' })
})

test('a line that does not end is not gathered', { timeout: 60_000 }, async (t) => {
  const dataDir = temporaryFolder(t)
  await testOwner(t, dataDir)
  const socket = connect(controlAddress(dataDir))
  socket.on('error', () => undefined) // closed while it still writes
  await once(socket, 'connect')
  const isClosed = new Promise((resolve) => socket.on('close', resolve))
  socket.write('x'.repeat(1_100_000))
  await isClosed
  await assert.rejects(askOwner(dataDir, stop), { code: 'run.unknown' })
})

test('card and socket are for the owner’s user alone, whatever the mask', async (t) => {
  const dataDir = temporaryFolder(t)
  const mask = process.umask(0)
  t.after(() => process.umask(mask))
  await testOwner(t, dataDir)
  for (const file of [join(dataDir, 'owner.json'), controlAddress(dataDir)])
    assert.equal((statSync(file).mode & 0o777).toString(8), '600', file)
  assert.equal(process.umask(), 0, 'and the mask is as it was')
})

test(
  'an owner that does not answer is named, and nobody waits for it for ever',
  { timeout: 60_000 },
  async (t) => {
    const dataDir = temporaryFolder(t)
    const control = join(dataDir, 'silent.sock')
    const silent = createServer((socket) => void t.after(() => socket.destroy())).listen(control)
    t.after(() => silent.close())
    await once(silent, 'listening')
    const card = { processId: 4321, address: 'a test', control }
    writeFileSync(join(dataDir, 'owner.json'), JSON.stringify(card))
    const named = {
      code: 'owner.silent',
      message: /process 4321 owns .* has not answered\. .* "kill -CONT 4321"/,
    }
    await assert.rejects(askOwner(dataDir, stop, { withinMs: 200 }), named)
    const given = AbortSignal.abort()
    await assert.rejects(askOwner(dataDir, stop, { signal: given }), named)
  },
)
