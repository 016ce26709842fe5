import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { readCheckpoints } from '../../src/main/store/checkpointStore.ts'
import { openForReading } from '../../src/main/store/database.ts'
import { readRun } from '../../src/main/store/runs/runStore.ts'
import type { CheckpointRecord, Run } from '../../src/shared/runs/records.ts'
import { buildBundles } from './bundles.ts'
import { dataOf, isLoaded, open, quickSteps, slowSteps, type Opened } from './openWindow.ts'
import { makeAppFolder } from './windowProcess.ts'

before(() => buildBundles())

/** @returns its id, once it is under way */
async function startRun({ window }: Opened, run: typeof quickSteps, sign: string): Promise<string> {
  await window.until('the page', isLoaded)
  const { runIds } = dataOf<{ runIds: string[] }>(await window.ask('request', 'run.start', run))
  await window.untilEvent(sign, ({ event }) =>
    event.type === 'progress' ? event.progress.activity.startsWith(sign) : event.type === sign,
  )
  return runIds[0] ?? ''
}

/** What is in the store once the window has ended. */
function stored(dataDir: string, runId: string): { run: Run; checkpoints: readonly CheckpointRecord[] } {
  const db = openForReading(dataDir) ?? assert.fail('there is no store')
  try {
    return { run: readRun(db, runId), checkpoints: readCheckpoints(db, runId) }
  } finally {
    db.close()
  }
}

test('closing while training asks: cancel, the tray, then stop after this step, with a checkpoint of it', async (t) => {
  const opened = open(t)
  const { window, dataDir } = opened
  const runId = await startRun(opened, quickSteps, 'metrics')
  const running = await window.until('the title', ({ title }) => title.startsWith('quick'))
  assert.equal(running.blockers, 1, 'the machine stays awake')

  await window.ask('answer', 2)
  await window.ask('close')
  const asked = await window.until('the question', ({ dialogs }) => dialogs.length === 1)
  assert.deepEqual(
    [asked.dialogs[0]?.message, asked.dialogs[0]?.buttons],
    ['"quick" is still running.', ['Keep running in the tray', 'Stop after this step', 'Cancel']],
  )
  assert.deepEqual([asked.windows, asked.isShown, asked.trays], [1, true, 0])

  await window.ask('answer', 0)
  await window.ask('close')
  await window.until('the tray', ({ trays, isShown }) => trays === 1 && !isShown)
  assert.equal(dataOf<Run>(await window.ask('request', 'run.get', { runId })).status, 'running')

  await window.ask('answer', 1)
  await window.ask('quit')
  assert.equal(await window.exited, 0)
  const { run, checkpoints } = stored(dataDir, runId)
  assert.deepEqual([run.status, run.processId], ['stopped', null])
  // steps count from 0: the checkpoint is of what follows the last one
  assert.deepEqual(Math.max(...checkpoints.map(({ step }) => step)), run.step + 1)
})

test('Quit of the menu and of the tray ask as closing does; a step that takes long may be left', async (t) => {
  const opened = open(t)
  const { window, dataDir } = opened
  const runId = await startRun(opened, slowSteps, 'sampling attempts')
  await window.ask('click', 'Quit')
  await window.until('the first question', ({ dialogs }) => dialogs.length === 1)
  await window.ask('answer', 0)
  await window.until('the tray', ({ trays, isShown }) => trays === 1 && !isShown)
  await window.ask('clickTray', 'Quit')
  const again = await window.until('the second question', ({ dialogs }) => dialogs.length === 2)
  assert.deepEqual([again.dialogs[1]?.message, again.isShown], ['"slow" is still running.', true])
  await window.ask('answer', 1)
  await window.ask('close')
  const leaving = await window.until('the third question', ({ dialogs }) => dialogs.length === 3)
  assert.deepEqual(leaving.dialogs[2]?.buttons, ['Wait', 'Leave now'])
  await window.ask('answer', 1)
  assert.equal(await window.exited, 0)
  // nothing was waited for: the next owner finds it interrupted
  assert.equal(stored(dataDir, runId).run.status, 'running')
})

test('size, place and whether it was large are there again at the next start', async (t) => {
  const folder = makeAppFolder()
  const first = open(t, [], { folder })
  const fresh = await first.window.until('the page', isLoaded)
  assert.deepEqual([fresh.place, fresh.isMaximised], [{ width: 1440, height: 900 }, false])
  await first.window.ask('maximise')
  await first.window.ask('close')
  assert.equal(await first.window.exited, 0)
  const { window } = open(t, [], { folder })
  const again = await window.until('the page', isLoaded)
  assert.deepEqual([again.place, again.isMaximised], [{ x: 40, y: 50, width: 1300, height: 800 }, true])
})
