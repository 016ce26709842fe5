import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { fetchHandlers } from '../../../../src/main/api/fetchHandlers.ts'
import { openModelFolder, readParameters } from '../../../../src/main/host/model/modelFolder.ts'
import { readAllTensors } from '../../../../src/main/host/model/safetensorsFiles.ts'
import { readCheckpoints } from '../../../../src/main/store/checkpointStore.ts'
import type { FetchJob } from '../../../../src/shared/routes/library/fetching.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'
import { realOwner, realRun, runToEnd } from '../realRuns/realRuns.ts'

const context = { signal: new AbortController().signal }

test('the model of a checkpoint, asked for by a page: written with its progress, refused at once, cancelled without a trace', async (t) => {
  const dataDir = temporaryFolder(t)
  const owner = await realOwner(t, dataDir)
  const run = realRun(owner, { steps: 1, checkpointEvery: 1 })
  await runToEnd(owner, run)
  const routes = fetchHandlers({ owner })
  const outside = temporaryFolder(t)
  const asked = { runId: run.runId, step: 1, form: 'model', dtype: 'f32' } as const
  const jobOf = (fetchId: string): FetchJob | undefined =>
    owner.workshop.fetches.list.find((job) => job.fetchId === fetchId)

  const folder = join(outside, 'mine')
  const { fetchId } = await routes['export.begin']({ ...asked, folder }, context)
  while (jobOf(fetchId)?.state !== 'done') {
    assert.notEqual(jobOf(fetchId)?.state, 'failed', jobOf(fetchId)?.problem ?? '')
    await wait(20)
  }
  assert.match(jobOf(fetchId)?.progress?.activity ?? '', /writ/)
  const [checkpoint] = readCheckpoints(owner.db, run.runId)
  const stored = await readAllTensors(join(dataDir, checkpoint?.folder ?? '', 'trainer.safetensors'))
  const written = await readParameters(await openModelFolder(folder))
  assert.ok(written.size > 10)
  for (const [name, { values }] of written)
    assert.deepEqual(values, stored.get(`parameter/${name}`)?.values, name)

  await assert.rejects(routes['export.begin']({ ...asked, folder }, context), { code: 'export.exists' })
  const inside = join(dataDir, 'runs', 'model')
  await assert.rejects(routes['export.begin']({ ...asked, folder: inside }, context), {
    code: 'export.inside-data',
  })
  const other = { ...asked, step: 7, folder: join(outside, 'seven') }
  await assert.rejects(routes['export.begin'](other, context), { code: 'checkpoint.unknown' })

  const cancelled = join(outside, 'cancelled')
  const begun = await routes['export.begin']({ ...asked, folder: cancelled }, context)
  // what a process that is ended in the middle of its work leaves
  const unfinished = join(outside, `.unfinished-cancelled-${run.runId}`)
  mkdirSync(unfinished)
  writeFileSync(join(unfinished, 'model.safetensors'), 'half')
  await routes['fetch.dismiss']({ fetchId: begun.fetchId }, context)
  while (existsSync(unfinished)) await wait(20)
  assert.deepEqual(readdirSync(outside), ['mine'])
  assert.equal(jobOf(begun.fetchId), undefined)
})
