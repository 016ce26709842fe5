import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { test, type TestContext } from 'node:test'
import { temporaryFolder } from '../store/storeFixtures.ts'

const cli = resolve(import.meta.dirname, '..', '..', '..', 'src', 'main', 'cli.ts')
const little = ['data.train=8', 'data.validation=0', 'data.test=2', 'vStar.samples=1', 'problemsPerStep=4']

/** As a user types it, on a data folder of the test's own. */
function commandsOf(t: TestContext) {
  const dataDir = temporaryFolder(t)
  return (...args: readonly string[]): { code: number | null; stdout: string; stderr: string } => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args, '--data-dir', dataDir], {
      encoding: 'utf8',
    })
    return { code: status, stdout, stderr }
  }
}

const set = (settings: readonly string[]): string[] => settings.flatMap((each) => ['--set', each])

test('a run that cannot fit is refused with what it would take, before anything is loaded', (t) => {
  const recheck = commandsOf(t)
  const { code, stdout, stderr } = recheck('train', ...set([...little, 'microBatch=1000000']))
  assert.equal(code, 2, stderr)
  assert.equal(stdout, '')
  assert.match(stderr, /^activations of 1000000 rows +[\d.]+ TiB {2}in an update$/m)
  assert.match(stderr, /needs about [\d.]+ TiB of memory .*; nothing was loaded\./)
  assert.match(stderr, /microBatch=1 \([\d.]+ TiB\)/)
  assert.match(stderr, /--force starts it all the same\./)
  assert.match(recheck('runs').stdout, /^No such runs/)
})

test('a stage says what it takes as it begins, and so does an evaluation', (t) => {
  const recheck = commandsOf(t)
  const estimate = recheck('estimate', ...set(little), '--force')
  assert.match(estimate.stderr, /^key-value caches of 8 rollouts +3\.9 MiB$[\s\S]*^at most +\d+ MiB/m)
  const { code, stderr } = recheck('eval', '--model', 'builtin', ...set(little))
  assert.equal(code, 0, stderr)
  assert.match(stderr, /^weights of the sampler \(ONNX Runtime\) +6\.1 MiB$[\s\S]*^at most +\d+ MiB/m)
})
