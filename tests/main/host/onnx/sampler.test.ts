import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ParameterValues } from '../../../../src/core/model/parameterValues.ts'
import { forkRandom } from '../../../../src/core/random.ts'
import type { Completion, SampleRequest, Sampler } from '../../../../src/core/sampling/sampler.ts'
import { openModelFolder, readParameters } from '../../../../src/main/host/model/modelFolder.ts'
import { createOnnxSampler } from '../../../../src/main/host/onnx/sampler.ts'
import type { OnnxSamplerSetup } from '../../../../src/main/host/onnx/sampler.ts'
import { OnnxVerifyEngine } from '../../../../src/main/host/onnx/verifyEngine.ts'
import { assertClose } from '../../../assertClose.ts'
import { goldenCheckpoints, goldenFolder } from '../../../goldenFolders.ts'

const starter = join(import.meta.dirname, '../../../../resources/models/builtin')
const folders = {
  ...Object.fromEntries(goldenCheckpoints.map((name) => [name, goldenFolder(name)])),
  starter,
}
const settings = { temperature: 1, topP: 1, topK: 0, maxCompletionTokens: 12, endIds: [2, 5], seed: 7 }

async function openSetup(folder: string): Promise<OnnxSamplerSetup> {
  const checkpoint = await openModelFolder(folder)
  const parameters = await readParameters(checkpoint)
  return { config: checkpoint.config, parameters, kvMemoryBytes: 256e6, threads: 2 }
}

/** Prompts of 1 to 20 tokens. */
function randomRequests(count: number, vocabularySize: number): SampleRequest[] {
  return Array.from({ length: count }, (_, index) => {
    const random = forkRandom(1, 'prompt', index)
    const promptIds = Array.from({ length: 1 + random.nextInt(20) }, () => random.nextInt(vocabularySize))
    return { promptIds, seedLabels: ['request', index], samples: 1 }
  })
}

function idsOf(completions: readonly (readonly Completion[])[]): unknown {
  return completions.map((samples) =>
    samples.map(({ completionIds, finishReason }) => ({ completionIds, finishReason })),
  )
}

function assertSame(a: readonly (readonly Completion[])[], b: readonly (readonly Completion[])[]): void {
  assert.deepEqual(idsOf(a), idsOf(b))
  const flat = (list: typeof a) => list.flat().flatMap(({ samplingLogProbs }) => [...samplingLogProbs])
  flat(a).forEach((logProb, at) => assertClose(logProb, flat(b)[at] ?? NaN, 1e-5))
}

/** Samples in calls of `size` requests each. */
async function sampleInCalls(sampler: Sampler, requests: readonly SampleRequest[], size: number) {
  const completions: (readonly Completion[])[] = []
  for (let at = 0; at < requests.length; at += size) {
    completions.push(...(await sampler.sample({ requests: requests.slice(at, at + size), settings })))
  }
  return completions
}

for (const [name, folder] of Object.entries(folders)) {
  test(`${name}: batches of 1, 7 and 64 draw the same ids, with weights packed and with weights fed`, async () => {
    const setup = await openSetup(folder)
    const requests = randomRequests(64, setup.config.vocabularySize)
    const sampler = await createOnnxSampler(setup)
    const whole = await sampleInCalls(sampler, requests, 64)
    assertSame(await sampleInCalls(sampler, requests, 7), whole)
    assertSame(await sampleInCalls(sampler, requests, 1), whole)
    assert.deepEqual(await sampleInCalls(sampler, requests, 64), whole, 'same seed, same bytes')
    await sampler.dispose()
    const fed = await createOnnxSampler({ ...setup, weightsAs: 'inputs' })
    assertSame(await sampleInCalls(fed, requests, 64), whole)
    assertSame(await sampleInCalls(fed, requests.slice(0, 5), 1), whole.slice(0, 5))
    await fed.dispose()
  })

  test(`${name}: under a cap of three rows, finished rows make room and N samples of a prompt wait for it`, async () => {
    const setup = await openSetup(folder)
    const requests = randomRequests(9, setup.config.vocabularySize).map((request, index) => ({
      ...request,
      samples: [1, 5, 2][index % 3] ?? 1,
    }))
    const unlimited = await createOnnxSampler(setup)
    const expected = await unlimited.sample({ requests, settings })
    await unlimited.dispose()
    const tight = await createOnnxSampler({ ...setup, maxRows: 3 })
    assertSame(await tight.sample({ requests, settings }), expected)
    await tight.dispose()
    assert.ok(
      expected.flat().some(({ completionIds }) => completionIds.length < settings.maxCompletionTokens),
    )
    const alone = expected.map((samples) => samples.length)
    assert.deepEqual(
      alone,
      requests.map(({ samples }) => samples),
    )
  })
}

test('qwen2: N samples that share a prefill = N requests of one sample with the same streams', async () => {
  const setup = await openSetup(goldenFolder('qwen2'))
  const sampler = await createOnnxSampler(setup)
  const [request] = randomRequests(1, setup.config.vocabularySize)
  assert.ok(request)
  const [shared = []] = await sampler.sample({ requests: [{ ...request, samples: 6 }], settings })
  const [first] = await sampler.sample({ requests: [request], settings })
  assertSame([shared.slice(0, 1)], [first ?? []])
  assert.ok(new Set(shared.map(({ completionIds }) => completionIds.join())).size > 1, 'samples differ')
  await sampler.dispose()
})

