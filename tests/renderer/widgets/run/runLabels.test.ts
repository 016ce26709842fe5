import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noCheckpointText, noRolloutsText } from '../../../../src/renderer/src/run/emptyTabs.ts'
import type { RunStage } from '../../../../src/renderer/src/widgets/run/runStage.ts'
import {
  actionLabel,
  confirmationOf,
  shortStageLabel,
  stageLabel,
} from '../../../../src/renderer/src/widgets/run/runLabels.ts'
import { runStatuses } from '../../../../src/shared/runs/records.ts'

const stage1: RunStage = { name: 'estimate-v-star', done: 192, total: 3000, unit: 'problems' }
const stage2: RunStage = { name: 'self-correction', done: 3, total: 80, unit: 'steps' }
const both = { stage: 'self-correction', status: 'stopped' } as const
const estimate = { stage: 'estimate-v-star', status: 'stopped' } as const

test('a run of both stages is named by the one it is in', () => {
  assert.deepEqual([stageLabel(both, stage1), shortStageLabel(stage1)], ['Stage 1 of 2: V*', '1: V*'])
  assert.deepEqual([stageLabel(both, stage2), shortStageLabel(stage2)], ['Stage 2: self-correction', '2: RL'])
  assert.equal(stageLabel(estimate, stage1), 'Stage 1: V*')
})

test('“stop now” asks where something is lost, and says what; a run in the queue is only taken out of it', () => {
  assert.equal(confirmationOf('stop-now', 'queued', stage2), null)
  assert.equal(actionLabel('stop-now', 'queued'), 'Take out of the queue')
  assert.equal(actionLabel('stop-now', 'running'), 'Stop now')
  const asked = confirmationOf('stop-now', 'running', stage2)
  assert.match(
    asked?.text ?? '',
    /^The step under way is thrown away\. .+ from its last checkpoint, or from the beginning while it has none\.$/,
  )
  assert.equal(asked?.keep, 'Keep running')
  const ofFirst = confirmationOf('stop-now', 'running', stage1)?.text ?? ''
  assert.match(ofFirst, /Problems whose V\* is estimated are kept/)
  assert.doesNotMatch(ofFirst, /checkpoint|step/)
  for (const stage of [stage1, stage2]) {
    const paused = confirmationOf('stop-now', 'paused', stage)
    assert.match(paused?.text ?? '', /^Nothing is lost/)
    assert.equal(paused?.keep, 'Keep paused')
  }
  for (const status of runStatuses) {
    for (const action of ['pause', 'stop-after-step', 'resume', 'extend'] as const)
      assert.equal(confirmationOf(action, status, stage2), null, `${action} ${status}`)
  }
})

test('a run without checkpoints says what is kept instead; stage 1 writes none', () => {
  assert.equal(
    noCheckpointText(both, stage2),
    'No checkpoint yet. Every stop writes one, and so does the end of the run.',
  )
  for (const run of [both, estimate]) {
    const text = noCheckpointText(run, stage1)
    assert.match(text, /so far 192 of 3,000 problems; a run that is resumed goes on with the next\.$/)
    assert.doesNotMatch(text, /Every stop/)
  }
  assert.match(noCheckpointText({ ...estimate, status: 'finished' }, stage1), / 3,000 problems\.$/)
})

test('a run without any rollouts says when they come', () => {
  assert.match(noRolloutsText(both, stage2), /^No rollouts yet\. They come with the first evaluation/)
  assert.match(noRolloutsText(both, stage1), /^No rollouts yet\. .+ rollouts come with stage 2\.$/)
  assert.match(noRolloutsText(estimate, stage1), /^Stage 1 keeps counts of its answers and no rollouts\./)
})
