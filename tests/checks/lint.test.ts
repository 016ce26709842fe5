import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { ESLint } from 'eslint'
import { entryTable, importTable, mayImport, packageHomes, stages } from './importTable.ts'

const root = resolve(import.meta.dirname, '..', '..')
const folders = Object.keys(importTable)
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
  for (const stage of stages) plant(`src/core/${stage}/target.ts`, 'export const target = 1')
  for (const from of stages) {
    const lines = stages.map((to) => `export const ${to} = await import('../${to}/target.ts')`)
    plant(`src/core/${from}/planted.ts`, ...lines)
  }
  for (const entry of Object.keys(entryTable)) {
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
    const lines = Object.keys(packageHomes).map((name, i) => `export const p${i} = await import('${name}')`)
    plant(`${folder}/packages.ts`, ...lines, `export const fs = await import('node:fs')`)
  }
  plant('src/core/graph/bytes.ts', `export const bytes = await import('protobufjs/minimal.js')`)
  plant('src/core/graph/yaml.ts', `export const yaml = await import('yaml')`)
  plant('src/renderer/src/views/x.ts', `export const charts = await import('echarts')`)
  plant('src/renderer/src/charts/x.ts', `export const charts = await import('echarts')`)
}

/** One planted line for every other rule: file, the lines, the line number and the rule that must speak. */
const plantedRules: readonly (readonly [
  path: string,
  lines: readonly string[],
  line: number,
  rule: string,
])[] = [
  ['src/core/let.ts', ['export let count = 0'], 1, 'no-restricted-syntax'],
  ['src/core/random2.ts', ['export const x = () => Math.random()'], 1, 'no-restricted-syntax'],
  ['src/main/jobs/now.ts', ['export const x = () => Date.now()'], 1, 'no-restricted-syntax'],
  ['src/main/jobs/date.ts', ['export const x = () => new Date()'], 1, 'no-restricted-syntax'],
  ['src/main/store/env.ts', ["export const x = () => process.env['HOME']"], 1, 'no-restricted-syntax'],
  ['src/core/barrel.ts', ["export * from './barrelled.ts'"], 1, 'no-restricted-syntax'],
  ['src/core/barrel2.ts', ["export { a } from './barrelled.ts'"], 1, 'no-restricted-syntax'],
  ['src/core/barrelled.ts', ['export const a: any = 1'], 1, '@typescript-eslint/no-explicit-any'],
  ['src/main/jobs/console.ts', ["console.log('x')"], 1, 'no-console'],
  [
    'src/main/jobs/floating.ts',
    ['export function f(): void {', '  Promise.resolve(1)', '}'],
    2,
    '@typescript-eslint/no-floating-promises',
  ],
  [
    'src/main/jobs/bang.ts',
    ['export const x = (a: number | null) => a!'],
    1,
    '@typescript-eslint/no-non-null-assertion',
  ],
  [
    'src/main/jobs/params.ts',
    ['export const x = (a: 1, b: 1, c: 1, d: 1, e: 1) => [a, b, c, d, e]'],
    1,
    'max-params',
  ],
  ['src/shared/params.ts', ['export const x = (a: 1, b: 1, c: 1, d: 1) => [a, b, c, d]'], 1, 'max-params'],
  [
    'src/main/jobs/types.ts',
    ["import { X } from './switch.ts'", 'export const y = (x: X) => x'],
    1,
    '@typescript-eslint/consistent-type-imports',
  ],
  [
    'src/main/jobs/switch.ts',
    [
      "export type X = 'a' | 'b'",
      'export function f(x: X): number {',
      '  switch (x) {',
      "    case 'a':",
      '      return 1',
      '  }',
      '  return 2',
      '}',
    ],
    3,
    '@typescript-eslint/switch-exhaustiveness-check',
  ],
  [
    'src/main/jobs/long.ts',
    Array.from({ length: 301 }, (_, i) => `export const a${i} = 1`),
    301,
    'max-lines',
  ],
  [
    'src/main/jobs/longFunction.ts',
    ['export function f(): void {', ...Array.from({ length: 60 }, () => '  void 0'), '}'],
    1,
    'max-lines-per-function',
  ],
  [
    'src/main/jobs/cycleA.ts',
    ["import { b } from './cycleB.ts'", 'export const a = () => b'],
    1,
    'import-x/no-cycle',
  ],
  [
    'src/main/jobs/cycleB.ts',
    ["import { a } from './cycleA.ts'", 'export const b = () => a'],
    1,
    'import-x/no-cycle',
  ],
  [
    'src/renderer/src/hook.tsx',
    [
      "import { useState } from 'react'",
      'export function C(p: { on: boolean }) {',
      '  if (p.on) return null',
      '  const [x] = useState(1)',
      '  return <b>{x}</b>',
      '}',
    ],
    4,
    'react-hooks/rules-of-hooks',
  ],
  [
    'tests/floating.test.ts',
    ['async function f(): Promise<void> {}', 'f()'],
    2,
    '@typescript-eslint/no-floating-promises',
  ],
]

function plantEntryImport(): void {
  plant('src/main/jobs/entry.ts', `export const cli = await import('../cli.ts')`)
  plant('src/main/commands/entry.ts', `export const serve = await import('../serve.ts')`)
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
  cpSync(join(root, 'scripts/lintRules.js'), join(planted, 'scripts/lintRules.js'))
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
        assert.equal(refused, !mayImport(from, to), `${kind} import of ${to} in ${from}`)
      }
    })
  }
})

test('an entry may import what it puts together, and no other file may import an entry', () => {
  for (const [entry, allowed] of Object.entries(entryTable)) {
    folders.forEach((to, index) => {
      const refused = isReported(entry, index + 1, 'import-x/no-restricted-paths')
      assert.equal(refused, to !== 'src/shared' && !allowed.includes(to), `${entry} imports ${to}`)
    })
  }
  assert.ok(isReported('src/main/jobs/entry.ts', 1, 'import-x/no-restricted-paths'))
  assert.ok(!isReported('src/main/commands/entry.ts', 1, 'import-x/no-restricted-paths'))
})

test('a stage of the core may import the stages to its left only, and nothing beside the stages may import one', () => {
  stages.forEach((from, at) => {
    stages.forEach((to, index) => {
      const refused = isReported(`src/core/${from}/planted.ts`, index + 1, 'import-x/no-restricted-paths')
      assert.equal(refused, index > at, `core/${from} imports core/${to}`)
    })
  })
  assert.ok(isReported('src/core/beside.ts', 1, 'import-x/no-restricted-paths'))
})

test('a package with one home is refused everywhere else, and the core, shared and the page have no node: modules', () => {
  const names = Object.keys(packageHomes)
  for (const folder of folders) {
    names.forEach((name, index) => {
      const refused = isReported(`${folder}/packages.ts`, index + 1, 'recheck/package-imports')
      assert.equal(refused, !packageHomes[name]?.includes(folder), `${name} in ${folder}`)
    })
    const noNode = ['src/shared', 'src/core', 'src/preload', 'src/renderer'].includes(folder)
    const refused = isReported(`${folder}/packages.ts`, names.length + 1, 'recheck/package-imports')
    assert.equal(refused, noNode, `node:fs in ${folder}`)
  }
  assert.equal(reports.get('src/core/graph/bytes.ts:1'), undefined)
  assert.ok(isReported('src/core/graph/yaml.ts', 1, 'recheck/package-imports'))
  assert.ok(isReported('src/renderer/src/views/x.ts', 1, 'recheck/package-imports'))
  assert.equal(reports.get('src/renderer/src/charts/x.ts:1'), undefined)
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
