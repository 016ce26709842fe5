import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitText } from '../../../src/renderer/src/run/waitText.ts'
import { sampleLine } from '../support/runFixtures.ts'

const own = sampleLine('own', { status: 'queued' })
const running = sampleLine('a', { name: 'first', status: 'running', device: 'cpu (2 threads)' })
const paused = sampleLine('b', { name: 'held', status: 'paused' })

test('a queued run names the run that uses the device, and how many wait beside it', () => {
  assert.equal(
    waitText('own', [own, running, paused]),
    'It waits until its device is free: “first” on cpu (2 threads) is running.',
  )
  const queued = ['c', 'd'].map((runId) => sampleLine(runId, { status: 'queued' }))
  assert.match(waitText('own', [own, running, ...queued]), / is running\. 2 other runs wait, too\.$/)
  const second = sampleLine('e', { name: 'second', status: 'running', device: 'gpu' })
  assert.match(waitText('own', [own, running, second]), /“first” .+ and “second” on gpu are running\.$/)
})

test('a run that works on a cluster holds no device here, and one that waits there waits for another', () => {
  const there = (runId: string, status: 'running' | 'paused' | 'queued') => ({
    ...sampleLine(runId, { name: 'far', status, device: 'gpu' }),
    isElsewhere: true,
  })
  const elsewhere = [there('r', 'running'), there('p', 'paused'), there('q', 'queued')]
  assert.equal(waitText('own', [own].concat(elsewhere)), 'It waits for its turn.')
  assert.equal(
    waitText('own', [own, running].concat(elsewhere)),
    'It waits until its device is free: “first” on cpu (2 threads) is running.',
  )
})

test('a paused run may hold the device; where nothing does, the turn comes', () => {
  assert.match(
    waitText('own', [own, paused]),
    /“held” is paused and may still hold it\. Resume or stop that run\.$/,
  )
  assert.equal(waitText('own', [own]), 'It waits for its turn.')
})
