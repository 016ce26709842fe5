import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, resolve } from 'node:path'
import { test } from 'node:test'
import { circlesOf, importsOf as importsOfText, readImportGraph } from '../scripts/importGraph.ts'
import { allowedFolders, allowedInEntries, coreStages, packageOwners } from '../scripts/importTable.ts'

const root = resolve(import.meta.dirname, '..')

interface Import {
  readonly specifier: string
  readonly isTypeOnly: boolean
  readonly isDynamic: boolean
}

const files = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) =>
    posix.join(
      'src',
      ...join(entry.parentPath, entry.name)
        .slice(join(root, 'src').length + 1)
        .split(/[\\/]/),
    ),
  )

function importsOf(path: string): Import[] {
  const text = readFileSync(join(root, path), 'utf8')
  const found: Import[] = []
  for (const match of text.matchAll(/^(import|export)\s(type\s)?[^;]*?from\s'([^']+)'/gm))
    found.push({ specifier: match[3] ?? '', isTypeOnly: match[2] !== undefined, isDynamic: false })
  for (const match of text.matchAll(/^import\s'([^']+)'/gm))
    found.push({ specifier: match[1] ?? '', isTypeOnly: false, isDynamic: false })
  for (const match of text.matchAll(/\bimport\(\s*'([^']+)'/g))
    found.push({ specifier: match[1] ?? '', isTypeOnly: false, isDynamic: true })
  return found
}

/** Path of an imported file of ours relative to the root, or null for a package. */
function targetOf(path: string, specifier: string): string | null {
  return specifier.startsWith('.') ? posix.join(dirname(path), specifier) : null
}

/** The room of the table that holds this path, or null for an entry. */
function roomOf(path: string): string | null {
  return Object.keys(allowedFolders).find((room) => path.startsWith(`src/${room}/`)) ?? null
}

test('the reading of imports sees every kind', () => {
  const found = importsOf('src/main/cli.ts')
  assert.ok(found.some((one) => one.specifier === './commands/command.ts' && one.isTypeOnly))
  assert.ok(found.some((one) => one.specifier === 'commander' && !one.isTypeOnly))
  assert.ok(files.length > 20, `only ${files.length} files`)
})

test('every import of ours keeps to the table, names its file ending and points to a file', () => {
  const wrong: string[] = []
  for (const path of files) {
    for (const { specifier } of importsOf(path)) {
      const target = targetOf(path, specifier)
      if (target === null) continue
      if (!existsSync(join(root, target.replace(/\?.*$/, '')))) wrong.push(`${path}: ${specifier} is no file`)
      const from = roomOf(path)
      const to = roomOf(target)
      const allowed =
        from === null ? allowedInEntries[path.slice(4)] : [from, ...(allowedFolders[from] ?? [])]
      if (to === null || !(allowed ?? []).includes(to)) wrong.push(`${path}: ${specifier}`)
    }
  }
  assert.deepEqual(wrong, [])
})

test('inside the core, every stage imports only stages to its left', () => {
  const stageOf = (path: string): number => coreStages.indexOf(/^src\/core\/([^/]+)\//.exec(path)?.[1] ?? '')
  const wrong: string[] = []
  for (const path of files.filter((one) => one.startsWith('src/core/'))) {
    for (const { specifier } of importsOf(path)) {
      const target = targetOf(path, specifier)
      if (target !== null && stageOf(target) > stageOf(path)) wrong.push(`${path}: ${specifier}`)
    }
  }
  assert.deepEqual(wrong, [])
})

test('a package with one home is imported there only', () => {
  const wrong: string[] = []
  for (const path of files) {
    for (const { specifier } of importsOf(path)) {
      const home = Object.entries(packageOwners).find(
        ([name]) => specifier === name || specifier.startsWith(`${name}/`),
      )
      if (home && !home[1].some((folder) => path.startsWith(`${folder}/`)))
        wrong.push(`${path}: ${specifier}`)
    }
  }
  assert.deepEqual(wrong, [])
})

test('nothing heavy is loaded before a command runs, so that --help is instant', () => {
  const light = [
    'src/shared/',
    'src/main/commands/',
    'src/main/cli.ts',
    'src/main/host/machine/paths.ts',
    'src/main/host/machine/plainConsole.ts',
    'src/main/host/machine/terminalText.ts', // imports nothing
  ]
  const loaded = new Set<string>()
  const load = (path: string): void => {
    if (loaded.has(path)) return
    loaded.add(path)
    for (const { specifier, isTypeOnly, isDynamic } of importsOf(path)) {
      const target = targetOf(path, specifier)
      if (target !== null && !isTypeOnly && !isDynamic) load(target)
    }
  }
  load('src/main/cli.ts')
  assert.ok(loaded.has('src/main/commands/doctor.ts'))
  const heavy = [...loaded].filter((path) => !light.some((start) => path.startsWith(start)))
  assert.deepEqual(heavy, [])
})

test('no file is called utils, helpers or common, and none is longer than 300 lines', () => {
  const wrong = files.filter((path) => /\/(utils?|helpers?|common|misc)\.tsx?$/i.test(path))
  const long = files.filter((path) => readFileSync(join(root, path), 'utf8').split('\n').length > 301)
  assert.deepEqual([...wrong, ...long], [])
})

test('the window’s channels are named in one file', () => {
  const naming = files.filter((path) => /['"`]recheck:\w/.test(readFileSync(join(root, path), 'utf8')))
  assert.deepEqual(naming, ['src/shared/routes/bridge.ts'])
})

test('no circle of imports, types included', () => {
  assert.deepEqual(
    circlesOf(readImportGraph(root)).map((circle) => circle.join(' → ')),
    [],
  )
})

test('a circle is found whatever kind of import closes it, and named file by file', () => {
  const closing = [
    "import { a } from './a.ts'",
    "import type { A } from './a.ts'",
    "import {\n  type A,\n} from './a.ts'",
    "import './a.ts'",
    "export type { A } from './a.ts'",
    "const a = await import('./a.ts')",
    "type A = import('./a.ts').A",
  ]
  for (const line of closing) {
    const graph = new Map([
      ['src/a.ts', importsOfText('src/a.ts', "import type { B } from './x/b.ts'")],
      ['src/x/b.ts', importsOfText('src/x/b.ts', "import { c } from '../c.ts'")],
      ['src/c.ts', importsOfText('src/c.ts', line)],
      ['src/d.ts', importsOfText('src/d.ts', "import { a } from './a.ts'")],
    ])
    assert.deepEqual(circlesOf(graph), [['src/a.ts', 'src/x/b.ts', 'src/c.ts', 'src/a.ts']], line)
  }
})
