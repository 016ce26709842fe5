import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configFields } from '../../../src/shared/config/fields.ts'
import { presetConfig } from '../../../src/shared/config/presets.ts'
import { rolloutCounts } from '../../../src/shared/runs/rolloutCounts.ts'
import {
  estimatedMs,
  isSamePace,
  paceFreeFields,
  probedTimeText,
  stepTimeText,
  timeEstimateText,
} from '../../../src/shared/text/timeEstimate.ts'

const trained = { stage: 'self-correction', isEstimated: false } as const

test('rollouts of the demo, by hand', () => {
  // 2,048 problems × 4 samples; 80 steps × 192 problems; (3 + 2) × 256 validation and 2 × 1,000 test problems
  assert.deepEqual(rolloutCounts(presetConfig('builtin'), trained), {
    stageOne: 8192,
    steps: 80,
    training: 15_360,
    evaluation: 3280,
  })
  assert.equal(rolloutCounts(presetConfig('builtin'), { ...trained, isEstimated: true }).stageOne, 0)
  assert.deepEqual(rolloutCounts(presetConfig('builtin'), { stage: 'estimate-v-star', isEstimated: false }), {
    stageOne: 8192,
    steps: 0,
    training: 0,
    evaluation: 0,
  })
})

test('a method of groups draws several rollouts of a problem and needs no stage 1; no evaluation between', () => {
  const config = presetConfig('builtin', { method: 'grpo', groupSize: 4, evalEvery: 'never', steps: 10 })
  assert.deepEqual(rolloutCounts(config, trained), {
    stageOne: 0,
    steps: 10,
    training: 10 * 192 * 4,
    evaluation: 2 * 256 + 2 * 1000,
  })
})

test('the time is sampling of every rollout and updates of the training rollouts', () => {
  const pace = { runId: 'run-1', samplingMs: 2, updateMs: 3 }
  const counts = { stageOne: 1000, steps: 10, training: 500, evaluation: 250 }
  // 1,750 · 2 + 500 · 3
  assert.equal(estimatedMs(counts, pace), 5000)
  assert.equal(
    timeEstimateText(counts, pace),
    '1,000 rollouts of stage 1, 500 training rollouts in 10 steps, 250 of evaluations: about 5 s (0.25 s a step) at the pace of run-1.',
  )
  const estimating = { ...pace, updateMs: null }
  assert.equal(estimatedMs(counts, estimating), null)
  assert.equal(estimatedMs({ ...counts, training: 0, steps: 0 }, estimating), 2500)
})

test('the pace of a probe is said of what it samples, where that takes a while', () => {
  const counts = { stageOne: 1000, steps: 10, training: 500, evaluation: 250 }
  // 1,750 rollouts at 200 ms are 350 s
  assert.equal(
    probedTimeText(counts, 200),
    'At the pace of the probe (5 rollouts a second), sampling 1,750 rollouts takes about 5 min 50 s; larger batches may be ' +
      'faster, and its updates come on top.',
  )
  assert.equal(probedTimeText(counts, 30), null)
  const estimating = { stageOne: 1000, steps: 0, training: 0, evaluation: 0 }
  assert.match(
    probedTimeText(estimating, 62.5) ?? '',
    /\(16 rollouts a second\).* about 1 min 03 s; larger batches may be faster\.$/,
  )
  assert.equal(stepTimeText(estimating, { runId: 'r', samplingMs: 1, updateMs: 1 }), null)
  assert.equal(stepTimeText(counts, { runId: 'r', samplingMs: 1, updateMs: null }), null)
  // 50 rollouts a step of 500 ms
  assert.equal(stepTimeText(counts, { runId: 'r', samplingMs: 400, updateMs: 100 }), '25 s a step')
})

test('a budget of tokens: no number of steps and no time is made up', () => {
  const counts = rolloutCounts(presetConfig('builtin', { maxTokens: 2e6 }), trained)
  assert.deepEqual(counts, {
    stageOne: 8192,
    steps: 0,
    training: 0,
    evaluation: 2 * 256 + 2 * 1000,
    maxTokens: 2e6,
  })
  assert.equal(
    timeEstimateText(counts, { runId: 'run-1', samplingMs: 2, updateMs: 3 }),
    '8,192 rollouts of stage 1, training until 2,000,000 tokens are generated, 2,512 of evaluations.',
  )
})

test('10⁹ steps are said in days; without an earlier run the rollouts are, and that no time is known', () => {
  const counts = rolloutCounts(presetConfig('builtin', { steps: 1e9 }), { ...trained, isEstimated: true })
  assert.match(
    timeEstimateText(counts, { runId: 'run-1', samplingMs: 2, updateMs: 3 }),
    /^192,000,000,000 training rollouts in 1,000,000,000 steps, 12,800,002,256 of evaluations: about 114\d\d d \d+ h \(0\.96 s a step\) at the pace of run-1\.$/,
  )
  assert.match(
    timeEstimateText(counts, null),
    /of evaluations: how long that takes is not known, because no earlier run here had this model and these settings\.$/,
  )
})

test('the pace holds for another seed, length or learning rate, not for another model, limit or source', () => {
  const config = presetConfig('builtin')
  for (const other of [
    { seed: 4 },
    { steps: 5 },
    { optimizer: { learningRate: 1e-3 } },
    { data: { train: 7 } },
    { vStar: { samples: 9 } },
    { name: 'another', tags: ['a'] },
  ])
    assert.ok(isSamePace(config, presetConfig('builtin', other)), JSON.stringify(other))
  for (const other of [
    { model: { path: 'other' } },
    { sampling: { maxCompletionTokens: 7 } },
    { data: { levels: ['easy'] } },
    { turns: 'single' },
    { problemsPerStep: 5 },
    { microBatch: 3 },
    { capture: false },
    { device: 'gpu' },
  ])
    assert.ok(!isSamePace(config, presetConfig('builtin', other)), JSON.stringify(other))
})

test('every name of the list is that of a field or of a group', () => {
  for (const name of paceFreeFields) {
    // a misspelt one would stand for nothing, and its field would count as one that changes the pace
    const isKnown = configFields.some(({ path }) => path === name || path.startsWith(`${name}.`))
    assert.ok(isKnown, name)
  }
})
