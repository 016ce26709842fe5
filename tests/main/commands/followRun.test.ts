import assert from 'node:assert/strict'
import { test } from 'node:test'
import { followRun, resumeHint } from '../../../src/main/commands/followRun.ts'
import type { CommandCall } from '../../../src/main/commands/command.ts'
import { fakeRun, testOwner } from '../jobs/ownerFixtures.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'

test('Ctrl-C while a run is still being prepared stops it after its first step', async (t) => {
  const dataFolder = temporaryFolder(t)
  const owner = await testOwner(t, dataFolder)
  const { runId } = fakeRun(owner, {}, { totalSteps: 5000 })
  const notes: string[] = []
  const call: CommandCall = {
    ...{ json: false, dataFolder, dataDir: undefined, stdin: process.stdin, nowMs: () => 0 },
    signal: AbortSignal.abort(),
    progress: { update: () => undefined, stop: () => undefined },
    print: () => undefined,
    note: (line) => void notes.push(line),
  }
  owner.start(runId)
  const run = await followRun(owner, runId, call)
  assert.equal(run.status, 'stopped')
  assert.ok(run.step < 5000)
  assert.match(notes[0] ?? '', /^Finishing the step in hand/)
})

test('a run that waits because an update was refused is not told to do the same again', async (t) => {
  const owner = await testOwner(t, temporaryFolder(t))
  const run = fakeRun(owner, {})
  const error = { code: 'trainer.not-finite', message: 'm' }
  assert.equal(resumeHint({ ...run, status: 'paused', error }), '')
  assert.equal(resumeHint({ ...run, status: 'paused' }), `\nGo on with: recheck resume ${run.runId}`)
  assert.equal(resumeHint({ ...run, status: 'finished' }), '')
})
