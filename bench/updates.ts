// Updates node by node and compiled by XLA, in turn, each in a process of its own, and prints a table:
//
//   node bench/updates.ts [--models tiny,small] [--rounds 3] [--rows 16] [--length 128] [--updates 5]
//
// CPU time is counted beside wall time: on a machine that does other things it says more.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readModelConfig } from '../src/core/model/config/readModelConfig.ts'
import { parameterShapes } from '../src/core/model/parameterTable.ts'
import { randomParameter } from '../src/core/model/randomParameters.ts'
import { forkRandom } from '../src/core/random.ts'
import { negativeLogLikelihood } from '../src/core/rl/losses/negativeLogLikelihood.ts'
import { readRandomModelSpec } from '../src/main/host/model/randomModel.ts'
import { tensorFlowBackend } from '../src/main/host/tensorflow/addon.ts'
import { createCapturedTrainer } from '../src/main/host/tensorflow/session/capturedTrainer.ts'
import { tensorflowOps } from '../src/main/host/tensorflow/ops.ts'
import { median } from '../src/shared/statistics.ts'

const { values: options } = parseArgs({
  options: {
    models: { type: 'string', default: 'tiny,small' },
    rounds: { type: 'string', default: '3' },
    rows: { type: 'string', default: '16' },
    length: { type: 'string', default: '128' },
    updates: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    measure: { type: 'string' },
  },
})
const rows = Number(options.rows)
const length = Number(options.length)
const updates = Number(options.updates)

interface Result {
  /** Until the first update was done: recording, loading, compiling. */
  readonly firstSeconds: number
  /** Of an update, medians. */
  readonly wallSeconds: number
  readonly cpuSeconds: number
  readonly loss: number
  readonly residentBytes: number
  readonly peakBytes: number
}

async function measure(model: string, compileUpdate: boolean): Promise<Result> {
  const file = join(import.meta.dirname, 'shapes', `${model}.json`)
  const config = readModelConfig((await readRandomModelSpec(file)).config)
  const drawn = { seed: 0, standardDeviation: 0.02 }
  const shapes = [...parameterShapes(config)]
  const parameters = new Map(
    shapes.map(([name, shape]) => [name, { shape, values: randomParameter(name, shape, drawn) }]),
  )
  tensorFlowBackend()
  const started = performance.now()
  const trainer = createCapturedTrainer({
    config,
    parameters,
    ops: tensorflowOps(),
    temperature: 1,
    loss: negativeLogLikelihood,
    buckets: [length - 1],
    rowsPerMicroBatch: rows,
    adamW: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 },
    compileUpdate,
  })
  const batch = Array.from({ length: rows }, (_, row) => {
    const random = forkRandom(0, 'row', row)
    const ids = Int32Array.from({ length }, () => random.nextInt(config.vocabularySize))
    return { ids, inputs: { tokenWeight: new Float32Array(length - 1).fill(1 / (rows * (length - 1))) } }
  })
  const wall: number[] = []
  const cpu: number[] = []
  let [firstSeconds, loss] = [0, 0]
  for (let update = -2; update < updates; update++) {
    const [before, from] = [process.cpuUsage(), performance.now()]
    loss = (await trainer.step({ rows: batch }, 1e-4)).loss
    const { user, system } = process.cpuUsage(before)
    if (update === -2) firstSeconds = (performance.now() - started) / 1000
    if (update < 0) continue
    wall.push((performance.now() - from) / 1000)
    cpu.push((user + system) / 1e6)
  }
  const residentBytes = process.memoryUsage().rss
  const peakBytes = process.resourceUsage().maxRSS * 1024
  await trainer.dispose()
  return { firstSeconds, wallSeconds: median(wall), cpuSeconds: median(cpu), loss, residentBytes, peakBytes }
}

function inChild(model: string, compiled: boolean): Result {
  const passed = ['rows', 'length', 'updates'].flatMap((name) => [`--${name}`, options[name as 'rows']])
  const args = [import.meta.filename, '--measure', JSON.stringify([model, compiled]), ...passed]
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${model} ended with ${status}:\n${stderr}`)
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n{') + 1)) as Result
}

function measureAll(): Record<string, Record<'plain' | 'xla', Result[]>> {
  const all: Record<string, Record<'plain' | 'xla', Result[]>> = {}
  for (const model of options.models.split(',')) {
    const results: Record<'plain' | 'xla', Result[]> = { plain: [], xla: [] }
    for (let round = 0; round < Number(options.rounds); round++) {
      results.plain.push(inChild(model, false))
      results.xla.push(inChild(model, true))
    }
    all[model] = results
  }
  return all
}

function printTable(all: ReturnType<typeof measureAll>): void {
  console.log(`${rows} rows of ${length} tokens; medians of ${options.rounds} rounds of ${updates} updates\n`)
  console.log(
    '| model | update | CPU-s | of node by node | wall s | until the first is done, s | resident MB | peak MB |',
  )
  console.log('| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |')
  for (const [model, { plain, xla }] of Object.entries(all)) {
    for (const [how, list] of [
      ['node by node', plain],
      ['compiled', xla],
    ] as const) {
      const of = (pick: (result: Result) => number) => median(list.map(pick))
      const ratio = median(list.map(({ cpuSeconds }, i) => cpuSeconds / (plain[i]?.cpuSeconds ?? NaN)))
      const numbers = [
        of(({ cpuSeconds }) => cpuSeconds).toFixed(3),
        ratio.toFixed(2),
        of(({ wallSeconds }) => wallSeconds).toFixed(3),
        of(({ firstSeconds }) => firstSeconds).toFixed(1),
        (of(({ residentBytes }) => residentBytes) / 1e6).toFixed(0),
        (of(({ peakBytes }) => peakBytes) / 1e6).toFixed(0),
      ]
      console.log(`| ${model} | ${how} | ${numbers.join(' | ')} |`)
    }
  }
}

if (options.measure !== undefined) {
  const [model, compiled] = JSON.parse(options.measure) as [string, boolean]
  console.log(`\n${JSON.stringify(await measure(model, compiled))}`)
} else if (options.json) console.log(JSON.stringify(measureAll()))
else printTable(measureAll())
