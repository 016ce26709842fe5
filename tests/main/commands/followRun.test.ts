import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endOfRun } from '../../../src/main/commands/endOfRun.ts'
import { followRun, resumeHint } from '../../../src/main/commands/followRun.ts'
import { localAccess } from '../../../src/main/commands/runAccess.ts'
import type { CommandCall } from '../../../src/main/commands/command.ts'
import { readVStarEstimates } from '../../../src/main/store/vStarStore.ts'
import { fakeRun, testOwner } from '../owner/support/ownerFixtures.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'

/** A command that was interrupted while it prepared its run. */
function interruptedCall(dataFolder: string, note: (line: string) => void = () => undefined): CommandCall {
  return {
    json: false,
    dataFolder,
    dataDir: undefined,
    stdin: process.stdin,
    nowMs: () => 0,
    signal: AbortSignal.abort(),
    progress: { update: () => undefined, stop: () => undefined },
    print: () => undefined,
    note,
  }
}

test('Ctrl-C in stage 1 ends with what is kept: there is no checkpoint to speak of', async (t) => {
  const dataFolder = temporaryFolder(t)
  const owner = await testOwner(t, dataFolder)
  const { runId } = fakeRun(owner, {}, { stage: 'estimate-v-star', totalSteps: 300 })
  owner.start(runId)
  const { text } = await endOfRun(localAccess(owner), runId, interruptedCall(dataFolder))
  const kept = readVStarEstimates(owner.db, `v-${runId}`).length
  assert.ok(kept > 0 && kept < 300, String(kept))
  assert.match(text, new RegExp(`^Stage 1: ${kept} of 300 problems are estimated and kept\\.$`, 'm'))
  await owner.resume(runId)
  await owner.whenEnded(runId)
  assert.doesNotMatch((await endOfRun(localAccess(owner), runId, interruptedCall(dataFolder))).text, /kept/)
})

test('Ctrl-C while a run is still being prepared stops it after its first step', async (t) => {
  const dataFolder = temporaryFolder(t)
  const owner = await testOwner(t, dataFolder)
  const { runId } = fakeRun(owner, {}, { totalSteps: 5000 })
  const notes: string[] = []
  owner.start(runId)
  const run = await followRun(
    localAccess(owner),
    runId,
    interruptedCall(dataFolder, (line) => void notes.push(line)),
  )
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
