// Generation by llama.cpp on F32 weights, many rows together, as `recheck bench --json` prints its own:
//
//   npm install --prefix FOLDER node-llama-cpp@3.22.1
//   node bench/llama.mjs FOLDER MODEL.gguf [--batch 32] [--prompt 32] [--new 64] [--repeat 3]
//
// The model is made by bench/pytorch/llama_model.py. A tool outside of the project: node-llama-cpp is no part of it.
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  options: {
    batch: { type: 'string', default: '32' },
    prompt: { type: 'string', default: '32' },
    new: { type: 'string', default: '64' },
    repeat: { type: 'string', default: '3' },
  },
  allowPositionals: true,
})
const [batch, prompt, count, repeat] = [values.batch, values.prompt, values.new, values.repeat].map(Number)
const [folder, modelPath] = positionals.map((path) => resolve(path))
const entry = createRequire(join(folder, 'package.json')).resolve('node-llama-cpp')
const { getLlama } = await import(pathToFileURL(entry).href)

const llama = await getLlama({
  gpu: false,
  build: 'never',
  logLevel: 'error',
  maxThreads: availableParallelism(),
})
const model = await llama.loadModel({ modelPath })
const context = await model.createContext({
  sequences: batch,
  contextSize: prompt + count + 8,
  batchSize: Math.max(512, batch * prompt),
  threads: availableParallelism(),
})
const sequences = Array.from({ length: batch }, () => context.getSequence())
const vocabulary = model.fileInfo.metadata[model.fileInfo.metadata.general.architecture].vocab_size

/** Seconds for so many new tokens in every row. */
async function generate(tokens, seed) {
  for (const sequence of sequences) await sequence.clearHistory()
  const started = performance.now()
  await Promise.all(
    sequences.map(async (sequence, row) => {
      const ids = Array.from({ length: prompt }, (_, i) => (seed * 7919 + row * 131 + i * 17) % vocabulary)
      const drawing = sequence.evaluate(ids, { temperature: 1, topK: 0, topP: 1, yieldEogToken: true })
      for (let drawn = 0; drawn < tokens; drawn++) await drawing.next()
      await drawing.return()
    }),
  )
  return (performance.now() - started) / 1000
}

await generate(count, 0)
const seconds = []
const prefill = []
for (let round = 1; round <= repeat; round++) {
  seconds.push(await generate(count, round))
  prefill.push(await generate(1, round))
}
const rate = (tokens, times) => ({
  tokens,
  seconds: times,
  tokensPerSecond: tokens / [...times].sort((a, b) => a - b)[times.length >> 1],
})
console.log(
  JSON.stringify({
    workload: 'fixed',
    rates: { generation: rate(batch * count, seconds), prefill: rate(batch * prompt, prefill) },
    memory: { atEnd: process.memoryUsage().rss },
    versions: { 'llama.cpp': llama.llamaCppRelease.release },
  }),
)
process.exit(0)
