import '../../../src/main/host/tensorflow/legacyNodeUtil.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { readParameters } from '../../../src/main/host/model/modelFolder.ts'
import { openTrainingEngines } from '../../../src/main/trainer/engines.ts'
import { viewParameters } from '../../../src/main/host/model/parameterView.ts'
import { tensorFlowBackend } from '../../../src/main/host/tensorflow/addon.ts'
import { longestConversation } from '../../../src/main/run/longestConversation.ts'
import { openSampler } from '../../../src/main/trainer/samplers.ts'
import { loadRunMaterial } from '../../../src/main/run/runMaterial.ts'
import { presetConfig } from '../../../src/shared/config/presets.ts'
import { hasAvx512 } from '../host/tensorflow/processor.ts'
import type { ConfigLayer } from '../../../src/shared/config/layers.ts'

const little: ConfigLayer = { data: { train: 4, validation: 0, test: 0 }, steps: 1, problemsPerStep: 4 }

test('model.compute decides what the trainer and its reference multiply in', async () => {
  const material = await loadRunMaterial(presetConfig('builtin', little), process.cwd())
  const weights = await readParameters(material.reference)
  const rows = [Int32Array.of(1, 5, 9, 12, 7)]
  const scoresOf = async (compute: 'f32' | 'bf16') => {
    const config = presetConfig('builtin', little, { model: { compute } })
    const { trainer, reference } = await openTrainingEngines(config, material, {
      policy: weights,
      reference: weights,
    })
    const [scores, ofReference] = [
      await trainer.tokenLogProbs(rows),
      (await reference?.tokenLogProbs(rows)) ?? null,
    ]
    await trainer.dispose()
    await reference?.dispose()
    assert.deepEqual(scores, ofReference)
    return [...(scores[0] ?? [])]
  }
  const [whole, half] = [await scoresOf('f32'), await scoresOf('bf16')]
  const apart = whole.map((value, i) => Math.abs(value - (half[i] ?? Number.NaN)))
  const limit = (await hasAvx512()) ? 0.1 : 0.2
  assert.ok(
    apart.every((value) => value > 0 && value < limit),
    apart.join(),
  )
})

test('a reference that is read from its files scores as the policy that it is, without a copy in memory', async () => {
  const config = presetConfig('builtin', little, { model: { referenceIn: 'files' } })
  const material = await loadRunMaterial(config, process.cwd())
  const parameters = viewParameters(material.reference)
  const rows = [Int32Array.of(1, 5, 9, 12, 7), Int32Array.of(3, 4)]
  const before = tf.memory().numTensors
  const { trainer, reference } = await openTrainingEngines(config, material, {
    policy: parameters,
    reference: parameters,
  })
  const held = tensorFlowBackend().binding.getNumOfSavedModels()
  const [ofPolicy, ofReference] = [await trainer.tokenLogProbs(rows), await reference?.tokenLogProbs(rows)]
  ofPolicy.forEach((row, i) =>
    row.forEach((value, t) => assert.ok(Math.abs(value - (ofReference?.[i]?.[t] ?? Number.NaN)) < 1e-5)),
  )
  // the trainer's graph alone
  assert.equal(held, 1)
  await reference?.dispose()
  await trainer.dispose()
  assert.equal(tf.memory().numTensors, before)
})

test('engines come as the method needs them, score alike, and leave no tensor behind', async () => {
  const config = presetConfig('builtin', little)
  const material = await loadRunMaterial(config, process.cwd())
  const weights = await readParameters(material.reference)
  const both = { policy: weights, reference: weights }
  const before = tf.memory().numTensors
  const engines = await openTrainingEngines(config, material, both)
  const rows = [Int32Array.of(1, 5, 9, 12, 7)]
  const longest = longestConversation(config, material, material.problems.splits.train)
  assert.equal(engines.trainer.maxRowLength, longest)
  assert.deepEqual(await engines.trainer.tokenLogProbs(rows), await engines.reference?.tokenLogProbs(rows))
  await engines.trainer.dispose()
  await engines.reference?.dispose()
  const alone = await openTrainingEngines(
    presetConfig('builtin', little, { method: 'dapo', turns: 'single' }),
    material,
    both,
  )
  assert.equal(alone.reference, null)
  await alone.trainer.dispose()
  const sampler = await openSampler(material.policy.config, weights, config)
  await sampler.dispose()
  assert.equal(tf.memory().numTensors, before)
})
