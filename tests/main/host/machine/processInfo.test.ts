import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import {
  commandLineOf,
  isAlive,
  markOf,
  processStart,
} from '../../../../src/main/host/machine/processInfo.ts'

test('a process is named by its id and start, and is gone when it has ended', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '--', 'some words'], {
    stdio: 'ignore',
  })
  await once(child, 'spawn')
  const mark = markOf(child.pid ?? 0)
  assert.ok(isAlive(mark))
  assert.ok(
    !isAlive({ ...mark, processStartedAtMs: (mark.processStartedAtMs ?? 0) - 10 }),
    'an id used again',
  )
  assert.ok(
    (mark.processStartedAtMs ?? 0) >= (processStart(process.pid) ?? Infinity),
    'the child began after us',
  )
  assert.ok(process.platform !== 'linux' || commandLineOf(mark.processId).includes('some words'))
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.ok(!isAlive(mark))
  assert.deepEqual(commandLineOf(mark.processId), [])
})

test('without a start time nothing is claimed to be alive', () => {
  assert.ok(!isAlive({ processId: process.pid, processStartedAtMs: null }))
  assert.equal(processStart(2 ** 30), null)
})
