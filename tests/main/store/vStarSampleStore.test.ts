import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBatchWriter } from '../../../src/main/store/batchStore.ts'
import { eraseRun } from '../../../src/main/store/runs/runLabels.ts'
import {
  countVStarSamples,
  readVStarSamples,
  storeVStarSamples,
} from '../../../src/main/store/vStarSampleStore.ts'
import { vStarSamples } from '../../../src/main/tools/vStarHistogram.ts'
import type { KeptSamples } from '../../../src/shared/runs/vStarSamples.ts'
import { sampleEstimate } from '../../renderer/support/sampleRun.ts'
import { addRun, temporaryStore } from './storeFixtures.ts'

function samplesOf(problemId: string, text = 'It is 7.'): KeptSamples {
  const turn = { kind: 'attempt', text, cut: 0, answer: '7', isCorrect: true, finishReason: 'stop' } as const
  const question = { text: 'What is 3 + 4?', cut: 0 }
  const samples = [{ verdict: null, turns: [turn] }]
  return { problemId, question, knownAnswer: { text: '7', cut: 0 }, drawn: 1, samples }
}

test('samples come with the estimates, once, and are erased with them', (t) => {
  const { db } = temporaryStore(t)
  addRun(db, 'a')
  const artifact = {
    vStarId: 'v',
    runId: 'a',
    createdAtMs: 1,
    inputHash: 'h',
    inputs: {},
    problems: 3,
    complete: false,
  }
  const estimates = [0, 1, 2].map((index) => sampleEstimate(1, index))
  const writer = openBatchWriter(db, 'a')
  const samples = [samplesOf('p0'), samplesOf('p1')]
  writer.store(
    {
      runId: 'a',
      sequence: 1,
      events: [
        { type: 'vStarArtifact', artifact },
        { type: 'vStar', estimates, samples },
      ],
    },
    1,
  )
  assert.deepEqual(readVStarSamples(db, 'v', 'p1'), samplesOf('p1'))
  storeVStarSamples(db, 'v', [samplesOf('p1', 'another text')])
  assert.deepEqual(vStarSamples(db, { vStarId: 'v', problemId: 'p1' }), {
    samples: samplesOf('p1'),
    kept: 2,
    estimated: 3,
  })
  assert.equal(vStarSamples(db, { vStarId: 'v', problemId: 'p2' }).samples, null)
  assert.throws(() => vStarSamples(db, { vStarId: 'none', problemId: 'p1' }), { code: 'vstar.unknown' })
  eraseRun(db, 'a')
  assert.equal(countVStarSamples(db, 'v'), 0)
})

test('an estimate has room for so many bytes; what comes after them is not kept', (t) => {
  const { db } = temporaryStore(t)
  const many = Array.from({ length: 100 }, (_, index) => samplesOf(`p${index}`))
  storeVStarSamples(db, 'v', many.slice(0, 50), 2000)
  const kept = countVStarSamples(db, 'v')
  assert.ok(kept > 5 && kept < 50, String(kept))
  storeVStarSamples(db, 'v', many, 2000)
  assert.equal(countVStarSamples(db, 'v'), kept)
  const bytes = Number(db.prepare('SELECT sum(length(data)) FROM v_star_sample').pluck().get())
  assert.ok(bytes <= 2000, String(bytes))
  assert.equal(readVStarSamples(db, 'v', `p${kept}`), null)
})
