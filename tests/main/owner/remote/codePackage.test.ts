import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { unzipSync } from 'fflate'
import { codePackage } from '../../../../src/main/owner/remote/codePackage.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'

const root = resolve(import.meta.dirname, '..', '..', '..', '..')

function smallProject(folder: string): void {
  for (const name of ['resources', 'scripts', 'src/core', 'src/main/deep', 'src/shared', 'src/renderer'])
    mkdirSync(join(folder, name), { recursive: true })
  for (const name of ['package.json', 'package-lock.json', 'src/main/deep/a.ts', 'src/renderer/page.tsx'])
    writeFileSync(join(folder, name), `of ${name}`)
}

test('equal code has one name, whenever its files were written; other code has another; pages and packages stay here', async (t) => {
  const folder = temporaryFolder(t)
  smallProject(folder)
  const first = await codePackage(folder)
  assert.match(first.name, /^_ray_pkg_[0-9a-f]{16}\.zip$/)
  assert.deepEqual(Object.keys(unzipSync(first.bytes)), [
    'package-lock.json',
    'package.json',
    'src/main/deep/a.ts',
  ])
  utimesSync(join(folder, 'package.json'), 1, 1)
  assert.equal((await codePackage(folder)).name, first.name)
  writeFileSync(join(folder, 'src/main/deep/a.ts'), 'of another')
  assert.notEqual((await codePackage(folder)).name, first.name)
  writeFileSync(join(folder, 'resources', 'large.bin'), new Uint8Array(65 * 2 ** 20))
  await assert.rejects(codePackage(folder), { code: 'remote.place', message: /67108864 is the most/ })
})

test('Recheck itself fits many times over, with the built-in model and what starts a job', async () => {
  const { bytes } = await codePackage()
  assert.ok(bytes.length < 8e6, `${bytes.length} bytes`)
  const names = Object.keys(unzipSync(bytes))
  for (const name of ['resources/bin/clusterJob.sh', 'src/main/worker.ts', 'src/main/inspect.ts'])
    assert.ok(names.includes(name), name)
  assert.ok(names.some((name) => name.startsWith('resources/models/builtin/')))
  assert.ok(!names.some((name) => name.includes('node_modules')))
})

test('a job finds its packages where they are named; without any it says what the machine must have', (t) => {
  const folder = temporaryFolder(t)
  mkdirSync(join(folder, 'resources', 'bin'), { recursive: true })
  mkdirSync(join(folder, 'src', 'main'), { recursive: true })
  cpSync(join(root, 'resources', 'bin', 'clusterJob.sh'), join(folder, 'resources', 'bin', 'clusterJob.sh'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(
    join(folder, 'src', 'main', 'worker.ts'),
    `import { z } from 'zod'\nconst words: string[] = process.argv.slice(2)\nprocess.stdout.write(words.concat(typeof z.int).join(' '))`,
  )
  const start = (modules: string): { readonly status: number | null; readonly said: string } => {
    const script = join(folder, 'resources', 'bin', 'clusterJob.sh')
    const { status, stdout, stderr } = spawnSync('sh', [script, 'worker.ts', '/a b'], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], RECHECK_MODULES: modules },
    })
    return { status, said: stdout + stderr }
  }
  const without = start(join(folder, 'nowhere'))
  assert.equal(without.status, 1)
  assert.match(
    without.said,
    /^Recheck has no packages here: expected .*nowhere\/\.bin\/node on .*docs\/scaling\.md/,
  )
  const there = start(join(root, 'node_modules'))
  assert.deepEqual(there, { status: 0, said: '--job /a b function' })
  assert.deepEqual(start(join(root, 'node_modules')), there)
})
