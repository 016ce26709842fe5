import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CompileNews } from '../../../../../src/main/host/tensorflow/xla/compileWatch.ts'
import type { Compilation } from '../../../../../src/core/graph/graphBuilder.ts'
import { createOnnxSampler } from '../../../../../src/main/host/onnx/sampler.ts'
import type { SampleRequest, Sampler } from '../../../../../src/core/sampling/sampler.ts'
import { storedParameters } from '../../../../../src/core/model/weightStorage.ts'
import { tensorFlowBackend } from '../../../../../src/main/host/tensorflow/addon.ts'
import { familyConfigs } from '../../../../familyConfigs.ts'
import { littleModel, randomParameters } from '../../../../randomModel.ts'
import { hasAvx512 } from '../processor.ts'
import { assertAsScored, assertSame, idsOf, plain, randomRequests, withGraphSampler } from './graphSamples.ts'

tensorFlowBackend()
const little = { config: littleModel, parameters: randomParameters(littleModel, 3) }

for (const [name, config] of Object.entries({ 'qwen2, the little model': littleModel, ...familyConfigs })) {
  const model = { config, parameters: randomParameters(config, 3) }
  const requests = randomRequests(12, config.vocabularySize).map((request, i) => ({
    ...request,
    samples: 1 + (i % 3),
  }))

  test(`${name}: what is drawn is what ONNX Runtime draws; log-probs are the scorer's`, async () => {
    await withGraphSampler(model, {}, async (sampler) => {
      const onnx = await createOnnxSampler({ ...model, kvMemoryBytes: 64e6, threads: 2 })
      for (const change of [
        {},
        { temperature: 0 },
        { temperature: 0.7 },
        { topK: 5 },
        { topP: 0.8 },
        { topK: 9, topP: 0.9 },
      ]) {
        const settings = { ...plain, ...change }
        const drawn = await sampler.sample({ requests, settings })
        // with top-p the last token that counts may be another by rounding: one of 1 / 8301 of the mass
        const limit = 'topP' in change && config.vocabularySize > 1000 ? 2e-4 : 2e-5
        assertSame(drawn, await onnx.sample({ requests, settings }), limit)
        if (!('topK' in change || 'topP' in change || settings.temperature === 0)) {
          await assertAsScored(model, requests, drawn, { temperature: settings.temperature, limit: 2e-6 })
        }
      }
      await onnx.dispose()
    })
  })
}

for (const [family, change] of [
  ['qwen3', {}],
  ['gpt2', { temperature: 0 }],
  ['llama', { topK: 6, topP: 0.9 }],
] as const) {
  const config = configOf(family)
  test(`${family}: compiled by XLA, the same tokens as node by node`, async () => {
    const model = { config, parameters: randomParameters(config, 3) }
    const requests = randomRequests(9, config.vocabularySize)
    const sampled = (compilation: Compilation) =>
      withGraphSampler(model, { compilation }, (sampler) =>
        sampler.sample({ requests, settings: { ...plain, ...change } }),
      )
    assertSame(await sampled('at-once'), await sampled('never'))
  })
}

test('compiled in the background: sampling goes on node by node until it is done, and draws the same throughout', async () => {
  const requests = randomRequests(9, littleModel.vocabularySize)
  const call = { requests, settings: plain }
  const [waited, expected] = await withNews('at-once', (sampler) => sampler.sample(call))
  assert.deepEqual(
    waited.map(({ state, waits }) => [state, waits]),
    [
      ['started', true],
      ['ended', true],
      ['started', true],
      ['ended', true],
    ],
  )
  const deadline = Date.now() + 120_000
  const [news, calls] = await withNews('in-background', async (sampler, so) => {
    let made = 0
    do {
      assertSame(await sampler.sample(call), expected)
      made++
      assert.ok(Date.now() < deadline, `not compiled in two minutes: ${JSON.stringify(so)}`)
    } while (so.filter(({ state }) => state === 'ended').length < 2)
    // both functions compiled, nothing left to tell
    assertSame(await sampler.sample(call), expected)
    return made
  })
  assert.ok(calls > 1, 'the first call waited for nothing')
  assert.deepEqual(news.map(({ state, waits }) => [state, waits]).sort(), [
    ['ended', false],
    ['ended', false],
    ['started', false],
    ['started', false],
  ])
  assert.match(news[0]?.what ?? '', /^prompts of 32 tokens in 16 rows, caches of 128 positions$/)
})

/** What `use` gave, after what was told of compiling while it sampled. */
async function withNews<T>(
  compilation: Compilation,
  use: (sampler: Sampler, news: readonly CompileNews[]) => Promise<T>,
): Promise<[CompileNews[], T]> {
  const news: CompileNews[] = []
  const followCompiling = (told: CompileNews) => void news.push(told)
  const used = await withGraphSampler(little, { compilation, followCompiling }, (sampler) =>
    use(sampler, news),
  )
  return [news, used]
}

function configOf(family: string) {
  const found = Object.values(familyConfigs).find((config) => config.family === family)
  assert.ok(found)
  return found
}

for (const storedAs of ['bf16', 'int8'] as const) {
  test(`${storedAs}: a vocabulary of several parts draws what its numbers in 32 bits draw, compiled too`, async () => {
    const config = { ...littleModel, vocabularySize: 40_000 }
    const parameters = randomParameters(config, 3)
    const model = { config, parameters, storedAs }
    const requests = randomRequests(5, config.vocabularySize)
    const whole = { config, parameters: storedParameters(config, parameters, storedAs) }
    const expected = await withGraphSampler(whole, {}, (sampler) =>
      sampler.sample({ requests, settings: plain }),
    )
    for (const compilation of ['never', 'at-once'] as const) {
      const drawn = await withGraphSampler(model, { compilation }, (sampler) =>
        sampler.sample({ requests, settings: plain }),
      )
      assertSame(drawn, expected, 5e-6)
    }
    await assertAsScored(whole, requests, expected, { temperature: 1, limit: 5e-6 })
  })
}

