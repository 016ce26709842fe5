import assert from 'node:assert/strict'
import { test } from 'node:test'
import { firstStage, startupProgress } from '../../../src/main/trainer/startupProgress.ts'
import type { JobRequest } from '../../../src/main/wire/jobPort.ts'
import { presetConfig } from '../../../src/shared/config/presets.ts'
import { sampleRunRow } from '../../renderer/support/runFixtures.ts'
import { estimateOf } from '../owner/support/fakeJob.ts'

const config = presetConfig('builtin', { data: { train: 300 }, steps: 40 })

function request(fields: Partial<JobRequest> = {}): JobRequest {
  const run = sampleRunRow('r', { totalSteps: 40 })
  return { run, config, dataDir: '', checkpoints: [], vStar: null, firstBatch: 1, ...fields }
}

function estimated(done: number, complete: boolean): JobRequest['vStar'] {
  const named = { vStarId: 'v', runId: 'r', createdAtMs: 1, inputHash: 'h', inputs: {} }
  const estimates = Array.from({ length: done }, (_, index) => estimateOf(index, 1))
  return { artifact: { ...named, complete, problems: 290 }, estimates }
}

test('a job says which stage it begins with while it still loads: stage 1 where an estimate is wanting', () => {
  const countOf = (fields: Partial<JobRequest>, layer = config): string => {
    const { name, done, total, unit } = firstStage(request({ ...fields, config: layer }))
    return `${name} ${done}/${total} ${unit}`
  }
  assert.equal(countOf({}), 'estimate-v-star 0/300 problems')
  assert.equal(countOf({ vStar: estimated(64, false) }), 'estimate-v-star 64/290 problems')
  assert.equal(countOf({ vStar: estimated(290, true) }), 'self-correction 0/40 steps')
  const grpo = presetConfig('builtin', { method: 'grpo', steps: 40 })
  assert.equal(countOf({}, grpo), 'self-correction 0/40 steps')
  const own = sampleRunRow('r', { stage: 'estimate-v-star' })
  assert.equal(countOf({ run: own, vStar: estimated(64, false) }, grpo), 'estimate-v-star 64/290 problems')
})

test('it goes on from its newest checkpoint, and counts one thing: the loading', () => {
  const newest = { checkpointId: 'c', runId: 'r', step: 20, folder: 'f', bytes: 1, sha256: 's' }
  const checkpoints = [{ ...newest, validation: null, createdAtMs: 1 }]
  const stage = firstStage(request({ vStar: estimated(290, true), checkpoints }))
  assert.equal(stage.done, 20)
  const { done, total, stage: told } = startupProgress('loading', stage)
  assert.deepEqual([done, total, told], [0, 1, stage])
})
