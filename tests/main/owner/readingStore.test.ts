import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { metricsCsv } from '../../../src/main/tools/metricsCsv.ts'
import { vStarHistogram, vStarProblems } from '../../../src/main/tools/vStarHistogram.ts'
import { openBatchWriter } from '../../../src/main/store/batchStore.ts'
import { openForWriting, type Database } from '../../../src/main/store/database.ts'
import { insertRun } from '../../../src/main/store/runs/runStore.ts'
import { presetConfig } from '../../../src/shared/config/presets.ts'
import type { VStarEstimate } from '../../../src/shared/runs/records.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'recheck-reading-'))
const db = openForWriting(dataDir)
after(() => {
  db.close()
  rmSync(dataDir, { recursive: true })
})

function storedRun(runId: string): void {
  insertRun(
    db,
    {
      runId,
      name: 'a, "b"',
      stage: 'self-correction',
      configHash: 'c',
      totalSteps: 2,
      notes: '',
      group: null,
      config: JSON.stringify(presetConfig('builtin', { vStar: { beta: 0.5 } })),
      tags: [],
      vStarId: null,
    },
    0,
  )
}

function estimateOf(problemId: string, correctAttempts: number): VStarEstimate {
  return {
    problemId,
    canonical: problemId,
    samples: 8,
    correctAttempts,
    verdictsAfterCorrect: 0,
    correctVerdictsAfterCorrect: 0,
    verdictsAfterWrong: 0,
    correctVerdictsAfterWrong: 0,
    revisionsAfterCorrect: 0,
    correctRevisionsAfterCorrect: 0,
    revisionsAfterWrong: 0,
    correctRevisionsAfterWrong: 0,
    revisionsAfterRejectedCorrect: 0,
    correctRevisionsAfterRejectedCorrect: 0,
    revisionsAfterRejectedWrong: 0,
    correctRevisionsAfterRejectedWrong: 0,
    tokens: 100,
  }
}

test('V* of k of 8 at β₁ 0.5 falls into its bin (0.2935, 0.7169, 0.9428); 0 and 1 have bins of their own', () => {
  storedRun('run-v')
  const artifact = {
    vStarId: 'vstar-1',
    runId: 'run-v',
    createdAtMs: 0,
    inputHash: 'h',
    inputs: {},
    complete: true,
    problems: 6,
  }
  const estimates = [0, 1, 4, 7, 8, 8].map((k, index) => estimateOf(`p${index}`, k))
  openBatchWriter(db, 'run-v').store(
    {
      runId: 'run-v',
      sequence: 1,
      events: [
        { type: 'vStarArtifact', artifact },
        { type: 'vStar', estimates },
      ],
    },
    0,
  )
  const histogram = vStarHistogram(db, { vStarId: 'vstar-1', turn: 'attempt', bins: 10 })
  const filled = histogram.bins.filter((bin) => bin.count > 0)
  assert.deepEqual(filled, [
    { low: 0, high: 0, count: 1 },
    { low: 0.2, high: 0.3, count: 1 },
    { low: 0.7, high: 0.8, count: 1 },
    { low: 0.9, high: 1, count: 1 },
    { low: 1, high: 1, count: 2 },
  ])
  assert.deepEqual([histogram.problems, histogram.withoutSignal], [6, 0.5])
  assertProblems(db, estimates, filled)
  assert.throws(
    () => vStarHistogram(db, { vStarId: 'vstar-none', turn: 'attempt', bins: 10 }),
    /There is no V\* estimate "vstar-none"/,
  )
})

test('the CSV holds every point of every metric, bit for bit, however many there are', () => {
  storedRun('run-m')
  const writer = openBatchWriter(db, 'run-m')
  const values = Array.from({ length: 2000 }, (_, step) => Math.sin(step) / 3)
  const events = values.map((value, step) => ({
    type: 'metrics' as const,
    step,
    stepsDone: step + 1,
    timeMs: step * 10,
    tokens: step * 7,
    problems: step,
    values: { 'loss/policy': value, 'revision/changeRatio': step % 2 === 0 ? null : value },
  }))
  writer.store({ runId: 'run-m', sequence: 1, events }, 0)
  const run = { runId: 'run-m', name: '=1+1, m', configHash: '0123456789abcdef' }
  const lines = metricsCsv(db, run).trim().split('\n')
  const stamp = `run-m,"'=1+1, m",0123456789ab,`
  assert.equal(lines[0], 'run_id,run,config,metric,step,time_ms,tokens,problems,value')
  const losses = lines.filter((line) => line.startsWith(`${stamp}loss/policy,`))
  assert.deepEqual(
    losses.map((line) => Number(line.split(',').at(-1))),
    values,
  )
  assert.equal(lines.filter((line) => line.startsWith(`${stamp}revision/changeRatio,`)).length, 1000)
})

/** The same problems one by one, in the bins of the histogram. */
function assertProblems(
  db: Database,
  estimates: readonly VStarEstimate[],
  filled: readonly { readonly low: number; readonly high: number }[],
): void {
  const asked = {
    vStarId: 'vstar-1',
    turn: 'attempt',
    low: null,
    high: null,
    search: '',
    offset: 0,
    limit: 50,
  } as const
  const idsOf = (part: object): string =>
    vStarProblems(db, { ...asked, ...part })
      .problems.map(({ problemId }) => problemId)
      .join()
  assert.equal(idsOf({}), 'p0,p1,p2,p3,p4,p5')
  // every problem stands in one bin
  assert.deepEqual(
    filled.map(({ low, high }) => idsOf({ low, high })),
    ['p0', 'p1', 'p2', 'p3', 'p4,p5'],
  )
  assert.equal(idsOf({ search: 'P3' }), 'p3')
  assert.equal(idsOf({ offset: 2, limit: 2 }), 'p2,p3')
  assert.equal(vStarProblems(db, { ...asked, limit: 1 }).total, 6)
  // problems without such a turn have no V* of it
  const verdicts = vStarHistogram(db, { vStarId: 'vstar-1', turn: 'verdict-after-correct', bins: 10 })
  const withVerdict = estimates.filter((each) => each.verdictsAfterCorrect > 0).length
  assert.equal(verdicts.problems, withVerdict)
  assert.equal(vStarProblems(db, { ...asked, turn: 'verdict-after-correct' }).total, withVerdict)
}
