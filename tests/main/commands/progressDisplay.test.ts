import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { openProgress, type ProgressDisplay } from '../../../src/main/commands/progressDisplay.ts'
import { commandFixture } from './commandFixture.ts'

const step = (done: number): { activity: string; done: number; total: number; unit: string } => ({
  activity: 'updating',
  done,
  total: 100,
  unit: 'steps',
})

test('without a terminal: a line at the start, one every 5 s, one at the end, with rate and time left', () => {
  const { context, stderr, wait } = commandFixture()
  const display = context.openProgress()
  for (let done = 0; done <= 100; done += 10) {
    display.update(step(done))
    wait(1000)
  }
  display.stop()
  // 10 steps a second: at 50 there are 50 left, 5 s
  assert.deepEqual(stderr().trimEnd().split('\n'), [
    'updating: 0/100 steps',
    'updating: 50/100 steps, 10 steps/s, 5 s left',
    'updating: 100/100 steps, 10 steps/s',
  ])
})

test('an end that is reported again and again is one line', () => {
  const { context, stderr } = commandFixture()
  const display = context.openProgress()
  for (let piece = 0; piece < 5; piece++) display.update({ ...step(1), total: 1 })
  display.update({ ...step(0), total: 1 })
  display.update({ ...step(1), total: 1 })
  display.stop()
  assert.equal(stderr(), 'updating: 1/1 steps\n')
})

test('another activity begins a line of its own, after the last state of the one before', () => {
  const { context, stderr } = commandFixture()
  const display = context.openProgress()
  display.update(step(0))
  display.update(step(4))
  display.update({
    activity: 'evaluating',
    done: 0,
    total: 2,
    unit: 'problems',
    ratePerSecond: 3,
    secondsLeft: 61,
  })
  assert.equal(
    stderr(),
    'updating: 0/100 steps\nupdating: 4/100 steps\nevaluating: 0/2 problems, 3.0 problems/s, 1 min 01 s left\n',
  )
})

test('of a part of a stage, the time left is the stage’s as soon as that is known', () => {
  const { context, stderr } = commandFixture()
  const display = context.openProgress()
  const part = { ...step(5), ratePerSecond: 2, secondsLeft: 47.5 }
  const stage = { name: 'self-correction', done: 5, total: 100, unit: 'steps' } as const
  display.update({ ...part, stage: { ...stage, secondsLeft: null } })
  display.update({ ...part, activity: 'training', stage: { ...stage, secondsLeft: 300 } })
  assert.equal(
    stderr(),
    'updating: 5/100 steps, 2.0 steps/s, 48 s left of this part\ntraining: 5/100 steps, 2.0 steps/s, 5 min 00 s left in all\n',
  )
})

const stage1 = { name: 'estimate-v-star', done: 192, total: 3000, unit: 'problems', secondsLeft: 74 } as const
const attempts = {
  activity: 'sampling attempts',
  done: 512,
  total: 512,
  unit: 'completions',
  stage: stage1,
  ratePerSecond: 41.2,
  secondsLeft: 0,
}

test('a part of a stage counts the stage: the problems of stage 1, not the attempts of the chunk in hand', () => {
  const { context, stderr } = commandFixture()
  const display = context.openProgress()
  display.update(attempts)
  display.update({ ...attempts, activity: 'loading model and problems', done: 0, total: 1, unit: 'steps' })
  display.update({ ...attempts, activity: 'loading', done: 0, total: 1, stage: { ...stage1, total: 0 } })
  assert.deepEqual(stderr().trimEnd().split('\n'), [
    'stage 1: 192/3000 problems · sampling attempts 512/512 completions, 41 completions/s, 1 min 14 s left of stage 1',
    'stage 1: 192/3000 problems · loading model and problems, 41 steps/s, 1 min 14 s left of stage 1',
    'loading: 0/1 completions, 41 completions/s, 1 min 14 s left of stage 1',
  ])
})

function drawnOn(): { readonly display: ProgressDisplay; readonly drawn: () => string } {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 })
  const drawn: string[] = []
  stream.on('data', (chunk: Buffer) => drawn.push(chunk.toString()))
  const withTerminal = Object.assign(stream, {
    cursorTo: () => true,
    clearLine: () => true,
    moveCursor: () => true,
  })
  const display = openProgress({ stream: withTerminal, isTerminal: true, nowMs: () => 0 })
  return { display, drawn: () => drawn.join('') }
}

test('in a terminal: a bar that redraws itself, and nothing is left running after stop', () => {
  const { display, drawn } = drawnOn()
  display.update(step(25))
  display.stop()
  assert.match(drawn(), /updating \[=+ +\] 25\/100 steps/)
})

test('in a terminal a stage has one bar, which is not full while its parts are', () => {
  const { display, drawn } = drawnOn()
  display.update(attempts)
  display.update({ ...attempts, activity: 'estimating V*', done: 200, total: 3000, unit: 'problems' })
  display.stop()
  assert.match(drawn(), /stage 1 \[=+ {10,}\] 192\/3000 problems · sampling attempts 512\/512 completions/)
  assert.doesNotMatch(drawn(), /\[=+\]|estimating/)
})
