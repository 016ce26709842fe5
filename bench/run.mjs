// Runs Recheck and PyTorch in turn on the same work, and llama.cpp where it is there, and writes
// bench/RESULTS.md.
//
//   node bench/run.mjs --python <python with torch 2.14 and transformers 5.24> [--rounds 5] [--only tiny,rl]
//     [--llama <folder with node-llama-cpp 3.22, see llama.mjs>] [--out FILE.md]
//
// Each round runs one engine after the other, in changing order, each in a process of its own, so that
// whatever else the machine does meets all alike. A ratio compares Recheck and another of one round; printed
// are its smallest, middle and largest over the rounds. For generation two more columns: llama.cpp's rate on
// F32 weights, many rows together (the python needs gguf for the model), and the floor: what the machine
// could do if a step took no longer than reading all weights and the caches of all rows takes at the rate at
// which it copies memory. Of a model that fits into the processor's caches it is no bound.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const root = join(import.meta.dirname, '..')
const { values: options } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
    llama: { type: 'string' },
    out: { type: 'string', default: join(root, 'bench', 'RESULTS.md') },
  },
})

const cases = [
  {
    name: 'rl',
    title: 'RL step: built-in model, 192 problems, three turns, reference log-probs, packed update',
    args: ['--model', 'resources/models/builtin', '--workload', 'rl', '--repeat', '3'],
    goals: { step: 2.6, update: 2.3 },
  },
  {
    name: 'tiny',
    title: 'tiny, fixed lengths: batch 32, 32 prompt + 64 new tokens; update of 16 × 128',
    shape: 'tiny',
    args: ['--random', 'bench/shapes/tiny.json', '--repeat', '5'],
    goals: { generation: 2.8, prefill: 2.3, update: 1.1 },
  },
  {
    name: 'small',
    title: 'small, fixed lengths: the same',
    shape: 'small',
    args: ['--random', 'bench/shapes/small.json', '--repeat', '3'],
    goals: { generation: 2.8, prefill: 2.3, update: 1.1 },
  },
  {
    name: '135m',
    title: '135 M (SmolLM2’s shape), fixed lengths: batch 32, 32 + 64; update of 4 × 128',
    shape: '135m',
    args: ['--random', 'bench/shapes/135m.json', '--repeat', '1', '--train-batch', '4'],
    goals: { generation: 2.8, prefill: 2.3, update: 1 },
  },
]

