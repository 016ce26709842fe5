import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { ESLint } from 'eslint'
import { allowedFolders, allowedInEntries, coreStages, packageOwners } from '../../scripts/importTable.ts'
import { plantedRules } from './plantedRules.ts'

const root = resolve(import.meta.dirname, '..', '..')
const folders = Object.keys(allowedFolders).map((room) => `src/${room}`)
const entries = Object.entries(allowedInEntries).map(([entry, allowed]) => ({
  entry: `src/${entry}`,
  allowed: allowed.map((room) => `src/${room}`),
}))
const planted = mkdtempSync(join(tmpdir(), 'recheck-lint-'))
/** Reports by file and line: `src/shared/x.ts:3` → rule ids. */
const reports = new Map<string, string[]>()

function plant(path: string, ...lines: string[]): void {
  mkdirSync(dirname(join(planted, path)), { recursive: true })
  writeFileSync(join(planted, path), `${lines.join('\n')}\n`)
}

function relativeImport(from: string, to: string): string {
  return `${'../'.repeat(from.split('/').length - 1)}${to}`
}

/** One file per folder with a static, a type-only and a dynamic import of every other folder, one a line. */
function plantFolderImports(): void {
  for (const folder of folders)
    plant(`${folder}/target.ts`, 'export type Target = number', 'export const target = 1')
  for (const from of folders) {
    const path = `${from}/planted.ts`
    const lines = folders.flatMap((to) => [
      `import { target as s${folders.indexOf(to)} } from '${relativeImport(path, to)}/target.ts'`,
      `import type { Target as T${folders.indexOf(to)} } from '${relativeImport(path, to)}/target.ts'`,
      `export const d${folders.indexOf(to)} = await import('${relativeImport(path, to)}/target.ts')`,
    ])
    plant(path, ...lines)
  }
}

function plantStageImports(): void {
  for (const stage of coreStages) plant(`src/core/${stage}/target.ts`, 'export const target = 1')
  for (const from of coreStages) {
    const lines = coreStages.map((to) => `export const ${to} = await import('../${to}/target.ts')`)
    plant(`src/core/${from}/planted.ts`, ...lines)
  }
  for (const { entry } of entries) {
    plant(
      entry,
      ...folders.map(
        (to, i) => `export const e${i} = await import('${relativeImport(entry, to)}/target.ts')`,
      ),
    )
  }
  plant('src/core/beside.ts', `export const rl = await import('./rl/target.ts')`)
}

function plantPackageImports(): void {
  for (const folder of folders) {
    const lines = Object.keys(packageOwners).map((name, i) => `export const p${i} = await import('${name}')`)
    plant(`${folder}/packages.ts`, ...lines, `export const fs = await import('node:fs')`)
  }
  plant('src/core/graph/bytes.ts', `export const bytes = await import('protobufjs/minimal.js')`)
  plant('src/core/graph/yaml.ts', `export const yaml = await import('yaml')`)
  plant('src/renderer/src/run/x.ts', `export const charts = await import('echarts')`)
  plant('src/renderer/src/plots/x.ts', `export const charts = await import('echarts')`)
}

function plantEntryImport(): void {
  plant('src/main/owner/entry.ts', `export const cli = await import('../cli.ts')`)
  plant('scripts/says.ts', "console.log('x')")
}

/** Lines that must pass: the rules above with their exceptions. */
const plantedFine: readonly (readonly [path: string, lines: readonly string[]])[] = [
  ['src/main/host/clock2.ts', ["export const x = () => [Date.now(), new Date(), process.env['HOME']]"]],
  [
    'tests/fine.test.ts',
    [
      "import { test } from 'node:test'",
      'let held = 0',
      "test('x', () => {",
      '  held++',
      '  void held',
      '})',
    ],
  ],
]

before(async () => {
  for (const file of ['eslint.config.js', 'package.json', 'tsconfig.json'])
    cpSync(join(root, file), join(planted, file))
  for (const name of ['base', 'core', 'node', 'web'])
    cpSync(join(root, `tsconfig.${name}.json`), join(planted, `tsconfig.${name}.json`))
  for (const file of ['lintRules.js', 'importTable.ts', 'importGraph.ts'])
    cpSync(join(root, 'scripts', file), join(planted, 'scripts', file))
  symlinkSync(join(root, 'node_modules'), join(planted, 'node_modules'))
  plantFolderImports()
  plantStageImports()
  plantPackageImports()
  plantEntryImport()
  for (const [path, lines] of plantedRules) plant(path, ...lines)
  for (const [path, lines] of plantedFine) plant(path, ...lines)
  const eslint = new ESLint({ cwd: planted })
  for (const result of await eslint.lintFiles(['.'])) {
    const path = result.filePath.slice(planted.length + 1)
    for (const message of result.messages) {
      const key = `${path}:${message.line}`
      reports.set(key, [...(reports.get(key) ?? []), message.ruleId ?? `fatal: ${message.message}`])
    }
  }
})

