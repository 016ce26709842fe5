import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

const bin = join(import.meta.dirname, '../../resources/bin/recheck.mjs')
const folder = mkdtempSync(join(tmpdir(), 'recheck-compiled-'))
after(() => rmSync(folder, { recursive: true }))

function run(cache: string): { code: number | null; stdout: string; stderr: string } {
  const env: NodeJS.ProcessEnv = {}
  for (const [name, value] of Object.entries(process.env))
    if (name !== 'NODE_COMPILE_CACHE') env[name] = value
  env['RECHECK_CACHE'] = cache
  const args = [bin, 'template', '--help']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' })
  return { code: status, stdout, stderr }
}

test('what Node makes of the TypeScript is kept in the cache folder, and used again', () => {
  const cache = join(folder, 'cache')
  const first = run(cache)
  assert.equal(first.code, 0, first.stderr)
  const kept = readdirSync(join(cache, 'compiled'), { recursive: true, encoding: 'utf8' })
  assert.ok(kept.length > 20, `${kept.length} files`)
  assert.deepEqual(run(cache), first)
})

test('a cache folder that cannot be written changes nothing else', () => {
  const file = join(folder, 'a file')
  writeFileSync(file, '')
  const { code, stdout, stderr } = run(join(file, 'cache'))
  assert.equal(code, 0, stderr)
  assert.deepEqual({ stdout, stderr }, { stdout: run(join(folder, 'cache')).stdout, stderr: '' })
})
