import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RecheckError } from '../../../../src/shared/errors/recheckError.ts'
import { tensorFlowBackend } from '../../../../src/main/host/tensorflow/addon.ts'
import { createTrainerWithSampler } from '../../../../src/main/host/tensorflow/session/capturedTrainer.ts'
import { createScorer } from '../../../../src/main/host/tensorflow/trainerFactory.ts'
import { initialAdapter } from '../../../../src/core/model/adapter.ts'
import type { AdapterValues } from '../../../../src/core/model/mergeAdapter.ts'
import type { ParameterValues } from '../../../../src/core/model/parameterValues.ts'
import { storedParameters, type WeightStorage } from '../../../../src/core/model/weightStorage.ts'
import type { TrainerSetup } from '../../../../src/core/train/engine/trainerSetup.ts'
import { assertClose } from '../../../assertClose.ts'
import { largestDifferenceOf, littleAdapter, trainedAdapter } from '../../../littleAdapter.ts'
import { littleModel, modelFamilies, randomParameters, randomRows } from '../../../randomModel.ts'
import { drawnAsScored, plain, randomRequests } from './session/graphSamples.ts'
import { assertSameBytes, largestDifference, oneStep, rows, setup, withTrainer } from './littleTrainer.ts'

const begun: AdapterValues = { ...littleAdapter, values: initialAdapter(littleModel, littleAdapter, 3) }
const trained: AdapterValues = { ...littleAdapter, values: trainedAdapter(littleModel, littleAdapter, 3) }
const storages: readonly WeightStorage[] = ['f32', 'bf16', 'f16', 'int8']
const ids = rows.map((row) => row.ids)

for (const storedAs of storages) {
  for (const [name, changes] of Object.entries(modelFamilies)) {
    // low precision knows the two ways that matrices lie, and no families
    if (storedAs !== 'f32' && name !== 'Qwen2' && name !== 'GPT-2') continue
    const config = { ...littleModel, ...changes }
    const targets = config.family === 'gpt2' ? ['c_attn', 'c_proj', 'c_fc'] : littleAdapter.targets
    const shape = { ...littleAdapter, targets }
    const own = {
      config,
      storedAs,
      parameters: randomParameters(config, 1),
      adapter: { ...shape, values: trainedAdapter(config, shape, 3) },
    }
    test(`${name} on ${storedAs}: one step of an adapter captured = op by op on the weights that are stored`, async () => {
      const captured = await oneStep(own, true)
      const eager = await oneStep(own, false)
      assertClose(captured.stats.loss, eager.stats.loss, 1e-5)
      assertClose(captured.stats.gradientNorm, eager.stats.gradientNorm, 1e-5)
      assert.equal(captured.gradients.size, own.adapter.values.size)
      assert.ok(largestDifference(captured.gradients, eager.gradients) < 1e-5)
      // merged in the graph, and by itself
      assert.ok(largestDifference(captured.parameters, eager.parameters) < 1e-5)
    })
  }

  test(`on ${storedAs}: scores are those of 32-bit floats of the same numbers`, async () => {
    const parameters = storedParameters(littleModel, setup.parameters, storedAs)
    const [stored, whole] = [{ storedAs }, { parameters }].map((changes) =>
      createScorer({ ...setup, ...changes }, { capture: true }),
    )
    const scores = (await stored?.tokenLogProbs(ids)) ?? []
    const expected = (await whole?.tokenLogProbs(ids)) ?? []
    scores.forEach((row, i) => assert.ok(largestDifferenceOf(row, expected[i] ?? []) < 2e-6))
    await stored?.dispose()
    await whole?.dispose()
  })

  test(`on ${storedAs}: before the first update the base scores as the policy does, to the bit; after it, as it did`, async () => {
    await withTrainer({ adapter: begun, storedAs }, true, async (trainer) => {
      const before = await trainer.base?.tokenLogProbs(ids)
      assert.deepEqual(await trainer.tokenLogProbs(ids), before)
      await trainer.step({ rows }, 1e-2)
      assert.deepEqual(await trainer.base?.tokenLogProbs(ids), before)
      const after = await trainer.tokenLogProbs(ids)
      assert.ok(before?.some((row, i) => row.some((value, t) => value !== after[i]?.[t])))
    })
  })

  test(`on ${storedAs}: what is drawn in the graph has the log-probs that the trainer gives it, before and after updates`, async () => {
    const own = { ...setup, buckets: [8, 16, 32], adapter: trained, storedAs }
    const limits = { kvMemoryBytes: 64e6, compilation: 'in-background' as const }
    const { trainer, sampler } = createTrainerWithSampler(own, ['all'], limits)
    const requests = randomRequests(8, littleModel.vocabularySize)
    const settings = { ...plain, maxCompletionTokens: 8 }
    const drawn = () => drawnAsScored(sampler, trainer, { requests, settings })
    const before = await drawn()
    await trainer.step({ rows }, 0.05)
    assert.notDeepEqual(await drawn(), before)
    await sampler.dispose()
    await trainer.dispose()
  })
}

