import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tensorFlowBackend } from '../../../../../src/main/host/tensorflow/addon.ts'
import { createTrainerWithSampler } from '../../../../../src/main/host/tensorflow/session/capturedTrainer.ts'
import type { CompileNews } from '../../../../../src/main/host/tensorflow/xla/compileWatch.ts'
import { littleModel } from '../../../../randomModel.ts'
import { assertSame, drawnAsScored, plain, randomRequests, type Completions } from './graphSamples.ts'
import { rows, setup } from '../littleTrainer.ts'

const limits = { kvMemoryBytes: 64e6, compilation: 'never' as const }
const requests = randomRequests(8, littleModel.vocabularySize)
const settings = { ...plain, maxCompletionTokens: 8 }

interface Updated extends ReturnType<typeof createTrainerWithSampler> {
  readonly drawn: () => Promise<Completions>
  readonly before: Completions
}

for (const compilation of ['never', 'in-background'] as const) {
  const how = compilation === 'never' ? 'node by node' : 'compiled meanwhile'

  test(`after an update the next tokens come from the new parameters: nothing is refreshed, their log-probs are the trainer’s; ${how}`, async () => {
    const ended: string[] = []
    const followCompiling = ({ state, what }: CompileNews) => {
      if (state === 'ended') ended.push(what)
    }
    const { trainer, sampler } = createTrainerWithSampler({ ...setup, buckets: [8, 16, 32] }, ['all'], {
      ...limits,
      compilation,
      followCompiling,
    })
    const drawn = () => drawnAsScored(sampler, trainer, { requests, settings })
    const before = await drawn()
    for (let call = 0; compilation === 'in-background' && ended.length < 2; call++) {
      assert.ok(call < 3000, 'never compiled')
      assertSame(await drawn(), before)
    }
    await afterUpdates({ trainer, sampler, drawn, before })
  })
}

async function afterUpdates({ trainer, sampler, drawn, before }: Updated): Promise<void> {
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
}

test('an update is the same with and without a sampler in its graph, and nothing is left over', async () => {
  const { binding } = tensorFlowBackend()
  const [models, tensors] = [binding.getNumOfSavedModels(), binding.getNumOfTensors()]
  const both = createTrainerWithSampler(setup, ['all', 'greedy', 'top'], limits)
  for (const change of [{}, { temperature: 0 }, { topK: 4 }])
    await both.sampler.sample({ requests, settings: { ...settings, ...change } })
  const stats = await both.trainer.step({ rows }, 1e-3)
  const { createTrainer } = await import('../../../../../src/main/host/tensorflow/trainerFactory.ts')
  const alone = createTrainer(setup, { capture: true })
  assert.deepEqual(stats, await alone.step({ rows }, 1e-3))
  assert.deepEqual(await both.trainer.readState(), await alone.readState())
  await alone.dispose()
  await both.sampler.dispose()
  await both.trainer.dispose()
  assert.deepEqual([binding.getNumOfSavedModels(), binding.getNumOfTensors()], [models, tensors])
})
