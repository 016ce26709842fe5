import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { test } from 'node:test'
import { watchMachine } from '../../../../src/main/owner/processes/machineWatch.ts'
import { openForWriting } from '../../../../src/main/store/database.ts'
import { readMachineHistory } from '../../../../src/main/store/machineStore.ts'
import { changeStatus } from '../../../../src/main/store/runs/runStore.ts'
import { addRun, temporaryFolder } from '../../store/storeFixtures.ts'

test('while a trainer lives its machine is read each second; a run that goes on adds behind what is there', async (t) => {
  const db = openForWriting(temporaryFolder(t))
  t.after(() => db.close())
  addRun(db, 'r')
  changeStatus(db, 'r', { status: 'running', nowMs: 10_000 })
  const watched = { db, runId: 'r', processId: process.pid, nowMs: () => 40_000 }
  const watch = async (): Promise<void> => {
    const end = watchMachine(watched)
    await wait(2300)
    end()
  }
  await watch()
  const first = readMachineHistory(db, 'r')
  // the run began 30 s before the watch did
  const seconds = first?.buckets.map(({ index }) => index) ?? []
  assert.ok(seconds.length > 0 && (seconds[0] ?? 0) >= 31, String(seconds))
  const memory = first?.figures.findIndex(({ name }) => name === 'trainerMemory') ?? -1
  assert.ok((first?.buckets[0]?.values[memory]?.mean ?? 0) > 2 ** 20)
  await watch()
  const all = readMachineHistory(db, 'r')?.buckets.map(({ index }) => index) ?? []
  assert.deepEqual(all.slice(0, seconds.length), seconds)
  assert.ok((all.at(-1) ?? 0) > (seconds.at(-1) ?? Infinity), String(all))
})

test('a store that was closed meanwhile, and one that takes nothing, end no watch', async (t) => {
  const db = openForWriting(temporaryFolder(t))
  addRun(db, 'r')
  const end = watchMachine({ db, runId: 'r', processId: null, nowMs: () => 0 })
  await wait(1200)
  db.close()
  end()
})
