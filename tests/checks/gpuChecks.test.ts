import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..', '..')

test('the checks for a graphics card pass on none: without one they end with code 2 and say why', () => {
  // hidden from CUDA, so that this holds on a machine with a card, too
  const env = { ...process.env, CUDA_VISIBLE_DEVICES: '' }
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/gpuChecks.mjs'], {
    cwd: root,
    env,
    encoding: 'utf8',
  })
  assert.equal(status, 2, stdout + stderr)
  assert.match(stderr, /no card is used: \S+/)
  assert.doesNotMatch(stdout, /passed/)
})
