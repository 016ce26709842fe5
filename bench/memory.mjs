// Trains models of real shapes for a step or two and writes bench/MEMORY.md: the greatest resident memory of
// the whole process tree beside what the plan said before anything was loaded, and beside PyTorch,
// transformers and peft doing the same work.
//
//   node bench/memory.mjs [--python <python with torch, transformers, peft>] [--only 135m-full,0.5b-int8]
//   [--out FILE] [--pytorch-alone]: what is beside it in the file stays
//
// Weights are random: a random model never ends an answer by itself, so every completion is as long as it may
// be, which is what the plan counts with. A case that would take more than half of the machine's free memory
// is left out, and says so.
import { spawn } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { makeRandomModel } from '../src/main/host/model/randomModel.ts'
import { cases, shapes } from './memoryCases.mjs'

const root = join(import.meta.dirname, '..')
const { values: options } = parseArgs({
  options: {
    python: { type: 'string' },
    only: { type: 'string' },
    out: { type: 'string', default: join(root, 'bench', 'MEMORY.md') },
    work: { type: 'string' },
    'pytorch-alone': { type: 'boolean', default: false },
  },
})
const work = options.work ?? mkdtempSync(join(tmpdir(), 'recheck-memory-'))

/**
 * The folder of a random model with the built-in model's tokenizer, whose ids are the first of the
 * vocabulary.
 */
async function modelFolder(name) {
  const folder = join(work, 'models', name)
  if (existsSync(join(folder, 'config.json'))) return folder
  if (name === 'builtin') return join(root, 'resources', 'models', 'builtin')
  const spec = { config: shapes[name], seed: 0, standardDeviation: 0.02, format: 'BF16', shards: 1 }
  await makeRandomModel(spec, folder)
  for (const file of ['tokenizer.json', 'tokenizer_config.json', 'generation_config.json'])
    copyFileSync(join(root, 'resources', 'models', 'builtin', file), join(folder, file))
  return folder
}

/** Resident bytes of a process and all its children now. */
function residentOfTree(processId) {
  const parents = new Map()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = read(`/proc/${name}/stat`)
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    parents.set(parent, [...(parents.get(parent) ?? []), Number(name)])
  }
  const inTree = [processId]
  for (let i = 0; i < inTree.length; i++) inTree.push(...(parents.get(inTree[i]) ?? []))
  return inTree.reduce((sum, id) => sum + residentOf(id), 0)
}

function residentOf(id) {
  return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${id}/status`))?.[1] ?? 0)
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // the process has just ended
  }
}

/** Runs a program to its end. @returns what it wrote, and the peak of its tree in bytes */
function measured(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let [peakBytes, stdout, stderr] = [0, '', '']
    const startedAtMs = performance.now()
    const timer = setInterval(() => (peakBytes = Math.max(peakBytes, residentOfTree(child.pid))), 25)
    child.stdout.on('data', (text) => (stdout += text))
    child.stderr.on('data', (text) => (stderr += text))
    child.on('close', (status) => {
      clearInterval(timer)
      resolve({ status, stdout, stderr, peakBytes, seconds: (performance.now() - startedAtMs) / 1000 })
    })
  })
}

async function runRecheck({ name, shape, settings }) {
  const dataDir = mkdtempSync(join(work, `${name}-`))
  const all = [`model.path=${await modelFolder(shape)}`, ...settings]
  const args = [
    'src/main/cli.ts',
    'train',
    '--data-dir',
    dataDir,
    '--force',
    ...all.flatMap((each) => ['--set', each]),
  ]
  const result = await measured(process.execPath, args)
  rmSync(dataDir, { recursive: true, force: true })
  if (result.status !== 0)
    throw new Error(`${name} ended with ${result.status}:\n${result.stderr.slice(-3000)}`)
  return result
}

/** What the table on standard error says that it would take at most, in bytes. */
function plannedBytes(stderr) {
  const [, amount, unit] = /^at most +([\d.]+) (MiB|GiB)/m.exec(stderr) ?? []
  return Number(amount) * (unit === 'GiB' ? 2 ** 30 : 2 ** 20)
}

/** The same work in PyTorch; null where no Python was given or the case has no counterpart. */
async function runPyTorch({ shape, pytorch }) {
  if (options.python === undefined || pytorch === undefined) return null
  const folder = await modelFolder(shape)
  const args = ['bench/pytorch/memory.py', '--model', folder, ...pytorch]
  const { status, stderr, peakBytes } = await measured(options.python, args)
  if (status !== 0) throw new Error(`PyTorch ended with ${status}:\n${stderr.slice(-2000)}`)
  return peakBytes
}

const gigabytes = (bytes) => (bytes === null ? '–' : (bytes / 1e9).toFixed(2))

function tableRow({ title }, { planned, peakBytes, pytorch }) {
  const ratio = (planned / peakBytes).toFixed(2)
  return `| ${title} | ${gigabytes(planned)} | ${gigabytes(peakBytes)} | ${ratio} | ${gigabytes(pytorch)} |`
}

function rowsOf(path) {
  return read(path)
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| case') && !line.startsWith('| ---'))
}

const titleOf = (row) => row.split(' | ')[0].trimEnd()

/** The file's own row of a case: Recheck's figures, beside which PyTorch's is put. */
function rowOf(path, { title }) {
  const row = rowsOf(path).find((each) => titleOf(each) === `| ${title}`)
  if (row !== undefined) return row
  throw new Error(`${path} has no row "${title}": run the case without --pytorch-alone first`)
}

const withPyTorch = (row, pytorch) => row.replace(/[^|]*\|$/, ` ${gigabytes(pytorch)} |`)

/** Rows of the file by their first cell; those of this call replace them. */
function writeTable(path, rows) {
  const byTitle = new Map([...rowsOf(path), ...rows].map((line) => [titleOf(line), line]))
  const ordered = cases.flatMap(({ title }) => byTitle.get(`| ${title}`) ?? [])
  const text = [
    '# Memory',
    '',
    `Written by \`node bench/memory.mjs\`; ${cpus().length} cores of ${cpus()[0].model}, ${gigabytes(totalmem())} GB. Peak resident memory of the whole`,
    'process tree (command and trainer, sampled every 25 ms), beside the plan that was told before anything was loaded, in GB (10⁹ bytes).',
    'Weights are random: every completion is as long as it may be. PyTorch: bench/pytorch/memory.py, the same rollouts and one update.',
    '',
    '| case | planned | measured | planned ÷ measured | PyTorch |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...ordered,
    '',
  ]
  writeFileSync(path, text.join('\n'))
}

mkdirSync(join(work, 'models'), { recursive: true })
const wanted = options.only?.split(',') ?? cases.map(({ name }) => name)
for (const each of cases.filter(({ name }) => wanted.includes(name))) {
  if (options['pytorch-alone']) {
    const before = rowOf(options.out, each)
    const row = withPyTorch(before, await runPyTorch(each))
    console.log(row)
    writeTable(options.out, [row])
    continue
  }
  const { peakBytes, seconds, stderr } = await runRecheck(each)
  const planned = plannedBytes(stderr)
  const pytorch = await runPyTorch(each)
  const row = tableRow(each, { planned, peakBytes, pytorch })
  console.log(`${row} ${seconds.toFixed(0)} s`)
  if (process.env.RECHECK_DEBUG !== undefined) console.log(stderr)
  writeTable(options.out, [row])
}
