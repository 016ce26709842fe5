import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openModelFolder, readParameters } from '../../../../src/main/host/model/modelFolder.ts'
import { createOnnxSampler } from '../../../../src/main/host/onnx/sampler.ts'
import { cacheBytesPerPosition } from '../../../../src/main/host/onnx/slotCaches.ts'
import { BUILTIN_FOLDER } from '../../../tokenizerFolders.ts'

const { config, parameters } = await openModelFolder(BUILTIN_FOLDER).then(async (folder) => ({
  config: folder.config,
  parameters: await readParameters(folder),
}))
const promptIds = Array.from({ length: 40 }, (_, index) => 6 + ((index * 7) % 70))

async function sampled(
  maxPositions: number,
  kvMemoryBytes: number,
  newTokens: number,
): Promise<readonly number[]> {
  const sampler = await createOnnxSampler({
    config: { ...config, maxPositions },
    parameters,
    kvMemoryBytes,
    threads: 2,
  })
  const settings = { temperature: 1, topP: 1, topK: 0, maxCompletionTokens: newTokens, endIds: [], seed: 3 }
  const requests = [{ promptIds, seedLabels: ['long'], samples: 2 }]
  const [completions = []] = await sampler.sample({ requests, settings }).finally(() => sampler.dispose())
  return completions.flatMap(({ completionIds }) => completionIds)
}

test('sixteen million positions in a config cost no table of that length, and change no draw', async () => {
  const before = process.memoryUsage().arrayBuffers
  const long = await sampled(2 ** 24, 64e6, 100)
  assert.ok(process.memoryUsage().arrayBuffers - before < 200e6)
  assert.deepEqual(long, await sampled(256, 64e6, 100))
})

test('a row that fills the cap on caches to its last position is drawn as with room to spare', async () => {
  const exact = await sampled(4096, 140 * cacheBytesPerPosition(config), 100)
  assert.equal(exact.length, 200)
  assert.deepEqual(exact, await sampled(4096, 64e6, 100))
  await assert.rejects(
    sampled(4096, 139 * cacheBytesPerPosition(config), 100),
    /one row of 140 tokens needs .* MB of KV cache/,
  )
})
