// Samples with ONNX Runtime, with the graph node by node and with the graph compiled by XLA, in turn, and
// prints a table:
//
//   node bench/samplers.ts [--models tiny,small,135m] [--engines onnx,graph,xla] [--stored f32]
//     [--rounds 3] [--batch 32] [--prompt 32] [--new 64] [--json]
//
// Each engine of each round runs in a process of its own, warm-up first. CPU time is counted beside wall
// time: on a machine that does other things it says more.
import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { forkRandom } from '../src/core/random.ts'
import type { Sampler } from '../src/core/sampling/sampler.ts'
import { readModelConfig } from '../src/core/model/config/readModelConfig.ts'
import type { ModelConfig } from '../src/core/model/config/modelConfig.ts'
import { parameterShapes, sizeOf } from '../src/core/model/parameterTable.ts'
import type { ParameterValues } from '../src/core/model/parameterValues.ts'
import { randomParameter } from '../src/core/model/randomParameters.ts'
import type { WeightStorage } from '../src/core/model/weightStorage.ts'
import { readRandomModelSpec } from '../src/main/host/model/randomModel.ts'
import { openSampler } from '../src/main/trainer/samplers.ts'
import { median } from '../src/shared/statistics.ts'

const engines = {
  onnx: { sampler: 'onnx', xla: 'off', device: 'auto' },
  graph: { sampler: 'graph', xla: 'off', device: 'auto' },
  xla: { sampler: 'graph', xla: 'on', device: 'auto' },
} as const
type Engine = keyof typeof engines

const { values: options } = parseArgs({
  options: {
    models: { type: 'string', default: 'tiny,small,135m' },
    rounds: { type: 'string', default: '3' },
    batch: { type: 'string', default: '32' },
    prompt: { type: 'string', default: '32' },
    new: { type: 'string', default: '64' },
    engines: { type: 'string', default: Object.keys(engines).join() },
    stored: { type: 'string', default: 'f32' },
    json: { type: 'boolean', default: false },
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
  /** Of the whole process, from its start. */
  readonly peakBytes: number
}

async function measure(model: string, engine: Engine): Promise<Result> {
  const file = join(import.meta.dirname, 'shapes', `${model}.json`)
  const config = readModelConfig((await readRandomModelSpec(file)).config)
  const parameters = tiledParameters(config)
  const started = performance.now()
  const storedAs = options.stored as WeightStorage
  const sampler = await openSampler(config, parameters, engines[engine], { storedAs })
  await sample(sampler, config.vocabularySize, Number(options.new), 0)
  await sample(sampler, config.vocabularySize, 1, 0)
  const firstCallSeconds = (performance.now() - started) / 1000
  const generation = await sample(sampler, config.vocabularySize, Number(options.new), 1)
  const prefill = await sample(sampler, config.vocabularySize, 1, 1)
  const residentBytes = process.memoryUsage().rss
  const peakBytes = process.resourceUsage().maxRSS * 1024
  await sampler.dispose()
  return { firstCallSeconds, generation, prefill, residentBytes, peakBytes }
}

/** Random numbers, of large matrices the same million again and again: drawing billions takes minutes. */
function tiledParameters(config: ModelConfig): ParameterValues {
  const side = 1024
  const tile = side * side
  const drawn = { seed: 0, standardDeviation: 0.02 }
  const filled = (name: string, shape: readonly number[]): Float32Array => {
    const size = sizeOf(shape)
    if (size <= tile) return randomParameter(name, shape, drawn)
    const values = new Float32Array(size)
    const first = randomParameter(name, [side, side], drawn)
    for (let at = 0; at < size; at += tile) values.set(first.subarray(0, size - at), at)
    return values
  }
  const shapes = [...parameterShapes(config)]
  return new Map(shapes.map(([name, shape]) => [name, { shape, values: filled(name, shape) }]))
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
  const passed = ['batch', 'prompt', 'new', 'stored'].flatMap((name) => [
    `--${name}`,
    String(options[name as 'batch']),
  ])
  const args = [import.meta.filename, '--measure', JSON.stringify([model, engine]), ...passed]
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${model}, ${engine} ended with ${status}:\n${stderr}`)
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n{') + 1)) as Result
}

/** By model and engine, in changing rounds. */
function measureAll(): Map<string, Map<Engine, Result[]>> {
  const chosen = options.engines.split(',').map((name) => {
    if (!(name in engines)) throw new Error(`--engines ${name}: expected ${Object.keys(engines).join(', ')}`)
    return name as Engine
  })
  const all = new Map<string, Map<Engine, Result[]>>()
  for (const model of options.models.split(',')) {
    const results = new Map(chosen.map((engine) => [engine, [] as Result[]]))
    for (let round = 0; round < Number(options.rounds); round++)
      for (const [engine, list] of results) list.push(inChild(model, engine))
    all.set(model, results)
  }
  return all
}

function printTable(all: ReturnType<typeof measureAll>): void {
  const { batch, prompt, new: count, rounds, stored } = options
  console.log(
    `${availableParallelism()} cores; ${batch} rows, ${prompt} + ${count} tokens, weights in ${stored}; medians of ${rounds} rounds\n`,
  )
  console.log(
    '| model | engine | new tok per s | per CPU-s | of the first engine, per CPU-s | prefill tok per CPU-s | first call s | resident MB | peak MB |',
  )
  console.log('| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |')
  for (const [model, results] of all) {
    const first = [...results.values()][0] ?? []
    for (const [engine, list] of results) {
      const of = (pick: (result: Result) => number) => median(list.map(pick))
      const ratio = median(
        list.map(({ generation }, i) => generation.cpu / (first[i]?.generation.cpu ?? NaN)),
      )
      const numbers = [
        of(({ generation }) => generation.wall).toFixed(0),
        of(({ generation }) => generation.cpu).toFixed(0),
        ratio.toFixed(2),
        of(({ prefill }) => prefill.cpu).toFixed(0),
        of(({ firstCallSeconds }) => firstCallSeconds).toFixed(1),
        (of(({ residentBytes }) => residentBytes) / 1e6).toFixed(0),
        (of(({ peakBytes }) => peakBytes) / 1e6).toFixed(0),
      ]
      console.log(`| ${model} | ${engine} | ${numbers.join(' | ')} |`)
    }
  }
}

if (options.measure !== undefined) {
  const [model, engine] = JSON.parse(options.measure) as [string, Engine]
  console.log(`\n${JSON.stringify(await measure(model, engine))}`)
} else if (options.json) {
  const plain = [...measureAll()].map(([model, results]) => [model, Object.fromEntries(results)])
  console.log(JSON.stringify(Object.fromEntries(plain)))
} else {
  printTable(measureAll())
}
