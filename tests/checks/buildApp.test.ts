import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
// @ts-expect-error plain JavaScript, run before anything is built
import * as buildApp from '../../scripts/buildApp.mjs'

const { outdatedParts } = buildApp as {
  outdatedParts(root: string, shell: 'page' | 'window'): readonly { part: string; reason: string }[]
}

const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'recheck-build-'))
after(() => rmSync(folder, { recursive: true }))

/** A project with what a build reads, without node_modules: those of this one where they are asked for. */
function project(name: string, isInstalled: boolean): string {
  const place = join(folder, name)
  for (const path of [
    'package.json',
    'package-lock.json',
    'electron.vite.config.ts',
    'scripts/buildApp.mjs',
    'scripts/scopedClass.ts',
    'src',
  ])
    cpSync(join(root, path), join(place, path), { recursive: true })
  if (isInstalled) symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'))
  return place
}

function build(place: string, shell: string): { code: number | null; stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, [join(place, 'scripts/buildApp.mjs'), shell], {
    encoding: 'utf8',
    cwd: tmpdir(), // whoever runs `recheck serve` may be anywhere
  })
  return { code: status, stderr }
}

test('a part is built when it is missing or older than one of its sources, and only what the shell opens', () => {
  const place = join(folder, 'empty')
  const file = (name: string, second: number): void => {
    mkdirSync(dirname(join(place, name)), { recursive: true })
    writeFileSync(join(place, name), '')
    utimesSync(join(place, name), second, second)
  }
  const partsOf = (shell: 'page' | 'window'): string[] => outdatedParts(place, shell).map(({ part }) => part)
  for (const source of ['src/main/index.ts', 'src/renderer/app.css', 'package-lock.json']) file(source, 1000)
  assert.deepEqual(partsOf('page'), ['renderer'])
  assert.deepEqual(partsOf('window'), ['main', 'preload', 'renderer'])
  for (const name of ['main/index.js', 'preload/index.cjs', 'renderer/index.html']) file(`out/${name}`, 2000)
  assert.deepEqual([partsOf('page'), partsOf('window')], [[], []])
  for (const [source, page, window] of [
    ['src/renderer/app.css', ['renderer'], ['renderer']],
    ['src/main/deep/er.ts', [], ['main']],
    ['src/preload/index.ts', [], ['preload']],
    ['src/shared/runs/records.ts', ['renderer'], ['main', 'preload', 'renderer']],
    ['src/core/loss.ts', [], ['main']],
    ['package-lock.json', ['renderer'], ['main', 'preload', 'renderer']],
    ['src/renderer/notes.md', [], []],
  ] as const) {
    file(source, 3000)
    assert.deepEqual([partsOf('page'), partsOf('window')], [page, window], source)
    file(source, 1000)
  }
  file('src/renderer/app.css', 3000)
  assert.equal(outdatedParts(place, 'page')[0]?.reason, 'older than src/renderer/app.css')
})

test('a clone’s page is built once, with progress; what a build broken off has left is removed', () => {
  const place = project('clone', true)
  const left = join(place, 'out/.unfinished-999999999-renderer')
  mkdirSync(left, { recursive: true })
  const first = build(place, 'page')
  assert.equal(first.code, 0, first.stderr)
  assert.match(first.stderr, /^Building the page \(not built yet\)\.$/m)
  assert.match(first.stderr, /^Built the page: [\d,]+ modules, [\d.]+ s, \d+ modules\/s\.$/m)
  assert.ok(existsSync(join(place, 'out/renderer/index.html')))
  assert.deepEqual(readdirSync(join(place, 'out')), ['renderer'])
  assert.deepEqual(build(place, 'page'), { code: 0, stderr: '' })
  const now = new Date()
  utimesSync(join(place, 'src/shared/text/timeLeft.ts'), now, now)
  assert.deepEqual(outdatedParts(place, 'page'), [
    { part: 'renderer', reason: 'older than src/shared/text/timeLeft.ts' },
  ])
})

test('a source that does not compile: the error, exit code 1, and the page of before stays', () => {
  const place = project('broken', true)
  mkdirSync(join(place, 'out/renderer'), { recursive: true })
  writeFileSync(join(place, 'out/renderer/index.html'), 'before')
  utimesSync(join(place, 'out/renderer/index.html'), 1, 1)
  writeFileSync(join(place, 'src/renderer/src/main.tsx'), 'const = 1')
  const { code, stderr } = build(place, 'page')
  assert.equal(code, 1)
  assert.match(stderr, /the build failed: /)
  assert.deepEqual(readdirSync(join(place, 'out')), ['renderer'])
  assert.deepEqual(readdirSync(join(place, 'out/renderer')), ['index.html'])
})

test('without the development packages: what is there is used and its age said; what is not there says how to get it', () => {
  const place = project('packed', false)
  const missing = build(place, 'page')
  assert.equal(missing.code, 3)
  assert.equal(
    missing.stderr,
    `The page is not built yet, and what builds it is not installed. Run "npm ci && npm run build" in ${place}.\n`,
  )
  mkdirSync(join(place, 'out/renderer'), { recursive: true })
  writeFileSync(join(place, 'out/renderer/index.html'), 'page')
  assert.deepEqual(build(place, 'page'), { code: 0, stderr: '' })
  utimesSync(join(place, 'out/renderer/index.html'), 1, 1)
  const old = build(place, 'page')
  assert.equal(old.code, 0)
  assert.match(old.stderr, /^Note: The page is older than .+ is not installed: it is used as it is\./)
})
