import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { openModelFolder, readParameters } from '../../../../src/main/host/model/modelFolder.ts'
import { createOnnxSampler } from '../../../../src/main/host/onnx/sampler.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const starter = join(import.meta.dirname, '../../../fixtures/littleModel')

test('120 rounds of sampling, kept caches and refreshed weights: memory grows by at most 20 MB after the first 50', async () => {
  const checkpoint = await openModelFolder(starter)
  const { config } = checkpoint
  const parameters = await readParameters(checkpoint)
  const sampler = await createOnnxSampler({ config, parameters, kvMemoryBytes: 64e6, threads: 2 })
  const settings = { temperature: 1, topP: 1, topK: 0, maxCompletionTokens: 24, endIds: [2], seed: 1 }
  const resident: number[] = []
  for (let round = 0; round < 120; round++) {
    // lengths that change from round to round, as those of real prompts do
    const first = Array.from({ length: 24 }, (_, index) => ({
      promptIds: Array.from({ length: 5 + ((index * 7 + round) % 30) }, (_id, at) => 6 + ((at + index) % 70)),
      seedLabels: [round, index],
      samples: 1,
    }))
    const attempts = await sampler.sample({ requests: first, settings, keepCaches: true })
    const later = first.map((request, index) => ({
      ...request,
      promptIds: [...request.promptIds, ...(attempts[index]?.[0]?.completionIds ?? []), 1, 3, 9],
    }))
    await sampler.sample({ requests: later, settings })
    await sampler.refresh({ readParameters: () => Promise.resolve(parameters) })
    collectGarbage()
    resident.push(process.memoryUsage().rss)
  }
  await sampler.dispose()
  const growth = ((resident.at(-1) ?? NaN) - (resident[50] ?? NaN)) / 1e6
  assert.ok(growth <= 20, `grew by ${growth.toFixed(1)} MB`)
})
