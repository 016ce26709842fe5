import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { rayJobs } from '../../../../src/main/owner/remote/rayJobs.ts'
import { remoteTimes } from '../../../../src/main/owner/remote/remoteTrainer.ts'
import { listRunLines } from '../../../../src/main/store/runs/runList.ts'
import { runsWithStatus } from '../../../../src/main/store/runs/runStore.ts'
import { attemptFolder, recordsName } from '../../../../src/main/wire/attemptFolder.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'
import { fakeRun, testOwner } from '../support/ownerFixtures.ts'
import { placeIn } from './processEngine.ts'
import { recordedRay } from './recordedRay.ts'

const trials = 2000

/** What a trainer there would write: it begins, does a step, and ends. */
function recordsOf(runId: string): string {
  const metrics = {
    step: 0,
    stepsDone: 1,
    timeMs: 5,
    tokens: 10,
    problems: 2,
    values: { 'loss/policy': 0.5 },
  }
  const batch = { runId, sequence: 1, events: [{ type: 'metrics', ...metrics }] }
  return [
    { type: 'began', host: 'a node', processId: 1 },
    { type: 'batch', batch },
    { type: 'ended', outcome: 'finished' },
  ]
    .map((message, index) => `${JSON.stringify({ number: index + 1, message })}\n`)
    .join('')
}

test('2,000 trials wait on a cluster, begin and end: the head is asked a few times a second, the list is quick, each is stored once', async (t) => {
  const shared = temporaryFolder(t)
  const ray = await recordedRay(t)
  const jobs = rayJobs({ address: ray.address, token: null })
  const times = { ...remoteTimes, lookForMs: 1000 }
  const code = () => Promise.reject(new Error('its code is there'))
  const remote = { jobsOf: () => jobs, commandOf: () => ['true'], code, times }
  const dataDir = temporaryFolder(t)
  const owner = await testOwner(t, dataDir, { remote })
  const place = { ...placeIn(shared), address: ray.address }
  const begunMs = performance.now()
  const ids = Array.from({ length: trials }, () => fakeRun(owner, {}, { totalSteps: 1, place }).runId)
  ids.forEach((runId) => owner.start(runId))
  while (ray.jobs.size < trials) await wait(50)
  const handedMs = performance.now() - begunMs
  const told = owner.db.prepare("SELECT count(*) FROM event WHERE code = 'remote.waiting'").pluck()
  while (told.get() !== trials) await wait(200)
  const [before, cpuBefore] = [ray.requests.count, process.cpuUsage()]
  const waitedMs = 2 * remoteTimes.askEveryMs
  await wait(waitedMs)
  const cpu = process.cpuUsage(cpuBefore)
  const requestsPerSecond = ((ray.requests.count - before) / waitedMs) * 1000
  const listMs = performance.now()
  assert.equal(listRunLines(owner.db, { archived: false, deleted: false, statuses: null }).length, trials)
  const listedMs = performance.now() - listMs
  for (const runId of ids) {
    await appendFile(join(shared, attemptFolder(runId, 1), recordsName), recordsOf(runId))
    ray.set(`${runId}.1`, 'SUCCEEDED')
  }
  const endingMs = performance.now()
  while (runsWithStatus(owner.db, ['finished']).length < trials) await wait(200)
  const figures = {
    handedMs: Math.round(handedMs),
    requestsPerSecond,
    mostAtOnce: ray.requests.mostAtOnce,
    cpuShareWaiting: (cpu.user + cpu.system) / 1000 / waitedMs,
    listedMs: Math.round(listedMs),
    takenInMs: Math.round(performance.now() - endingMs),
    storeBytes: statSync(join(dataDir, 'recheck.db')).size,
  }
  t.diagnostic(JSON.stringify(figures))
  const steps = owner.db.prepare('SELECT sum(points) FROM metric_series').pluck().get()
  assert.deepEqual([ray.jobs.size, steps], [trials, trials])
  assert.ok(figures.mostAtOnce <= 8, `${figures.mostAtOnce} requests at once`)
  assert.ok(requestsPerSecond < 20, `${requestsPerSecond} requests a second`)
})
