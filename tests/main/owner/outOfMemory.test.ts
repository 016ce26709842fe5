import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readCheckpoints } from '../../../src/main/store/checkpointStore.ts'
import { readSeries } from '../../../src/main/store/metrics/metricQuery.ts'
import { readRun } from '../../../src/main/store/runs/runStore.ts'
import type { ConfigLayer } from '../../../src/shared/config/layers.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'
import { realOwner, realProgram, realRun, runToEnd } from './realRuns/realRuns.ts'

/** 1,536 rows an update, of one turn: nothing but the micro-batch decides the memory. One layer takes too little. */
const wide: ConfigLayer = {
  model: { path: 'builtin' },
  method: 'dapo',
  turns: 'single',
  policyBeta: 0,
  groupSize: 256,
  steps: 1,
  evalEvery: 'never',
}

/** Beyond what the least micro-batch takes. With 1 GB all 1,536 rows fitted now and then. */
const spareBytes = 200e6

/** Greatest address space of a process so far, bytes. */
function peakBytes(processId: number): number {
  const [, kilobytes] = /VmPeak:\s+(\d+)/.exec(readFileSync(`/proc/${processId}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}

/** What a run of a small micro-batch takes of the address space on this machine. */
async function leastBytes(t: Parameters<typeof realOwner>[0]): Promise<number> {
  const owner = await realOwner(t, temporaryFolder(t))
  const run = realRun(owner, { ...wide, microBatch: 16 })
  const peaks: number[] = []
  const timer = setInterval(() => {
    const { processId } = readRun(owner.db, run.runId)
    if (processId !== null) peaks.push(peakBytes(processId))
  }, 50)
  const { status } = await runToEnd(owner, run)
  clearInterval(timer)
  assert.equal(status, 'finished')
  return Math.max(...peaks.filter((bytes) => bytes > 0)) // a process that has just ended tells nothing
}

test('TensorFlow out of memory: the message names a smaller micro-batch, and with it the same run goes on to its end', async (t) => {
  const limit = (await leastBytes(t)) + spareBytes
  const dataDir = temporaryFolder(t)
  const owner = await realOwner(t, dataDir, {
    ...realProgram,
    nodePath: 'prlimit',
    nodeOptions: [`--as=${Math.round(limit)}`, process.execPath],
  })
  let run = await runToEnd(owner, realRun(owner, { ...wide, microBatch: 1536 }))
  const sizes: number[] = []
  let deaths = 0
  while (run.status !== 'finished') {
    if (run.error?.code === 'trainer.crashed' && deaths++ < 2) {
      // libraries below TensorFlow check no allocation: where theirs is the one that fails, the process dies
      await owner.resume(run.runId)
      run = await owner.whenEnded(run.runId)
      continue
    }
    assert.equal(run.error?.code, 'trainer.out-of-memory', run.error?.message)
    const words = `The trainer ran out of memory\\. Nothing stored is lost\\. It took (\\d+) rows at a time; .* recheck resume ${run.runId} --set microBatch=(\\d+)`
    const [, taken, offered] = new RegExp(words).exec(run.error?.message ?? '') ?? []
    assert.equal(Number(offered), Math.floor(Number(taken) / 2), run.error?.message)
    sizes.push(Number(taken))
    await owner.resume(run.runId, { settings: { microBatch: Number(offered) }, fromStep: null })
    run = await owner.whenEnded(run.runId)
  }
  assert.equal(sizes[0], 1536)
  assert.deepEqual(
    [
      run.error,
      readCheckpoints(owner.db, run.runId)[0]?.step,
      readSeries(owner.db, run.runId, 'loss/policy').step.length,
    ],
    [null, 1, 1],
  )
  t.diagnostic(`limit ${(limit / 1e9).toFixed(2)} GB; too many: ${sizes.join(', ')}; died: ${deaths}`)
})
