// Samples with ONNX Runtime, with the graph node by node and with the graph compiled by XLA, in turn, and
// prints a table:
//
//   node bench/samplers.ts [--models tiny,small,135m] [--rounds 3] [--batch 32] [--prompt 32] [--new 64]
//
// Each engine of each round runs in a process of its own, warm-up first. CPU time is counted beside wall
// time: on a machine that does other things it says more.
import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { forkRandom } from '../src/core/random.ts'
import type { Sampler } from '../src/core/sampling/sampler.ts'
import { openModelFolder, readParameters } from '../src/main/host/model/modelFolder.ts'
import { withBenchModel } from '../src/main/tools/bench/model.ts'
import { openSampler } from '../src/main/trainer/samplers.ts'

const engines = {
  onnx: { sampler: 'onnx', xla: 'off', device: 'auto' },
  graph: { sampler: 'graph', xla: 'off', device: 'auto' },
  'graph, XLA': { sampler: 'graph', xla: 'on', device: 'auto' },
} as const
type Engine = keyof typeof engines

const { values: options } = parseArgs({
  options: {
    models: { type: 'string', default: 'tiny,small,135m' },
    rounds: { type: 'string', default: '3' },
    batch: { type: 'string', default: '32' },
    prompt: { type: 'string', default: '32' },
    new: { type: 'string', default: '64' },
    measure: { type: 'string' },
  },
})

interface Measured {
  readonly wall: number
  readonly cpu: number
}

interface Result {
  /** Until the first call was done: loading, compiling. */
  readonly firstCallSeconds: number
  readonly generation: Measured
  readonly prefill: Measured
  readonly residentBytes: number
}

async function measure(model: string, engine: Engine): Promise<Result> {
  const file = join(import.meta.dirname, `${model}.json`)
  return withBenchModel({ random: file }, async ({ folder }) => {
    const { config } = await openModelFolder(folder)
    const parameters = await readParameters(await openModelFolder(folder))
    const started = performance.now()
    const sampler = await openSampler(config, parameters, engines[engine])
    await sample(sampler, config.vocabularySize, Number(options.new), 0)
    await sample(sampler, config.vocabularySize, 1, 0)
    const firstCallSeconds = (performance.now() - started) / 1000
    const generation = await sample(sampler, config.vocabularySize, Number(options.new), 1)
    const prefill = await sample(sampler, config.vocabularySize, 1, 1)
    const residentBytes = process.memoryUsage().rss
    await sampler.dispose()
    return { firstCallSeconds, generation, prefill, residentBytes }
  })
}

/** Tokens a second: new ones, or with one new token those of the prompts. */
async function sample(
  sampler: Sampler,
  vocabularySize: number,
  count: number,
  seed: number,
): Promise<Measured> {
  const [batch, prompt] = [Number(options.batch), Number(options.prompt)]
  const requests = Array.from({ length: batch }, (_, row) => {
    const random = forkRandom(0, 'prompt', row)
    const promptIds = Array.from({ length: prompt }, () => random.nextInt(vocabularySize))
    return { promptIds, seedLabels: [row], samples: 1 }
  })
  const settings = { temperature: 1, topP: 1, topK: 0, endIds: [], maxCompletionTokens: count, seed }
  const [before, started] = [process.cpuUsage(), performance.now()]
  await sampler.sample({ requests, settings })
  const { user, system } = process.cpuUsage(before)
  const tokens = batch * (count === 1 ? prompt : count)
  return { wall: (tokens / (performance.now() - started)) * 1000, cpu: (tokens / (user + system)) * 1e6 }
}

function inChild(model: string, engine: Engine): Result {
  const passed = ['batch', 'prompt', 'new'].flatMap((name) => [`--${name}`, String(options[name as 'batch'])])
  const args = [import.meta.filename, '--measure', JSON.stringify([model, engine]), ...passed]
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${model}, ${engine} ended with ${status}:\n${stderr}`)
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n{') + 1)) as Result
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN
}

function printTable(): void {
  const { batch, prompt, new: count, rounds } = options
  console.log(
    `${availableParallelism()} cores; ${batch} rows, ${prompt} + ${count} tokens; medians of ${rounds} rounds\n`,
  )
  console.log(
    '| model | engine | new tok per s | per CPU-s | of ONNX, per CPU-s | prefill tok per CPU-s | first call s | resident MB |',
  )
  console.log('| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |')
  for (const model of options.models.split(',')) {
    const results = new Map<Engine, Result[]>()
    for (let round = 0; round < Number(rounds); round++) {
      for (const engine of Object.keys(engines) as Engine[])
        results.set(engine, [...(results.get(engine) ?? []), inChild(model, engine)])
    }
    const onnx = results.get('onnx') ?? []
    for (const [engine, list] of results) {
      const of = (pick: (result: Result) => number) => median(list.map(pick))
      const ratio = median(list.map(({ generation }, i) => generation.cpu / (onnx[i]?.generation.cpu ?? NaN)))
      const numbers = [
        of(({ generation }) => generation.wall).toFixed(0),
        of(({ generation }) => generation.cpu).toFixed(0),
        ratio.toFixed(2),
        of(({ prefill }) => prefill.cpu).toFixed(0),
        of(({ firstCallSeconds }) => firstCallSeconds).toFixed(1),
        (of(({ residentBytes }) => residentBytes) / 1e6).toFixed(0),
      ]
      console.log(`| ${model} | ${engine} | ${numbers.join(' | ')} |`)
    }
  }
}

if (options.measure === undefined) {
  printTable()
} else {
  const [model, engine] = JSON.parse(options.measure) as [string, Engine]
  console.log(`\n${JSON.stringify(await measure(model, engine))}`)
}
