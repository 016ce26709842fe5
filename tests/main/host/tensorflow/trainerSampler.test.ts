import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tensorFlowBackend } from '../../../../src/main/host/tensorflow/addon.ts'
import { createTrainerWithSampler } from '../../../../src/main/host/tensorflow/capturedTrainer.ts'
import { littleModel } from '../../../randomModel.ts'
import { drawnAsScored, plain, randomRequests } from './graphSamples.ts'
import { rows, setup } from './littleTrainer.ts'

const limits = { kvMemoryBytes: 64e6, compiled: false }
const requests = randomRequests(8, littleModel.vocabularySize)
const settings = { ...plain, maxCompletionTokens: 8 }

test('after an update the next tokens come from the new parameters: nothing is refreshed, their log-probs are the trainer’s', async () => {
  const { trainer, sampler } = createTrainerWithSampler({ ...setup, buckets: [8, 16, 32] }, ['all'], limits)
  const drawn = () => drawnAsScored(sampler, trainer, { requests, settings })
  const before = await drawn()
  await trainer.step({ rows }, 0.05)
  const after = await drawn()
  assert.notDeepEqual(after, before)
  const state = await trainer.readState()
  await trainer.step({ rows }, 0.05)
  assert.notDeepEqual(await drawn(), after)
  await trainer.writeState(state)
  await sampler.refresh(trainer)
  assert.deepEqual(await drawn(), after)
  await sampler.dispose()
  await trainer.dispose()
})

test('an update is the same with and without a sampler in its graph, and nothing is left over', async () => {
  const { binding } = tensorFlowBackend()
  const [models, tensors] = [binding.getNumOfSavedModels(), binding.getNumOfTensors()]
  const both = createTrainerWithSampler(setup, ['all', 'greedy', 'top'], limits)
  for (const change of [{}, { temperature: 0 }, { topK: 4 }])
    await both.sampler.sample({ requests, settings: { ...settings, ...change } })
  const stats = await both.trainer.step({ rows }, 1e-3)
  const { createTrainer } = await import('../../../../src/main/host/tensorflow/trainerFactory.ts')
  const alone = createTrainer(setup, { capture: true })
  assert.deepEqual(stats, await alone.step({ rows }, 1e-3))
  assert.deepEqual(await both.trainer.readState(), await alone.readState())
  await alone.dispose()
  await both.sampler.dispose()
  await both.trainer.dispose()
  assert.deepEqual([binding.getNumOfSavedModels(), binding.getNumOfTensors()], [models, tensors])
})
