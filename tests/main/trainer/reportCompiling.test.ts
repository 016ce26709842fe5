import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reportCompiling } from '../../../src/main/trainer/reportCompiling.ts'
import type { JobEvent } from '../../../src/main/wire/jobPort.ts'

const stage = { name: 'self-correction', unit: 'steps', secondsLeft: null, done: 0, total: 6 } as const
const what = '32 tokens for 8 rows, caches of 128 positions'

function follow() {
  const told: (JobEvent | 'flushed')[] = []
  const port = {
    emit: (event: JobEvent) => void told.push(event),
    flush: () => {
      told.push('flushed')
      return Promise.resolve()
    },
  }
  return { told, report: reportCompiling(port, stage) }
}

test('where sampling waits for XLA, that is what the run is doing, and it is stored before the wait', async () => {
  const { told, report } = follow()
  await report({ what, state: 'started', waits: true, seconds: 0 })
  const [progress, log, last] = told
  assert.ok(typeof progress === 'object' && progress.type === 'progress')
  assert.deepEqual(
    [progress.progress.activity, progress.progress.stage],
    ['compiling the sampler (XLA)', stage],
  )
  assert.ok(typeof log === 'object' && log.type === 'log')
  assert.equal(log.message, `XLA compiles the sampler for ${what}; sampling waits for it`)
  assert.deepEqual([last, told.length], ['flushed', 3])
})

test('compiled in the background, sampling stays what the run is doing; the log says what began and how long it took', async () => {
  const { told, report } = follow()
  await report({ what, state: 'started', waits: false, seconds: 0 })
  await report({ what, state: 'ended', waits: false, seconds: 12.34 })
  const messages = told.map((event) =>
    typeof event === 'object' && event.type === 'log' ? event.message : event,
  )
  assert.deepEqual(messages, [
    `XLA compiles the sampler for ${what}; meanwhile sampling goes on node by node`,
    `XLA has compiled the sampler for ${what}, in 12.3 s`,
  ])
  // a process that goes on with the run does not say the same again
  assert.equal(
    new Set(told.map((event) => typeof event === 'object' && event.type === 'log' && event.key)).size,
    2,
  )
})