after(() => rmSync(planted, { recursive: true }))

function isReported(path: string, line: number, rule: string): boolean {
  return (reports.get(`${path}:${line}`) ?? []).includes(rule)
}

test('every import between two folders is refused or allowed as the table says: static, type-only and dynamic', () => {
  for (const from of folders) {
    folders.forEach((to, index) => {
      for (const [offset, kind] of ['static', 'type', 'dynamic'].entries()) {
        const refused = isReported(
          `${from}/planted.ts`,
          3 * index + offset + 1,
          'import-x/no-restricted-paths',
        )
        const mayImport = from === to || (allowedFolders[from.slice(4)] ?? []).includes(to.slice(4))
        assert.equal(refused, !mayImport, `${kind} import of ${to} in ${from}`)
      }
    })
  }
})

test('the trainer and the owner import nothing of each other, and the trainer nothing of the store', () => {
  for (const [from, to] of [
    ['src/main/trainer', 'src/main/store'],
    ['src/main/trainer', 'src/main/owner'],
    ['src/main/owner', 'src/main/trainer'],
  ] as const) {
    const line = 3 * folders.indexOf(to) + 1
    for (const at of [line, line + 1, line + 2])
      assert.ok(isReported(`${from}/planted.ts`, at, 'import-x/no-restricted-paths'), `${from} → ${to}`)
  }
})

test('an entry may import what it puts together, and no other file may import an entry', () => {
  for (const { entry, allowed } of entries) {
    folders.forEach((to, index) => {
      const refused = isReported(entry, index + 1, 'import-x/no-restricted-paths')
      assert.equal(refused, !allowed.includes(to), `${entry} imports ${to}`)
    })
  }
  assert.ok(isReported('src/main/owner/entry.ts', 1, 'import-x/no-restricted-paths'))
})

test('a stage of the core may import the stages to its left only, and nothing beside the stages may import one', () => {
  coreStages.forEach((from, at) => {
    coreStages.forEach((to, index) => {
      const refused = isReported(`src/core/${from}/planted.ts`, index + 1, 'import-x/no-restricted-paths')
      assert.equal(refused, index > at, `core/${from} imports core/${to}`)
    })
  })
  assert.ok(isReported('src/core/beside.ts', 1, 'import-x/no-restricted-paths'))
})

test('a package with one home is refused everywhere else, and the core, shared and the page have no node: modules', () => {
  const names = Object.keys(packageOwners)
  for (const folder of folders) {
    names.forEach((name, index) => {
      const refused = isReported(`${folder}/packages.ts`, index + 1, 'recheck/package-imports')
      assert.equal(refused, !packageOwners[name]?.includes(folder), `${name} in ${folder}`)
    })
    const noNode = ['src/shared', 'src/core', 'src/preload', 'src/renderer'].includes(folder)
    const refused = isReported(`${folder}/packages.ts`, names.length + 1, 'recheck/package-imports')
    assert.equal(refused, noNode, `node:fs in ${folder}`)
  }
  assert.equal(reports.get('src/core/graph/bytes.ts:1'), undefined)
  assert.ok(isReported('src/core/graph/yaml.ts', 1, 'recheck/package-imports'))
  assert.ok(isReported('src/renderer/src/run/x.ts', 1, 'recheck/package-imports'))
  assert.equal(reports.get('src/renderer/src/plots/x.ts:1'), undefined)
})

for (const [path, , line, rule] of plantedRules) {
  test(`${rule} reports ${path}`, () => {
    assert.ok(
      isReported(path, line, rule),
      JSON.stringify([...reports].filter(([key]) => key.startsWith(path))),
    )
  })
}

test('what the rules allow is not reported', () => {
  for (const path of [...plantedFine.map(([fine]) => fine), 'scripts/says.ts']) {
    assert.deepEqual(
      [...reports].filter(([key]) => key.startsWith(`${path}:`)),
      [],
    )
  }
})
