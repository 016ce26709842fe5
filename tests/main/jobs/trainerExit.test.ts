import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endOf } from '../../../src/main/jobs/superviseRun.ts'
import { describeExit, describeFailure, type TrainerExit } from '../../../src/main/jobs/trainerExit.ts'

const exit = (fields: Partial<TrainerExit>): TrainerExit => ({
  exitCode: null,
  signal: null,
  stderr: '',
  systemRanOutOfMemory: false,
  ...fields,
})

test('want of memory is recognised whoever says it, and the way out is a smaller micro-batch', () => {
  for (const ended of [
    exit({ signal: 'SIGKILL', systemRanOutOfMemory: true }),
    exit({ signal: 'SIGABRT', stderr: 'FATAL ERROR: Reached heap limit … JavaScript heap out of memory' }),
    exit({ signal: 'SIGABRT', stderr: "terminate called after throwing an instance of 'std::bad_alloc'" }),
  ]) {
    const error = describeExit(ended)
    assert.equal(error.code, 'trainer.out-of-memory')
    assert.match(error.message, /^The trainer ran out of memory\. .*smaller micro-batch \(halve microBatch\)/)
  }
  const failure = describeFailure({ code: 'internal', message: 'RESOURCE_EXHAUSTED: failed to allocate' })
  assert.equal(failure.code, 'trainer.out-of-memory')
  assert.match(failure.message, /\(RESOURCE_EXHAUSTED: failed to allocate\)$/)
  const other = { code: 'checkpoint.other-model', message: 'the model differs' }
  assert.equal(describeFailure(other), other)
})

test('any other end is told by its signal or code, with the last words', () => {
  assert.deepEqual(describeExit(exit({ signal: 'SIGKILL' })), {
    code: 'trainer.killed',
    message: 'The trainer process ended by signal SIGKILL. Resume goes on from the last checkpoint.',
  })
  const stderr = Array.from({ length: 9 }, (_, line) => `line ${line}`).join('\n')
  assert.match(
    describeExit(exit({ exitCode: 3, stderr })).message,
    /exit code 3\..*Its last words:\nline 4\n.*line 8$/s,
  )
})

test('what the end of a process means depends on what was asked and what was said', () => {
  const killed = exit({ signal: 'SIGKILL' })
  const end = (report: Parameters<typeof endOf>[0]['report'], intent: 'run' | 'stop' | 'free-device') =>
    endOf({ report, intent, status: 'running', exit: killed }).status
  assert.equal(end({ outcome: 'finished' }, 'run'), 'finished')
  assert.equal(end({ outcome: 'finished' }, 'stop'), 'finished')
  assert.equal(end({ outcome: 'stopped' }, 'stop'), 'stopped')
  assert.equal(end({ outcome: 'stopped' }, 'free-device'), 'paused')
  assert.equal(end(null, 'stop'), 'stopped')
  assert.equal(end(null, 'run'), 'interrupted')
  assert.equal(end(null, 'free-device'), 'interrupted')
  const error = { code: 'c', message: 'm' }
  assert.deepEqual(endOf({ report: { error }, intent: 'run', status: 'running', exit: killed }), {
    status: 'failed',
    error,
  })
  assert.equal(
    endOf({ report: { error }, intent: 'run', status: 'paused', exit: killed }).status,
    'interrupted',
  )
})