function runJson(command, args) {
  const { stdout, stderr, status } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stderr}`)
  return JSON.parse(stdout.slice(stdout.indexOf('{')))
}

const engines = {
  recheck: (args) => runJson(process.execPath, ['src/main/cli.ts', 'bench', ...args, '--json']),
  pytorch: (args) => runJson(options.python, ['bench/pytorch/workloads.py', ...args]),
  llama: (args, { shape }) => {
    const repeat = args[args.indexOf('--repeat') + 1]
    return runJson(process.execPath, ['bench/llama.mjs', options.llama, ggufOf(shape), '--repeat', repeat])
  },
}

const work = mkdtempSync(join(tmpdir(), 'recheck-bench-'))
process.on('exit', () => rmSync(work, { recursive: true, force: true }))
const ggufFiles = new Map()

/** A file of random weights of the shape, made once. */
function ggufOf(shape) {
  const path = join(work, `${shape}.gguf`)
  if (!ggufFiles.has(shape)) {
    const { status, stderr } = spawnSync(
      options.python,
      ['bench/pytorch/llama_model.py', `bench/shapes/${shape}.json`, path],
      { cwd: root, encoding: 'utf8' },
    )
    if (status !== 0) throw new Error(`bench/pytorch/llama_model.py ended with ${status}:\n${stderr}`)
    ggufFiles.set(shape, path)
  }
  return path
}

/** Bytes a second, read and written ones added up. */
function copyBandwidth() {
  const { stdout } = spawnSync(process.execPath, ['bench/bandwidth.mjs'], { cwd: root, encoding: 'utf8' })
  return Number(stdout)
}

/**
 * Tokens a second of 32 rows of 32 + 64 tokens if a step took no longer than its bytes: all weights once, and
 * of every row the caches as they are long half-way.
 */
function floorOf(shape, parameters, bandwidth) {
  const { config } = JSON.parse(readFileSync(join(root, 'bench', 'shapes', `${shape}.json`), 'utf8'))
  const headWidth = config.hidden_size / config.num_attention_heads
  const perPosition = 4 * 2 * config.num_hidden_layers * config.num_key_value_heads * headWidth
  const bytes = 4 * parameters + 32 * (32 + 64 / 2) * perPosition
  return (32 * bandwidth) / bytes
}

function runRounds(chosenCase, rounds) {
  const { name, args, shape } = chosenCase
  const all = ['recheck', 'pytorch', ...(options.llama !== undefined && shape !== undefined ? ['llama'] : [])]
  return Array.from({ length: rounds }, (_, round) => {
    const order = all.map((_, place) => all[(place + round) % all.length])
    const results = Object.fromEntries(order.map((engine) => [engine, engines[engine](args, chosenCase)]))
    if (shape !== undefined) results.floor = floorOf(shape, results.recheck.parameters, copyBandwidth())
    const line = Object.entries(ratiosOf(results)).map(([rate, ratio]) => `${rate} ${ratio.toFixed(2)}×`)
    console.log(`${name}, round ${round + 1}: ${line.join(', ')}`)
    return results
  })
}

function ratiosOf({ recheck, pytorch }) {
  const names = Object.keys(recheck.rates).filter((name) => pytorch.rates[name] !== undefined)
  const ratio = (name) => recheck.rates[name].tokensPerSecond / pytorch.rates[name].tokensPerSecond
  return Object.fromEntries(names.map((name) => [name, ratio(name)]))
}

/** llama.cpp's median and the ratio to it; of generation the floor, too. */
function yardsticks(name, rounds) {
  const rateOf = (round, engine) => round[engine]?.rates[name]?.tokensPerSecond
  const measured = rounds.filter((round) => rateOf(round, 'llama') !== undefined)
  const median = (numbers) => spread(numbers).median
  const llama =
    measured.length === 0
      ? ' '
      : ` ${Math.round(median(measured.map((round) => rateOf(round, 'llama'))))} (${median(
          measured.map((round) => rateOf(round, 'recheck') / rateOf(round, 'llama')),
        ).toFixed(2)}) `
  const floor = name === 'generation' ? ` ${Math.round(median(rounds.map((round) => round.floor)))} ` : ' '
  return `${llama}|${floor}`
}

function spread(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  return { min: sorted[0], median: sorted[Math.floor(sorted.length / 2)], max: sorted[sorted.length - 1] }
}

function tableOf({ title, goals, shape }, rounds) {
  const rows = Object.keys(ratiosOf(rounds[0])).map((name) => {
    const ratio = spread(rounds.map((round) => ratiosOf(round)[name]))
    const speed = (engine) =>
      Math.round(spread(rounds.map((round) => round[engine].rates[name].tokensPerSecond)).median)
    const goal = goals[name] === undefined ? '' : `≥ ${goals[name]}×`
    const ratios = [ratio.min, ratio.median, ratio.max].map((value) => value.toFixed(2)).join(' – ')
    const more = shape === undefined ? '' : `${yardsticks(name, rounds)} |`
    return `| ${name} | ${speed('recheck')} | ${speed('pytorch')} | ${ratios} | ${goal} |${more}`
  })
  const memory = (engine) => {
    const used = rounds.map((round) => round[engine].memory)
    const megabytes = (bytes) => Math.round(bytes / 1e6)
    const end = spread(used.map(({ atEnd }) => megabytes(atEnd))).median
    const growth = spread(used.map(({ atEnd, afterWarmUp }) => megabytes(atEnd - afterWarmUp))).median
    return `${end} MB resident at the end, ${growth} MB more than after the warm-up`
  }
  return [
    `## ${title}`,
    '',
    `| | Recheck, tok/s | PyTorch, tok/s | ratio: min – median – max | goal |${shape === undefined ? '' : ' llama.cpp, tok/s (ratio) | floor by bandwidth, tok/s |'}`,
    `|---|---|---|---|---|${shape === undefined ? '' : '---|---|'}`,
    ...rows,
    '',
    `Memory: Recheck ${memory('recheck')}; PyTorch ${memory('pytorch')}.`,
    '',
  ].join('\n')
}

const rounds = Number(options.rounds)
const chosen = cases.filter(
  ({ name }) => options.only === undefined || options.only.split(',').includes(name),
)
const results = chosen.map((each) => ({ each, rounds: runRounds(each, rounds) }))
const sample = results[0].rounds[0]
const versions = Object.entries({
  ...sample.recheck.versions,
  ...sample.pytorch.versions,
  ...results.find(({ rounds: [first] }) => first.llama !== undefined)?.rounds[0].llama.versions,
})
const text = [
  '# Recheck beside PyTorch + transformers',
  '',
  `Written by \`node bench/run.mjs\`: ${rounds} rounds, the two in turn, each in a process of its own; tok/s are medians over`,
  'the rounds. In an RL step the tokens are those sampled. Resident memory is meant to be at or below PyTorch’s in every row.',
  '',
  `Machine: ${cpus()[0].model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB; ${process.platform} ${process.arch}.`,
  `Recheck on ${sample.recheck.device}; PyTorch on ${sample.pytorch.device}.`,
  `Versions: ${versions.map(([name, version]) => `${name} ${version}`).join(', ')}.`,
  '',
  ...results.map(({ each, rounds: measured }) => tableOf(each, measured)),
].join('\n')
writeFileSync(options.out, text)
console.log(text)
