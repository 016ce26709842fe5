import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ModelConfig } from '../../../../src/core/model/config/modelConfig.ts'
import { computeMemory } from '../../../../src/core/train/engine/trainingMemory.ts'
import { chooseCompute, droppedInputs } from '../../../../src/main/trainer/memory/computeChoice.ts'
import type { ConfigLayer } from '../../../../src/shared/config/layers.ts'
import { presetConfig } from '../../../../src/shared/config/presets.ts'
import { littleModel } from '../../../randomModel.ts'

const builtin: ModelConfig = {
  ...littleModel,
  vocabularySize: 83,
  width: 128,
  layers: 4,
  queryHeads: 4,
  feedForwardWidth: 384,
}

/** Qwen2.5-0.5B's shape. */
const qwen: ModelConfig = {
  ...littleModel,
  vocabularySize: 151_936,
  width: 896,
  layers: 24,
  queryHeads: 14,
  headWidth: 64,
  feedForwardWidth: 4864,
}

const chosen = (layer: ConfigLayer, model = builtin, positions = 128) =>
  chooseCompute(presetConfig('builtin', layer), model, positions)

test('a micro-batch has the rows that an update has, at most 64, or what was asked for', () => {
  const rowsOf = (layer: ConfigLayer) => chosen(layer).rowsPerMicroBatch
  assert.equal(rowsOf({ problemsPerStep: 10 }), 10)
  assert.equal(rowsOf({ problemsPerStep: 10, miniBatches: 2 }), 5)
  assert.equal(rowsOf({ problemsPerStep: 500 }), 64)
  assert.equal(rowsOf({ method: 'dapo', turns: 'single', groupSize: 8, problemsPerStep: 5 }), 40)
  assert.equal(rowsOf({ microBatch: 7, problemsPerStep: 500 }), 7)
})

test('where rows are large there are as many as the budget holds, and at least one', () => {
  const { rowsPerMicroBatch: rows, compute } = chosen({ problemsPerStep: 500 }, builtin, 1024)
  const peak = (count: number) => computeMemory(builtin, { rows: count, positions: 1024 }, compute).peak
  assert.equal(compute.recompute, false)
  assert.ok(peak(rows) <= 768e6 && peak(rows + 1) > 768e6, String(rows))
  assert.equal(chosen({ problemsPerStep: 500 }, builtin, 1e6).rowsPerMicroBatch, 1)
})

test('layers are recomputed as asked for; by itself where not even two rows fit without', () => {
  const isOn = (layer: ConfigLayer, model = builtin, positions = 128) =>
    chosen(layer, model, positions).compute.recompute
  assert.equal(isOn({}), false)
  assert.equal(isOn({ recompute: 'on' }), true)
  assert.equal(isOn({}, qwen, 256), true)
  assert.equal(isOn({ recompute: 'off' }, qwen, 256), false)
  assert.equal(isOn({ microBatch: 4 }), false)
  assert.equal(isOn({ microBatch: 4 }, qwen, 256), true)
  const { rowsPerMicroBatch: rows, compute } = chosen({ problemsPerStep: 500 }, qwen, 256)
  assert.ok(rows >= 2, String(rows))
  assert.ok(computeMemory(qwen, { rows, positions: 256 }, compute).peak <= 384e6)
})

test('dropout keeps what it drew and what it left of every input of an adapted module', () => {
  const lora = { rank: 4, targets: ['q_proj', 'down_proj'], dropout: 0.1 }
  const { model } = presetConfig('builtin', { model: { lora } })
  // q_proj is given the width, down_proj what is between
  assert.equal(droppedInputs({ model }, builtin), 128 + 384)
  assert.equal(
    droppedInputs(presetConfig('builtin', { model: { lora: { ...lora, dropout: 0 } } }), builtin),
    0,
  )
  assert.equal(droppedInputs(presetConfig('builtin'), builtin), 0)
  const compute = { recompute: false, logitsBytes: 128e6 }
  const shape = { rows: 2, positions: 100 }
  const plain = computeMemory(builtin, shape, compute)
  const dropped = computeMemory(builtin, { ...shape, droppedInputs: 512 }, compute)
  assert.equal(dropped.kept - plain.kept, builtin.layers * 2 * 512 * 4 * 200)
})
