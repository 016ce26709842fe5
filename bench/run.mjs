// Runs Recheck and PyTorch in turn on the same work and writes bench/RESULTS.md.
//
//   node bench/run.mjs --python <python with torch 2.13 and transformers 5.17> [--rounds 5] [--only tiny,rl]
//
// Each round runs one engine and then the other, in changing order, each in a process of its own, so that
// whatever else the machine does meets both alike. A ratio compares the two of one round; printed are its
// smallest, middle and largest over the rounds.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const root = join(import.meta.dirname, '..')
const { values: options } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
    out: { type: 'string', default: join(root, 'bench', 'RESULTS.md') },
  },
})

const cases = [
  {
    name: 'rl',
    title: 'RL step: built-in model, 192 problems, three turns, reference log-probs, packed update',
    args: ['--model', 'resources/models/builtin', '--workload', 'rl', '--repeat', '3'],
    goals: { step: 2 },
  },
  {
    name: 'tiny',
    title: 'tiny, fixed lengths: batch 32, 32 prompt + 64 new tokens; update of 16 × 128',
    args: ['--random', 'bench/tiny.json', '--repeat', '5'],
    goals: { generation: 1.8, update: 1.1 },
  },
  {
    name: 'small',
    title: 'small, fixed lengths: the same',
    args: ['--random', 'bench/small.json', '--repeat', '3'],
    goals: { generation: 1.3, update: 1.1 },
  },
  {
    name: '135m',
    title: '135 M (SmolLM2’s shape), fixed lengths: batch 32, 32 + 64; update of 4 × 128',
    args: ['--random', 'bench/135m.json', '--repeat', '1', '--train-batch', '4'],
    goals: { generation: 1.1, update: 1 },
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
  pytorch: (args) => runJson(options.python, ['bench/pytorch.py', ...args]),
}

function runRounds({ name, args }, rounds) {
  return Array.from({ length: rounds }, (_, round) => {
    const order = round % 2 === 0 ? ['recheck', 'pytorch'] : ['pytorch', 'recheck']
    const results = Object.fromEntries(order.map((engine) => [engine, engines[engine](args)]))
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

function spread(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  return { min: sorted[0], median: sorted[Math.floor(sorted.length / 2)], max: sorted[sorted.length - 1] }
}

function tableOf({ title, goals }, rounds) {
  const rows = Object.keys(ratiosOf(rounds[0])).map((name) => {
    const ratio = spread(rounds.map((round) => ratiosOf(round)[name]))
    const speed = (engine) =>
      Math.round(spread(rounds.map((round) => round[engine].rates[name].tokensPerSecond)).median)
    const goal = goals[name] === undefined ? '' : `≥ ${goals[name]}×`
    const ratios = [ratio.min, ratio.median, ratio.max].map((value) => value.toFixed(2)).join(' – ')
    return `| ${name} | ${speed('recheck')} | ${speed('pytorch')} | ${ratios} | ${goal} |`
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
    '| | Recheck, tok/s | PyTorch, tok/s | ratio: min – median – max | goal |',
    '|---|---|---|---|---|',
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
const versions = Object.entries({ ...sample.recheck.versions, ...sample.pytorch.versions })
const text = [
  '# Recheck beside PyTorch + transformers',
  '',
  `Written by \`node bench/run.mjs\`: ${rounds} rounds, the two in turn, each in a process of its own; tok/s are medians over`,
  'the rounds. In an RL step the tokens are those sampled.',
  '',
  `Machine: ${cpus()[0].model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB; ${process.platform} ${process.arch}.`,
  `Recheck on ${sample.recheck.device}; PyTorch on ${sample.pytorch.device}.`,
  `Versions: ${versions.map(([name, version]) => `${name} ${version}`).join(', ')}.`,
  '',
  ...results.map(({ each, rounds: measured }) => tableOf(each, measured)),
].join('\n')
writeFileSync(options.out, text)
console.log(text)
