// The checks that need a graphics card: every number that TensorFlow computes, against the same golden data,
// tests and limits as on the processor, and a run with device=gpu that is killed on its way and resumed. Exit
// code 2 where TensorFlow uses no card.
//
//   node scripts/gpuChecks.mjs [--data-dir FOLDER]
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { globSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'

const root = join(import.meta.dirname, '..')
const { values } = parseArgs({ options: { 'data-dir': { type: 'string' } } })
const dataFolder = values['data-dir'] ?? mkdtempSync(join(tmpdir(), 'recheck-gpu-'))
const golden = 'tests/fixtures/golden'
const hostTests = [
  'trainers',
  'trainerSettings',
  'capturedGolden',
  'capturedVariables',
  'recordedOps',
  'referenceScores',
  'savedModels',
].map((name) => `tests/main/host/tensorflow/${name}.test.ts`)
const run = [
  'train',
  '--preset',
  'builtin',
  '--set',
  'device=gpu',
  '--set',
  'steps=20',
  '--set',
  'data.train=256',
  '--set',
  'data.test=100',
  '--set',
  'checkpointEvery=4',
]

const folders = globSync('*/expected.json', { cwd: join(root, golden) }).map(dirname)
const checks = [
  ...folders.map((name) => [`golden data: ${name}`, () => succeeds(recheck('verify', `${golden}/${name}`))]),
  ['tests of the trainers', () => succeeds(['scripts/run-tests.mjs', ...hostTests])],
  ['a run on the card, killed and resumed', killAndResume],
]

requireCard()
let failed = 0
for (const [name, check] of checks) {
  console.log(`== ${name}`)
  const started = performance.now()
  const isGood = await check()
  if (!isGood) failed++
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`-- ${isGood ? 'ok' : 'FAILED'}: ${name}, ${seconds} s`)
}
console.log(`${checks.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

function recheck(...args) {
  return ['src/main/cli.ts', ...args, '--data-dir', dataFolder]
}

function succeeds(args) {
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status === 0
}

function answer(...args) {
  const { stdout } = spawnSync(process.execPath, recheck(...args, '--json'), { cwd: root, encoding: 'utf8' })
  return JSON.parse(stdout)
}

function requireCard() {
  const { device } = answer('doctor')
  console.log(`device: ${device.inUse}, driver ${device.driver}`)
  if (device.whyNoGpu === null) return
  console.error(`gpuChecks: no card is used: ${device.whyNoGpu}`)
  process.exit(2)
}

/**
 * A run whose processes get SIGKILL after its first steps goes on from its checkpoint, and ends with every
 * step once.
 */
async function killAndResume() {
  const child = spawn(process.execPath, recheck(...run), {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = once(child, 'exit')
  for await (const line of createInterface({ input: child.stderr })) {
    console.log(line)
    if (/^training: ([5-9]|1\d)\//.test(line)) break
  }
  process.kill(-child.pid, 'SIGKILL')
  await exited
  const [{ runId, step }] = answer('runs').runs
  console.log(`killed at step ${step}`)
  return step > 0 && step < 20 && succeeds(recheck('resume', runId)) && answer('runs').runs[0].step === 20
}