for (const capture of [true, false]) {
  const mode = capture ? 'captured' : 'op by op'

  test(`${mode}: only the factors move, every one of them, and the loss falls`, async () => {
    await withTrainer({ adapter: begun }, capture, async (trainer) => {
      const first = await trainer.step({ rows }, 1e-2)
      for (let step = 0; step < 9; step++) await trainer.step({ rows }, 1e-2)
      const state = await trainer.readState()
      assert.deepEqual([...state.parameters.keys()], [...begun.values.keys()])
      for (const [name, { values }] of begun.values) {
        const moved = state.parameters.get(name)?.values
        assert.ok(
          values.some((value, i) => value !== moved?.[i]),
          `${name} did not move`,
        )
      }
      const last = await trainer.step({ rows }, 1e-2)
      assert.ok(last.loss < 0.8 * first.loss, `${first.loss} → ${last.loss}`)
      const merged = await trainer.readParameters()
      for (const name of ['model.norm.weight', 'model.embed_tokens.weight'])
        assert.deepEqual(merged.get(name)?.values, setup.parameters.get(name)?.values)
    })
  })

  test(`${mode}: an adapter’s state written elsewhere goes on byte for byte`, async () => {
    const batches = [3, 4, 5, 6].map((seed) => ({ rows: randomRows(littleModel, [9, 6, 14], seed) }))
    const after = (count: number) =>
      withTrainer({ adapter: begun }, capture, async (trainer) => {
        for (const batch of batches.slice(0, count)) await trainer.step(batch, 1e-3)
        return trainer.readState()
      })
    const half = await after(2)
    const resumed = await withTrainer({ adapter: trained }, capture, async (trainer) => {
      await trainer.writeState(half)
      assertSameBytes(await trainer.readState(), half)
      for (const batch of batches.slice(2)) await trainer.step(batch, 1e-3)
      return trainer.readState()
    })
    assertSameBytes(resumed, await after(4))
    await withTrainer({}, capture, async (trainer) => {
      await assert.rejects(trainer.writeState(half), { code: 'trainer.state' })
    })
  })

  test(`${mode}: a factor’s gradient is the finite difference of the loss`, async () => {
    const { gradients } = await oneStep({ adapter: trained }, capture)
    const lossAt = (values: ParameterValues) =>
      oneStep({ adapter: { ...trained, values } }, capture).then(({ stats }) => stats.loss)
    for (const [name, at] of [
      ['model.layers.0.self_attn.k_proj.lora_A.weight', 17],
      ['model.layers.0.self_attn.o_proj.lora_B.weight', 40],
      ['model.layers.1.mlp.down_proj.lora_A.weight', 100],
      ['model.layers.1.mlp.gate_proj.lora_B.weight', 3],
    ] as const) {
      const difference =
        ((await lossAt(moved(name, at, 1e-2))) - (await lossAt(moved(name, at, -1e-2)))) / 2e-2
      const gradient = gradients.get(name)?.values[at] ?? Number.NaN
      assertClose(gradient, difference, 3e-4 + 0.02 * Math.abs(difference))
    }
  })
}

function moved(name: string, at: number, by: number): ParameterValues {
  const { shape = [], values = new Float32Array() } = trained.values.get(name) ?? {}
  const copy = Float32Array.from(values)
  copy[at] = (copy[at] ?? Number.NaN) + by
  return new Map([...trained.values, [name, { shape, values: copy }]])
}

test('an adapter’s graph has gradients of its factors alone, and leaves nothing over', async () => {
  const { binding } = tensorFlowBackend()
  const before = [binding.getNumOfSavedModels(), binding.getNumOfTensors()]
  const { captureTraining } = await import('../../../../src/core/train/engine/trainingGraph.ts')
  const own: TrainerSetup = { ...setup, adapter: begun, storedAs: 'int8' }
  const nodes = new Set(captureTraining(own).graph.nodes.map(({ name }) => name))
  for (const name of begun.values.keys())
    for (const kind of ['parameter', 'firstMoment', 'secondMoment', 'gradient'])
      assert.ok(nodes.has(`${kind}/${name}`), `${kind}/${name}`)
  for (const name of setup.parameters.keys()) {
    assert.ok(nodes.has(`base/${name}`))
    for (const kind of ['parameter', 'firstMoment', 'secondMoment', 'gradient'])
      assert.ok(!nodes.has(`${kind}/${name}`), `${kind}/${name}`)
  }
  await withTrainer(own, true, (trainer) => trainer.step({ rows }, 1e-3))
  assert.deepEqual([binding.getNumOfSavedModels(), binding.getNumOfTensors()], before)
})

test('a base with a weight beyond f16 is refused where it enters, captured and op by op', () => {
  const [name, { shape, values }] =
    [...setup.parameters].find(([, parameter]) => parameter.shape.length === 2) ?? assert.fail()
  const beyond = new Map(setup.parameters).set(name, {
    shape,
    values: values.map((v, i) => (i === 3 ? 7e4 : v)),
  })
  for (const capture of [true, false])
    assert.throws(
      () => createScorer({ ...setup, parameters: beyond, storedAs: 'f16' }, { capture }),
      (thrown: RecheckError) => thrown.code === 'checkpoint.beyond-f16',
    )
})
