import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseTarget, targetAddress, type RouteTarget } from '../../../src/renderer/src/data/routeTarget.ts'
import { replayedPolicy } from '../../../src/renderer/src/replay/policyName.ts'
import { afterEvents, nothingShown } from '../../../src/renderer/src/replay/replayState.ts'
import { parseSampling, samplingOfConfig, textsOf } from '../../../src/renderer/src/replay/samplingFields.ts'
import { waitWords } from '../../../src/renderer/src/replay/waitWords.ts'
import type { CheckpointRecord } from '../../../src/shared/runs/records.ts'

test('events of two policies go each to its own side, texts to the turn under way', () => {
  const sides = afterEvents(
    [nothingShown, nothingShown],
    [
      { type: 'opened', policy: 1, device: 'the processor' },
      { type: 'text', policy: 0, text: 'of a turn whose beginning was dropped' },
      { type: 'turn', policy: 1, kind: 'attempt', promptText: 'What?' },
      { type: 'text', policy: 1, text: '4' },
      { type: 'text', policy: 1, text: '6' },
    ],
  )
  const attempt = { kind: 'attempt', promptText: 'What?', text: '46', graded: null }
  assert.deepEqual(sides, [nothingShown, { device: 'the processor', turns: [attempt] }])
})

test('an address names policies and problem, and comes back as it was', () => {
  const place: RouteTarget = {
    page: 'replay',
    policies: ['run:r 1@40', 'model:owner/name'],
    problem: { runId: 'r 1', problemId: 'a&b=c' },
  }
  assert.deepEqual(parseTarget(targetAddress(place)), place)
  assert.deepEqual(parseTarget('#/replay?policy=a&policy=b&policy=c&problem=x'), {
    page: 'replay',
    policies: ['a', 'b'],
    problem: null,
  })
})

test('a policy’s name: a step, the newest one, before training, a model, nothing', () => {
  const checkpoint = {
    checkpointId: '',
    runId: 'r',
    folder: '',
    bytes: 0,
    sha256: '',
    validation: null,
    createdAtMs: 0,
  }
  const checkpoints: readonly CheckpointRecord[] = [40, 20].map((step) => ({ ...checkpoint, step }))
  assert.deepEqual(replayedPolicy('run:r@20', checkpoints), { runId: 'r', step: 20 })
  assert.deepEqual(replayedPolicy('run:r', checkpoints), { runId: 'r', step: 40 })
  assert.deepEqual(replayedPolicy('run:r', []), { runId: 'r', step: null })
  assert.deepEqual(replayedPolicy('run:r@start', checkpoints), { runId: 'r', step: null })
  assert.deepEqual(replayedPolicy('model:builtin', []), { model: 'builtin' })
  assert.equal(replayedPolicy('run:r@soon', checkpoints), null)
})

test('sampling begins as the run samples, and a text that is no setting is none', () => {
  const config = {
    seed: 7,
    sampling: { temperature: 0.5, topP: 0.9, topK: 0, maxCompletionTokens: 64, other: 1 },
  }
  const given = samplingOfConfig(config)
  assert.deepEqual(given, { temperature: 0.5, topP: 0.9, topK: 0, maxCompletionTokens: 64, seed: 7 })
  assert.deepEqual(parseSampling(textsOf(given)), given)
  for (const wrong of [{ topP: '0' }, { temperature: '' }, { seed: '1.5' }, { maxCompletionTokens: '9000' }])
    assert.equal(parseSampling({ ...textsOf(given), ...wrong }), null)
})

test('while a run trains, it is said what the replay uses', () => {
  assert.match(
    waitWords({ name: 'A', device: 'cpu (2 threads)' }),
    /^“A” trains on the processor .* shares it/,
  )
  assert.match(
    waitWords({ name: 'A', device: 'NVIDIA H100' }),
    /trains on NVIDIA H100; the replay uses the processor/,
  )
})
