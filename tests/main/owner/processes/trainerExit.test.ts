import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endOf } from '../../../../src/main/owner/processes/endOfTrainer.ts'
import {
  describeExit,
  describeFailure,
  withMemoryPlan,
  type TrainerExit,
} from '../../../../src/main/owner/processes/trainerExit.ts'
import { outOfMemoryBeforeTraining, outOfMemoryMessage } from '../../../../src/main/wire/outOfMemory.ts'
import { resumePoint } from '../../../../src/main/wire/resumePoint.ts'

const exit = (fields: Partial<TrainerExit>): TrainerExit => ({
  exitCode: null,
  signal: null,
  stderr: '',
  systemRanOutOfMemory: false,
  ...fields,
})

const outOfMemory = outOfMemoryMessage('run-1', 12)
const advice = { outOfMemory, resumes: resumePoint('self-correction', 6) }

test('the way out of want of memory names half the micro-batch', () => {
  assert.match(outOfMemory, /It took 12 rows at a time; .*: recheck resume run-1 --set microBatch=6$/)
  assert.match(outOfMemoryMessage('run-1', 3), /--set microBatch=1$/)
  assert.match(outOfMemoryMessage('run-1', 1), /one row already: choose shorter completions/)
  assert.equal(
    outOfMemoryBeforeTraining(resumePoint('self-correction', null)),
    'The trainer ran out of memory before it had begun to train. Nothing stored is lost. End other programs, or choose ' +
      'a smaller model in a new run. It has no checkpoint yet: resume begins its training anew; V* estimates that are ' +
      'stored are used again.',
  )
})

test('want of memory is recognised whoever says it, and the way out is a smaller micro-batch', () => {
  for (const ended of [
    exit({ signal: 'SIGKILL', systemRanOutOfMemory: true }),
    exit({ signal: 'SIGABRT', stderr: 'FATAL ERROR: Reached heap limit … JavaScript heap out of memory' }),
    exit({ signal: 'SIGABRT', stderr: "terminate called after throwing an instance of 'std::bad_alloc'" }),
  ]) {
    const error = describeExit(ended, advice)
    assert.equal(error.code, 'trainer.out-of-memory')
    assert.equal(error.message, outOfMemory)
  }
  const failure = describeFailure(
    { code: 'internal', message: 'RESOURCE_EXHAUSTED: failed to allocate' },
    outOfMemory,
  )
  assert.equal(failure.code, 'trainer.out-of-memory')
  assert.match(failure.message, /\(RESOURCE_EXHAUSTED: failed to allocate\)$/)
  const other = { code: 'checkpoint.other-model', message: 'the model differs' } as const
  assert.equal(describeFailure(other, outOfMemory), other)
})

test('want of memory is told beside what was planned, and where the run continues', () => {
  const resumes = resumePoint('self-correction', null)
  const planned = 'Memory: about 3.0 GiB. Less memory, by what it saves: microBatch=1 (1.0 GiB).'
  const killed = describeExit(exit({ signal: 'SIGKILL', systemRanOutOfMemory: true }), advice)
  assert.equal(
    withMemoryPlan(killed, { planned, resumes }).message,
    `${outOfMemory}\n${resumes}\nWhen it was made, it was planned: ${planned}`,
  )
  const before = { code: 'trainer.out-of-memory', message: outOfMemoryBeforeTraining(resumes) } as const
  assert.equal(withMemoryPlan(before, { planned: null, resumes }).message, before.message, 'said once')
  const other = { code: 'trainer.killed', message: 'killed' } as const
  assert.equal(withMemoryPlan(other, { planned, resumes }), other)
})

test('a run without a checkpoint is promised none', () => {
  for (const stage of ['estimate-v-star', 'self-correction'] as const) {
    const resumes = resumePoint(stage, null)
    assert.doesNotMatch(resumes, /from the (last )?checkpoint/)
    const { message } = describeExit(exit({ signal: 'SIGKILL' }), { outOfMemory, resumes })
    assert.equal(message, `The trainer process ended by signal SIGKILL. ${resumes}`)
  }
})

test('any other end is told by its signal or code, with the last words', () => {
  assert.deepEqual(describeExit(exit({ signal: 'SIGKILL' }), advice), {
    code: 'trainer.killed',
    message: 'The trainer process ended by signal SIGKILL. Resume continues from the checkpoint of step 6.',
  })
  const stderr = Array.from({ length: 9 }, (_, line) => `line ${line}`).join('\n')
  assert.match(
    describeExit(exit({ exitCode: 3, stderr }), advice).message,
    /exit code 3\..*Its last words:\nline 4\n.*line 8$/s,
  )
})

test('what TensorFlow says when it starts is not among the last words', () => {
  const greeting = [
    'WARNING: All log messages before absl::InitializeLog() is called are written to STDERR',
    'I0000 00:00:1795374332.981548    2394 port.cc:153] oneDNN custom operations are on.',
    '2026-11-22 18:00:05.000001: W tensorflow/core/x.cc:1] nothing to see',
  ]
  const end = (stderr: string): string => describeExit(exit({ signal: 'SIGKILL', stderr }), advice).message
  assert.doesNotMatch(end(`${greeting.join('\n')}\n`), /last words/)
  assert.match(end([...greeting, 'F0000 check failed'].join('\n')), /Its last words:\nF0000 check failed$/)
})

test('what the end of a process means depends on what was asked and what was said', () => {
  const killed = exit({ signal: 'SIGKILL' })
  const end = (report: Parameters<typeof endOf>[0]['report'], intent: 'run' | 'stop' | 'free-device') =>
    endOf({ report, intent, status: 'running', exit: killed, advice }).status
  assert.equal(end({ outcome: 'finished' }, 'run'), 'finished')
  assert.equal(end({ outcome: 'finished' }, 'stop'), 'finished')
  assert.equal(end({ outcome: 'stopped' }, 'stop'), 'stopped')
  assert.equal(end({ outcome: 'stopped' }, 'free-device'), 'paused')
  assert.equal(end(null, 'stop'), 'stopped')
  assert.equal(end(null, 'run'), 'interrupted')
  assert.equal(end(null, 'free-device'), 'interrupted')
  const error = { code: 'checkpoint.shape', message: 'm' } as const
  assert.deepEqual(endOf({ report: { error }, intent: 'run', status: 'running', exit: killed, advice }), {
    status: 'failed',
    error,
  })
  assert.equal(
    endOf({ report: { error }, intent: 'run', status: 'paused', exit: killed, advice }).status,
    'interrupted',
  )
})