test('batches of 1, 7 and 64 draw the same tokens; the same seed gives the same bytes, in any order of rows', async () => {
  const requests = randomRequests(64, littleModel.vocabularySize)
  await withGraphSampler(little, {}, async (sampler) => {
    const inCalls = async (list: readonly SampleRequest[], size: number) => {
      const parts = []
      for (let at = 0; at < list.length; at += size)
        parts.push(...(await sampler.sample({ requests: list.slice(at, at + size), settings: plain })))
      return parts
    }
    const whole = await inCalls(requests, 64)
    assertSame(await inCalls(requests, 7), whole)
    assertSame(await inCalls(requests, 1), whole)
    assert.deepEqual(await inCalls(requests, 64), whole)
    const reversed = (await inCalls([...requests].reverse(), 64)).reverse()
    if (await hasAvx512()) assert.deepEqual(reversed, whole)
    // seen without it: the same draws, log-probs a last bit apart
    else assertSame(reversed, whole)
    const lengths = whole.flat().map(({ completionIds }) => completionIds.length)
    assert.ok(new Set(lengths).size > 3, 'rows end at different times')
  })
})

test('under a cap of three rows prompts wait, and so do samples of one prompt', async () => {
  const requests = randomRequests(9, littleModel.vocabularySize).map((request, index) => ({
    ...request,
    samples: [1, 5, 2][index % 3] ?? 1,
  }))
  const expected = await withGraphSampler(little, {}, (sampler) =>
    sampler.sample({ requests, settings: plain }),
  )
  const byRows = await withGraphSampler(little, { maxRows: 3 }, (sampler) =>
    sampler.sample({ requests, settings: plain }),
  )
  assertSame(byRows, expected)
  // 2 layers · 2 heads · keys and values of 8 float32 · 32 positions, twice: 16,384 bytes a row
  const byMemory = await withGraphSampler(little, { kvMemoryBytes: 3.5 * 16384 }, (sampler) =>
    sampler.sample({ requests, settings: plain }),
  )
  assertSame(byMemory, expected)
  await assert.rejects(
    withGraphSampler(little, { kvMemoryBytes: 16383 }, (sampler) =>
      sampler.sample({ requests, settings: plain }),
    ),
    { code: 'sampler.kv-memory' },
  )
})

test('later turns go on in their slots: the tokens of whole prompts, also where two share a row, rows are few or S grows', async () => {
  const requests = randomRequests(10, littleModel.vocabularySize)
  // the last two are the same row
  const twins = [...requests.slice(0, 9), { ...(requests[8] as SampleRequest) }]
  for (const options of [{}, { maxRows: 4 }, { kvMemoryBytes: 4.5 * 32768 }]) {
    await withGraphSampler(little, options, async (sampler) => {
      const first = await sampler.sample({ requests: twins, settings: plain, keepCaches: true })
      const second = twins.map(({ promptIds }, index) => ({
        promptIds: [...promptIds, ...(first[index]?.[0]?.completionIds ?? []), 7, 8, 9],
        seedLabels: ['second', index],
        samples: 1 + (index % 2),
      }))
      const kept = await sampler.sample({ requests: second, settings: plain, keepCaches: true })
      const third = second.slice(3).map(({ promptIds }, index) => ({
        promptIds: [...promptIds, ...(kept[index + 3]?.[0]?.completionIds ?? []), 7],
        seedLabels: ['third', index],
        samples: 1,
      }))
      const settings = { ...plain, maxCompletionTokens: 4 }
      const lastKept = await sampler.sample({ requests: third, settings })
      sampler.forget()
      assertSame(kept, await sampler.sample({ requests: second, settings: plain }))
      assertSame(lastKept, await sampler.sample({ requests: third, settings }))
    })
  }
})

test('three short runs = one long one; a stop between two runs is heard', async () => {
  const requests = randomRequests(6, littleModel.vocabularySize)
  const settings = { ...plain, maxCompletionTokens: 40, endIds: [] }
  await withGraphSampler(little, {}, async (sampler) => {
    const whole = await sampler.sample({ requests, settings })
    await assertAsScored(little, requests, whole, { temperature: 1, limit: 2e-6 })
    const signal = { aborted: false }
    const stopping = sampler.sample({
      requests,
      settings,
      signal,
      onToken: () => {
        signal.aborted = true
      },
    })
    await assert.rejects(stopping, { code: 'sampler.stopped' })
    assert.deepEqual(idsOf(await sampler.sample({ requests, settings })), idsOf(whole))
  })
})

test('weights that are not finite are said, not drawn from', async () => {
  const parameters = new Map(
    [...little.parameters].map(([name, { shape, values }]) => [
      name,
      { shape, values: values.map(() => NaN) },
    ]),
  )
  const requests = randomRequests(3, littleModel.vocabularySize)
  for (const change of [{}, { temperature: 0 }, { topK: 3 }]) {
    await assert.rejects(
      withGraphSampler({ config: littleModel, parameters }, {}, (sampler) =>
        sampler.sample({ requests, settings: { ...plain, ...change } }),
      ),
      { code: 'sampler.not-finite' },
    )
  }
})
