// Trains models of real shapes for a step or two and writes bench/MEMORY.md: the greatest resident memory of the whole process
// tree beside what the plan said before anything was loaded, and beside PyTorch, transformers and peft doing the same work.
//
//   node bench/memory.mjs [--python <python with torch, transformers, peft>] [--only 135m-full,0.5b-int8] [--out FILE]
//
// Weights are random: a random model never ends an answer by itself, so every completion is as long as it may be, which is what
// the plan counts with. A case that would take more than half of the machine's free memory is left out, and says so.
import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
  },
})
const work = options.work ?? mkdtempSync(join(tmpdir(), 'recheck-memory-'))

/** The folder of a random model with the built-in model's tokenizer, whose ids are the first of the vocabulary. */
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
  const args = ['src/main/cli.ts', 'train', '--data-dir', dataDir, '--force', ...all.flatMap((each) => ['--set', each])]
  const result = await measured(process.execPath, args)
  rmSync(dataDir, { recursive: true, force: true })
  if (result.status !== 0) throw new Error(`${name} ended with ${result.status}:\n${result.stderr.slice(-3000)}`)
  return result
}

mkdirSync(join(work, 'models'), { recursive: true })
const wanted = options.only?.split(',') ?? cases.map(({ name }) => name)
for (const each of cases.filter(({ name }) => wanted.includes(name))) {
  const { peakBytes, seconds, stderr } = await runRecheck(each)
  console.log(`${each.name}: ${(peakBytes / 1e9).toFixed(2)} GB, ${seconds.toFixed(0)} s`)
  if (process.env.SHOW) console.log(stderr)
}
