import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GraphBuilder } from '../../../../src/core/graph/graphBuilder.ts'
import { parameterShapes } from '../../../../src/core/model/parameterTable.ts'
import { policyLossOf } from '../../../../src/core/rl/losses/policyLossOf.ts'
import { captureScoring, captureTraining } from '../../../../src/core/train/engine/trainingGraph.ts'
import type { TrainerSetup } from '../../../../src/core/train/engine/trainerSetup.ts'
import { tensorflowOps } from '../../../../src/main/host/tensorflow/ops.ts'
import { beginningAdapter } from '../../../../src/main/run/trainedParameters.ts'
import { graphBytes } from '../../../../src/main/trainer/memory/graphMemory.ts'
import { presetConfig } from '../../../../src/shared/config/presets.ts'
import { littleModel } from '../../../randomModel.ts'

const model = { ...littleModel, layers: 8 }
const bytesPerNode = 10.2e3

const runs = [
  { of: 'all parameters', recompute: false, settings: {} },
  { of: 'all parameters, layers recomputed', recompute: true, settings: {} },
  { of: 'all parameters, moments in bf16', recompute: true, settings: { optimizer: { moments: 'bf16' } } },
  { of: 'all parameters, products in bf16', recompute: false, settings: { model: { compute: 'bf16' } } },
  { of: 'the same, layers recomputed', recompute: true, settings: { model: { compute: 'bf16' } } },
  {
    of: 'an adapter, products in bf16',
    recompute: true,
    settings: { model: { lora: { rank: 4 }, baseWeights: 'bf16', compute: 'bf16' } },
  },
  { of: 'an adapter', recompute: false, settings: { model: { lora: { rank: 4 }, baseWeights: 'int8' } } },
] as const

for (const { of, recompute, settings } of runs) {
  test(`${of}: the plan counts a graph's nodes within 15 %`, (t) => {
    const config = presetConfig('builtin', settings)
    // nobody asks for the values of what is only recorded
    const parameters = new Map(
      [...parameterShapes(model)].map(([name, shape]) => [name, { shape, values: new Float32Array() }]),
    )
    const setup: TrainerSetup = {
      config: model,
      parameters,
      storedAs: config.model.baseWeights,
      ...beginningAdapter(config, model),
      ops: tensorflowOps(config.model.compute),
      temperature: 1,
      buckets: [16, 32],
      rowsPerMicroBatch: 2,
      loss: policyLossOf(config),
      adamW: config.optimizer,
      compute: { recompute, logitsBytes: Infinity },
    }
    const planned = (hasReference: boolean) =>
      graphBytes(config, model, { work: 'train', sampler: 'onnx' }, { recompute, hasReference })
    const trained = nodesOf(captureTraining(setup).graph)
    const scored = nodesOf(captureScoring(setup).graph)
    t.diagnostic(`${trained} nodes to train, ${scored} to score`)
    assertNear(planned(false), trained)
    assertNear(planned(true) - planned(false), scored)
  })
}

function nodesOf({ nodes, functions }: GraphBuilder): number {
  return functions.reduce((sum, each) => sum + each.nodes.length, nodes.length)
}

function assertNear(plannedBytes: number, nodes: number): void {
  const ratio = plannedBytes / (bytesPerNode * nodes)
  assert.ok(Math.abs(ratio - 1) <= 0.15, `planned ${ratio} of ${nodes} nodes`)
}
