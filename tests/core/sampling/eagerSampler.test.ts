import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as tf from '@tensorflow/tfjs'
import { plainRawOps } from '../graph/plainRawOps.ts'
import { disposeTensors, tensorsOf } from '../../../src/core/model/parameterTensors.ts'
import { logits } from '../../../src/core/model/transformer.ts'
import type { Transformer } from '../../../src/core/model/transformer.ts'
import { EagerSampler } from '../../../src/core/sampling/eagerSampler.ts'
import type { Completion, SampleRequest } from '../../../src/core/sampling/sampler.ts'
import { openModelFolder, readParameters } from '../../../src/main/host/model/modelFolder.ts'
import { startTensorflow } from '../../../src/main/host/tensorflow/backend.ts'
import { RecheckError } from '../../../src/shared/errors/recheckError.ts'
import { assertClose } from '../../assertClose.ts'
import { goldenFolder } from '../../goldenFolders.ts'

const settings = { temperature: 1, topP: 1, topK: 0, maxCompletionTokens: 8, endIds: [7, 20], seed: 5 }
const prompts = [
  [3, 9, 27, 11],
  [50, 4],
  [8, 8, 8, 30, 31, 32, 33],
]
const requests: SampleRequest[] = prompts.map((promptIds, index) => ({
  promptIds,
  seedLabels: ['test', index],
  samples: 3,
}))

async function openModel(name: string): Promise<Transformer> {
  const checkpoint = await openModelFolder(goldenFolder(name))
  const parameters = tensorsOf(await readParameters(checkpoint))
  return { config: checkpoint.config, parameters, ops: plainRawOps }
}

await startTensorflow()
/** Opened once; a promise, so that tests may ask for it in any order. */
const models = new Map<string, Promise<Transformer>>()
function modelOf(name: string): Promise<Transformer> {
  const known = models.get(name) ?? openModel(name)
  models.set(name, known)
  return known
}

for (const name of ['gpt2', 'llama-gqa7', 'qwen2']) {
  const sampler = async (maxRows: number) => new EagerSampler({ model: await modelOf(name), maxRows })

  test(`${name}: batched = single, in any order: same ids, log-probs equal to rounding`, async () => {
    const batched = await (await sampler(32)).sample({ requests, settings })
    const turned = await (await sampler(32)).sample({ requests: [...requests].reverse(), settings })
    for (const [index, request] of requests.entries()) {
      const [alone] = await (await sampler(1)).sample({ requests: [request], settings })
      assertSameCompletions(batched[index], alone)
      assertSameCompletions(turned[requests.length - 1 - index], alone)
    }
  })

  test(`${name}: cached = uncached: reported log-probs are those of the whole row read at once`, async () => {
    const model = await modelOf(name)
    const drawn = { ...settings, temperature: 0.7 }
    const completions = await (await sampler(32)).sample({ requests, settings: drawn })
    for (const [index, { promptIds }] of requests.entries()) {
      for (const { completionIds, samplingLogProbs } of completions[index] ?? []) {
        const whole = [...promptIds, ...completionIds]
        const expected = tf.tidy(() =>
          tf
            .logSoftmax(
              logits(model, tf.tensor2d([whole], [1, whole.length], 'int32')).div(drawn.temperature),
            )
            .squeeze<tf.Tensor2D>([0])
            .arraySync(),
        )
        completionIds.forEach((id, at) => {
          const row = expected[promptIds.length + at - 1] ?? []
          assertClose(samplingLogProbs[at] ?? NaN, row[id] ?? NaN, 1e-4)
        })
      }
    }
  })

  test(`${name}: a completion ends with the first end id, or is as long as allowed`, async () => {
    const many = requests.map((request) => ({ ...request, samples: 20 }))
    const all = (await (await sampler(60)).sample({ requests: many, settings })).flat()
    assert.ok(all.some(({ finishReason }) => finishReason === 'stop'))
    for (const { completionIds, finishReason, samplingLogProbs } of all) {
      assert.equal(samplingLogProbs.length, completionIds.length)
      const isEnd = (id: number | undefined) => id !== undefined && settings.endIds.includes(id)
      assert.ok(!completionIds.slice(0, -1).some(isEnd))
      assert.equal(finishReason, isEnd(completionIds.at(-1)) ? 'stop' : 'length')
      if (finishReason === 'length') assert.equal(completionIds.length, 8)
    }
  })

  test(`${name}: another seed draws other tokens; samples of one prompt differ`, async () => {
    const one = await (await sampler(32)).sample({ requests, settings })
    assert.notDeepEqual(
      await (await sampler(32)).sample({ requests, settings: { ...settings, seed: 6 } }),
      one,
    )
    const [first] = one
    assert.notDeepEqual(first?.[0]?.completionIds, first?.[1]?.completionIds)
  })

  test(`${name}: no tensor is left, also after a stop`, async () => {
    await modelOf(name)
    const before = tf.memory().numTensors
    await (await sampler(4)).sample({ requests, settings })
    assert.equal(tf.memory().numTensors, before)
    const signal = { aborted: false }
    const onToken = () => void (signal.aborted = true)
    await assert.rejects(
      (await sampler(32)).sample({ requests, settings, signal, onToken }),
      isError('sampler.stopped'),
    )
    assert.equal(tf.memory().numTensors, before)
  })
}