test('qwen2: after a refresh the log-probs are the new weights’, kept caches are forgotten, fed or packed', async () => {
  const setup = await openSetup(goldenFolder('qwen2'))
  const changed: ParameterValues = new Map(
    [...setup.parameters].map(([name, { shape, values }]) => [
      name,
      { shape, values: values.map((x) => x * 1.05) },
    ]),
  )
  const requests = randomRequests(4, setup.config.vocabularySize)
  const fresh = await createOnnxSampler({ ...setup, parameters: changed })
  const expected = await fresh.sample({ requests, settings })
  await fresh.dispose()
  for (const weightsAs of ['initialisers', 'inputs'] as const) {
    const sampler = await createOnnxSampler({ ...setup, weightsAs })
    const before = await sampler.sample({ requests, settings, keepCaches: true })
    assert.notDeepEqual(before, expected)
    await sampler.refresh({ readParameters: () => Promise.resolve(changed) })
    assertSame(await sampler.sample({ requests, settings }), expected)
    await sampler.dispose()
  }
  const reader = await OnnxVerifyEngine.load('onnx', setup.config, changed)
  for (const [index, { promptIds }] of requests.entries()) {
    const [completion] = expected[index] ?? []
    assert.ok(completion)
    const read = await reader.scoredLogProbs([...promptIds, ...completion.completionIds])
    completion.samplingLogProbs.forEach((logProb, at) => {
      assertClose(logProb, read[promptIds.length - 1 + at] ?? NaN, 2e-4)
    })
  }
  await reader.dispose()
})

test('the sampler copies the weights it is given: a caller may overwrite its arrays', async () => {
  const setup = await openSetup(goldenFolder('qwen2'))
  const requests = randomRequests(4, setup.config.vocabularySize)
  for (const weightsAs of ['initialisers', 'inputs'] as const) {
    const parameters = new Map(
      [...setup.parameters].map(([name, p]) => [name, { ...p, values: p.values.slice() }]),
    )
    const sampler = await createOnnxSampler({ ...setup, parameters, weightsAs })
    const before = await sampler.sample({ requests, settings })
    for (const { values } of parameters.values()) values.fill(0)
    assert.deepEqual(await sampler.sample({ requests, settings }), before)
    await sampler.dispose()
  }
})

test('the starter: second turns from kept caches = prefilled ones; short ends step by step, long ones in one run', async () => {
  const setup = await openSetup(starter)
  const sampler = await createOnnxSampler(setup)
  const first = randomRequests(12, setup.config.vocabularySize)
  const attempts = await sampler.sample({ requests: first, settings, keepCaches: true })
  const later = first.map(({ promptIds }, index) => {
    const injected = Array.from({ length: index % 2 === 0 ? 8 : 90 }, (_, at) => 6 + ((index + at) % 60))
    const history = [...promptIds, ...(attempts[index]?.[0]?.completionIds ?? [])]
    return {
      promptIds: [...history, ...injected],
      seedLabels: ['later', index],
      samples: index % 3 === 0 ? 2 : 1,
    }
  })
  const kept = await sampler.sample({ requests: later, settings })
  sampler.forget()
  assertSame(kept, await sampler.sample({ requests: later, settings }))
  await sampler.dispose()
})

test('too long a request is refused before anything is computed, a cap below one row too', async () => {
  const setup = await openSetup(goldenFolder('gpt2'))
  const sampler = await createOnnxSampler(setup)
  const drawn: number[] = []
  const requests = [4, 60].map((length) => ({
    promptIds: new Array<number>(length).fill(3),
    seedLabels: ['long'],
    samples: 1,
  }))
  await assert.rejects(sampler.sample({ requests, settings, onToken: (_r, _s, id) => drawn.push(id) }), {
    code: 'sampler.too-long',
    message: /request 1 needs 60 prompt \+ 12 new tokens = 72, the model has 64 positions/,
  })
  assert.deepEqual(drawn, [])
  await assert.rejects(
    sampler.sample({ requests: [{ promptIds: [], seedLabels: [], samples: 1 }], settings }),
    {
      code: 'sampler.empty-prompt',
    },
  )
  const unknown = [{ promptIds: [3, setup.config.vocabularySize], seedLabels: [], samples: 1 }]
  await assert.rejects(sampler.sample({ requests: unknown, settings }), {
    code: 'sampler.unknown-token',
    message: /holds token \d+, the model knows 0 to \d+. Does the tokenizer belong to this model\?/,
  })
  await sampler.dispose()
  const capped = await createOnnxSampler({ ...setup, kvMemoryBytes: 1000 })
  await assert.rejects(capped.sample({ requests: requests.slice(0, 1), settings }), {
    code: 'sampler.kv-memory',
  })
  await capped.dispose()
})

test('a raised signal stops the call; the sampler works on afterwards; progress and tokens are reported', async () => {
  const setup = await openSetup(goldenFolder('llama'))
  const sampler = await createOnnxSampler(setup)
  const requests = randomRequests(3, setup.config.vocabularySize)
  const signal = { aborted: false }
  await assert.rejects(
    sampler.sample({ requests, settings, signal, onToken: () => (signal.aborted = true) }),
    { code: 'sampler.stopped', message: /of 3 completions/ },
  )
  const tokens: number[][] = requests.map(() => [])
  const progress: string[] = []
  const completions = await sampler.sample({
    requests,
    settings,
    onToken: (request, _sample, id) => tokens[request]?.push(id),
    onProgress: (done, total) => progress.push(`${done}/${total}`),
  })
  assert.deepEqual(
    tokens,
    completions.map(([completion]) => completion?.completionIds),
  )
  assert.deepEqual(progress, ['1/3', '2/3', '3/3'])
  await sampler.dispose()
})
