import assert from 'node:assert/strict'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { test, type TestContext } from 'node:test'
import { runsOfSweep } from '../../../../src/main/owner/sweep/runTrial.ts'
import { readLog } from '../../../../src/main/store/eventLog.ts'
import { sweepsUnderWay } from '../../../../src/main/store/sweepStore.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'
import { startSpeakingOwner } from '../support/speakingOwner.ts'
import { openSweepOwner, threeTrials, type SweepOwner } from './sweepOwner.ts'

const program = fileURLToPath(new URL('./sweepOwner.ts', import.meta.url))
const names = [0, 0.5, 1].map((bonus) => `revisionBonus=${bonus} · seed 0`)

async function opened(t: TestContext, dataDir: string): Promise<SweepOwner> {
  const found = await openSweepOwner(dataDir)
  t.after(() => (found.owner.isClosing ? undefined : found.owner.close('now')))
  return found
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (holds()) return
    await wait(100)
  }
  assert.fail('not so after a minute')
}

function statuses({ owner }: SweepOwner): readonly (string | undefined)[] {
  const runs = runsOfSweep(owner.db, 'three')
  return names.map((name) => runs.get(name)?.status)
}

test('an owner is killed in the second of three trials: the next one goes on, and repeats no finished trial', async (t) => {
  const dataDir = temporaryFolder(t)
  const first = startSpeakingOwner([program, dataDir])
  t.after(() => void first.process.kill('SIGKILL'))
  await first.line(`over ${names[0]}`)
  await first.line(`running ${names[1]}`)
  const exit = once(first.process, 'exit')
  first.process.kill('SIGKILL')
  await exit

  const next = await opened(t, dataDir)
  const { owner, sweeps } = next
  assert.deepEqual(statuses(next), ['finished', 'interrupted', undefined])
  const before = runsOfSweep(owner.db, 'three')
  assert.equal(sweeps.stateOf('three').state, 'idle')
  sweeps.goOn()
  assert.equal(sweeps.stateOf('three').state, 'running')
  await until(() => sweeps.stateOf('three').state === 'idle')
  assert.equal(sweeps.stateOf('three').said, 'All trials are over.')
  assert.deepEqual(statuses(next), ['finished', 'finished', 'finished'])
  const after = runsOfSweep(owner.db, 'three')
  assert.equal(after.size, 3)
  const [done = '', cut = ''] = names
  assert.deepEqual(after.get(done), before.get(done), 'the finished trial is as it was')
  assert.equal(after.get(cut)?.runId, before.get(cut)?.runId, 'the one that was cut goes on as itself')
  const log = readLog(owner.db, after.get(cut)?.runId ?? '', { after: 0, limit: 50 })
  assert.ok(log.some(({ code }) => code === 'run.interrupted'))
  assert.deepEqual(sweepsUnderWay(owner.db), [])
})

test('a sweep that was paused by hand waits; one whose owner was closed goes on with the next', async (t) => {
  const dataDir = temporaryFolder(t)
  const first = await opened(t, dataDir)
  first.sweeps.start({ kind: 'sweep', spec: threeTrials, place: null, parallel: null })
  await until(() => statuses(first)[0] === 'running')
  await first.owner.close('after-step')

  const second = await opened(t, dataDir)
  assert.deepEqual(sweepsUnderWay(second.owner.db), ['three'])
  assert.deepEqual(statuses(second), ['stopped', undefined, undefined])
  second.sweeps.goOn()
  await until(() => statuses(second)[0] === 'finished' && statuses(second)[1] === 'running')
  second.sweeps.stop('three', 'now')
  await until(() => second.sweeps.stateOf('three').state === 'idle')
  await second.owner.close('after-step')

  const third = await opened(t, dataDir)
  third.sweeps.goOn()
  assert.deepEqual(third.sweeps.stateOf('three'), { state: 'idle', said: null })
  assert.deepEqual(statuses(third), ['finished', 'stopped', undefined])
})