test('too long a prompt is refused before anything is computed', async () => {
  const model = await openModel('gpt2') // 64 positions
  const sampler = new EagerSampler({ model, maxRows: 4 })
  const longest = (length: number) => ({
    requests: [{ promptIds: new Array<number>(length).fill(3), seedLabels: [], samples: 1 }],
    settings: { ...settings, temperature: 0, endIds: [] },
  })
  assert.equal((await sampler.sample(longest(56)))[0]?.[0]?.completionIds.length, 8)
  await assert.rejects(
    sampler.sample(longest(57)),
    isError('sampler.too-long', /57 prompt \+ 8 new tokens = 65, the model has 64 positions/),
  )
  await assert.rejects(sampler.sample(longest(0)), isError('sampler.empty-prompt'))
  const { vocabularySize } = model.config
  await assert.rejects(
    sampler.sample({
      ...longest(1),
      requests: [{ promptIds: [3, vocabularySize], seedLabels: [], samples: 1 }],
    }),
    isError(
      'sampler.unknown-token',
      new RegExp(`holds token ${vocabularySize}, the model knows 0 to ${vocabularySize - 1}`),
    ),
  )
  disposeTensors(model.parameters)
})

test('refresh takes new parameters, dispose frees them', async () => {
  const model = await openModel('rl-step/policy')
  const other = await readParameters(await openModelFolder(goldenFolder('rl-step/reference')))
  const call = { requests, settings: { ...settings, temperature: 0, endIds: [] } }
  const before = tf.memory().numTensors
  const sampler = new EagerSampler({ model, maxRows: 32 })
  const own = await sampler.sample(call)
  await sampler.refresh({ readParameters: () => Promise.resolve(other) })
  const refreshed = await sampler.sample(call)
  assert.notDeepEqual(refreshed, own)
  const tensors = tensorsOf(other)
  assert.deepEqual(
    await new EagerSampler({ model: { ...model, parameters: tensors }, maxRows: 32 }).sample(call),
    refreshed,
  )
  disposeTensors(tensors)
  await sampler.dispose()
  assert.equal(tf.memory().numTensors, before)
  disposeTensors(model.parameters)
})

test('progress counts completions and tokens', async () => {
  const model = await openModel('qwen2')
  const seen: number[][] = []
  const tokens = new Map<string, number[]>()
  const completions = await new EagerSampler({ model, maxRows: 4 }).sample({
    requests,
    settings,
    onProgress: (...progress) => seen.push(progress),
    onToken: (request, sample, id) => {
      const key = `${request}/${sample}`
      tokens.set(key, [...(tokens.get(key) ?? []), id])
    },
  })
  const total = completions.flat().reduce((sum, { completionIds }) => sum + completionIds.length, 0)
  assert.deepEqual(
    seen.map(([done]) => done),
    [3, 6, 9],
  )
  assert.deepEqual(seen.at(-1), [9, 9, total])
  completions.forEach((samples, request) =>
    samples.forEach(({ completionIds }, sample) =>
      assert.deepEqual(tokens.get(`${request}/${sample}`), completionIds),
    ),
  )
  disposeTensors(model.parameters)
})

function assertSameCompletions(a: readonly Completion[] = [], b: readonly Completion[] = []): void {
  assert.deepEqual(
    a.map(({ completionIds, finishReason }) => ({ completionIds, finishReason })),
    b.map(({ completionIds, finishReason }) => ({ completionIds, finishReason })),
  )
  a.forEach((completion, sample) =>
    completion.samplingLogProbs.forEach((logProb, at) =>
      assertClose(logProb, b[sample]?.samplingLogProbs[at] ?? NaN, 1e-5),
    ),
  )
}

function isError(code: string, message = /./): (thrown: unknown) => boolean {
  return (thrown) => thrown instanceof RecheckError && thrown.code === code && message.test(thrown.message)
}
