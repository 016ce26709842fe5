import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { assertNewOutput, type NewOutput } from '../../../src/main/disk/outputPath.ts'
import { RecheckError } from '../../../src/shared/errors/recheckError.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'

/** A folder with every kind of thing that a path may meet. */
function place(t: TestContext): { readonly folder: string; readonly dataDir: string } {
  const folder = temporaryFolder(t)
  const dataDir = join(folder, 'data')
  for (const name of ['data/runs/r1', 'full', 'empty', 'locked'])
    mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, 'data/recheck.db'), 'store')
  writeFileSync(join(folder, 'full/file'), 'kept')
  writeFileSync(join(folder, 'plain'), 'kept')
  for (const [link, target] of [
    ['to-full', 'full'],
    ['to-file', 'plain'],
    ['to-nothing', 'nowhere'],
    ['to-empty', 'empty'],
    ['to-data', 'data'],
    ['round', 'round'],
  ] as const)
    symlinkSync(target, join(folder, link))
  chmodSync(join(folder, 'locked'), 0o500)
  return { folder, dataDir }
}

const isRoot = process.getuid?.() === 0

/** What is said of each path: for a file, for a folder; null = it is free. */
const paths: readonly (readonly [path: string, file: string | null, folder: string | null])[] = [
  ['new', null, null],
  ['not/yet/there', null, null],
  ['full', 'exists', 'exists'],
  ['full/file', 'exists', 'exists'],
  ['empty', 'exists', null],
  ['plain', 'exists', 'exists'],
  // a link is not followed: what it leads to is not what was named
  ['to-full', 'exists', 'exists'],
  ['to-file', 'exists', 'exists'],
  ['to-nothing', 'exists', 'exists'],
  ['to-empty', 'exists', 'exists'],
  ['round', 'exists', 'exists'],
  // in a folder that a link leads to there is room
  ['to-empty/new', null, null],
  ['plain/new', 'file.no-folder', 'file.no-folder'],
  ['to-file/new', 'file.no-folder', 'file.no-folder'],
  // Recheck's own files, by whichever way
  ['data/runs/new', 'inside-data', 'inside-data'],
  ['data/runs/r1/new', 'inside-data', 'inside-data'],
  ['data/recheck.db-copy', 'inside-data', 'inside-data'],
  ['data/owner.json', 'inside-data', 'inside-data'],
  ['to-data/runs/new', 'inside-data', 'inside-data'],
  ['full/../data/runs/new', 'inside-data', 'inside-data'],
  // beside them there is room
  ['data/exports/new', null, null],
]

const uses: readonly Pick<NewOutput, 'command' | 'kind'>[] = [
  { command: 'export', kind: 'folder' },
  { command: 'backup', kind: 'file' },
  { command: 'report', kind: 'file' },
]

test('every kind of path, for every command that writes: free, or refused by name before any work', (t) => {
  const { folder, dataDir } = place(t)
  const before = readdirSync(folder, { recursive: true }).length
  for (const use of uses)
    for (const [path, ofFile, ofFolder] of paths) {
      const wanted = use.kind === 'file' ? ofFile : ofFolder
      const code = wanted === null || wanted.startsWith('file.') ? wanted : `${use.command}.${wanted}`
      const given = path.includes('..') ? `${folder}/${path}` : join(folder, path)
      const error = errorOf(() => assertNewOutput(given, { ...use, dataDir }))
      assert.equal(error?.code ?? null, code, `${use.command} ${path}: ${error?.message}`)
      if (error !== null) {
        assert.ok(error.message.startsWith(given) || error.message.includes(folder), error.message)
        assert.ok(!error.message.includes('\n'), error.message)
      }
    }
  // looked at, not touched
  assert.equal(readdirSync(folder, { recursive: true }).length, before)
  assert.equal(readFileSync(join(folder, 'plain'), 'utf8'), 'kept')
  assert.equal(existsSync(join(folder, 'nowhere')), false)
})

test('a folder that may not be written to is said to be so before any work', (t) => {
  const { folder, dataDir } = place(t)
  chmodSync(folder, 0o755)
  const use = { command: 'export', kind: 'folder', dataDir }
  // root may write anywhere, so that it asks as nobody
  const owner = isRoot ? { uid: 65_534, gid: 65_534 } : {}
  const script = `
    import { assertNewOutput } from ${JSON.stringify(join(import.meta.dirname, '../../../src/main/disk/outputPath.ts'))}
    try { assertNewOutput(${JSON.stringify(join(folder, 'locked/new'))}, ${JSON.stringify(use)}) }
    catch (thrown) { console.log(thrown.code + ' ' + thrown.message) }`
  const args = ['--input-type=module', '--eval', script]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: '/', ...owner })
  assert.match(stdout, /^file\.read-only .*locked\/new/, stderr)
})

test('a data folder that is not there yet keeps its place', (t) => {
  const { folder, dataDir } = place(t)
  rmSync(dataDir, { recursive: true })
  const error = errorOf(() => assertNewOutput(dataDir, { command: 'export', kind: 'folder', dataDir }))
  assert.equal(error?.code, 'export.inside-data')
  assert.equal(
    errorOf(() => assertNewOutput(join(folder, 'x'), { command: 'backup', kind: 'file', dataDir })),
    null,
  )
})

function errorOf(act: () => void): RecheckError | null {
  try {
    act()
    return null
  } catch (thrown) {
    assert.ok(thrown instanceof RecheckError, String(thrown))
    return thrown
  }
}
