import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ModelConfig } from '../../../../src/core/model/config/modelConfig.ts'
import {
  computeMemory,
  scoringMemory,
  vocabularyChunk,
} from '../../../../src/core/train/engine/trainingMemory.ts'
import { littleModel } from '../../../randomModel.ts'

/** Qwen2.5-0.5B's shape. */
const qwen: ModelConfig = {
  ...littleModel,
  vocabularySize: 151_936,
  width: 896,
  layers: 24,
  queryHeads: 14,
  keyValueHeads: 2,
  headWidth: 64,
  feedForwardWidth: 4864,
  maxPositions: 32_768,
}

test('a small vocabulary is one chunk, a large one is as many as the budget says', () => {
  assert.equal(vocabularyChunk(littleModel, 512, 64e6), littleModel.vocabularySize)
  const chunk = vocabularyChunk(qwen, 2048, 128e6)
  assert.equal(chunk % 64, 0)
  const bytes = 4 * chunk * (3 * 2048 + 896)
  assert.ok(bytes <= 128e6 && bytes > 120e6, String(bytes))
  assert.equal(vocabularyChunk(qwen, 1e6, 1), 256)
})

test('recomputation keeps the inputs of layers, not what is inside', () => {
  const shape = { rows: 8, positions: 256 }
  const options = { recompute: false, logitsBytes: 128e6 }
  const plain = computeMemory(qwen, shape, options)
  const again = computeMemory(qwen, shape, { ...options, recompute: true })
  assert.ok(plain.kept > 10 * again.kept, `${plain.kept}, ${again.kept}`)
  assert.ok(again.peak < plain.peak / 4, `${plain.peak}, ${again.peak}`)
  assert.equal(again.logits, plain.logits)
  assert.ok(again.logits <= 128e6)
})

test('bytes grow with the micro-batch, and scoring takes less than training', () => {
  const options = { recompute: true, logitsBytes: 128e6 }
  const peak = (rows: number) => computeMemory(qwen, { rows, positions: 512 }, options).peak
  assert.ok(peak(1) < peak(4) && peak(4) < peak(16))
  assert.ok(scoringMemory(qwen, { rows: 16, positions: 512 }, 128e6) < peak(16))
})
