import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, test } from 'node:test'

const script = resolve(import.meta.dirname, '..', '..', 'scripts', 'run-tests.mjs')
const folder = mkdtempSync(join(tmpdir(), 'recheck-run-tests-'))
const head = "import { describe, test } from 'node:test'\n"

before(() => {
  const files = {
    'good.test.ts': "test('a', () => {})\ndescribe('s', () => { test('b', () => {}) })\n",
    'failing.test.ts': "test('a', () => {})\ntest('c', () => { throw new Error('planted') })\n",
    'skipped.test.ts':
      "test('a', () => {})\ntest('d', { skip: true }, () => {})\ntest('e', { todo: true }, () => {})\n",
    'broken.test.ts': "throw new Error('planted')\n",
    'empty.test.ts': 'void [test, describe]\n',
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), head + text)
  mkdirSync(join(folder, 'nothing'))
})

after(() => rmSync(folder, { recursive: true }))

function runTests(...args: string[]): { code: number | null; lastLine: string; text: string } {
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined }
  const { status, stdout } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8', env })
  return { code: status, lastLine: stdout.trimEnd().split('\n').at(-1) ?? '', text: stdout }
}

const cases: readonly (readonly [name: string, path: string, code: number, lastLine: string])[] = [
  ['tests that pass', 'good.test.ts', 0, '2 passed, 0 failed'],
  ['one failure', 'failing.test.ts', 1, '1 passed, 1 failed'],
  ['a skipped and a todo test count as failed', 'skipped.test.ts', 1, '1 passed, 2 failed'],
  ['a file that breaks before its first test', 'broken.test.ts', 1, '0 passed, 1 failed'],
  ['a file without tests', 'empty.test.ts', 1, '0 passed, 1 failed'],
  ['no files at all', 'nothing', 1, '0 passed, 1 failed'],
]

for (const [name, path, code, lastLine] of cases) {
  test(`the runner ends with the plain count: ${name}`, () => {
    const ended = runTests(join(folder, path))
    assert.equal(ended.lastLine, lastLine, ended.text)
    assert.equal(ended.code, code)
  })
}

test('a file whose process dies is named and run once more; what passed before the death is not counted twice', () => {
  const path = join(folder, 'dying.test.ts')
  const marker = JSON.stringify(join(folder, 'has-died'))
  const lines = [
    "import { setTimeout } from 'node:timers/promises'",
    "import { existsSync, writeFileSync } from 'node:fs'",
    `const diesNow = !existsSync(${marker})`,
    `writeFileSync(${marker}, '')`,
    "test('a', () => {})",
    // the pause lets the first test's result out
    "test('b', async () => { await setTimeout(500); if (diesNow) process.kill(process.pid, 'SIGSEGV'); await setTimeout(100) })",
  ]
  writeFileSync(path, head + lines.join('\n'))
  const ended = runTests(path)
  assert.match(ended.text, /DIED .*dying\.test\.ts: SIGSEGV; it is run once more/)
  assert.equal(ended.lastLine, '2 passed, 0 failed')
  assert.equal(ended.code, 0)
})

test('fewer tests than the floor fail the run', () => {
  const floor = join(folder, 'floor.json')
  writeFileSync(floor, '{ "tests": 3 }')
  const below = runTests('--floor', floor, join(folder, 'good.test.ts'))
  assert.match(below.text, /2 tests were executed, .*floor\.json asks for at least 3/)
  assert.equal(below.lastLine, '2 passed, 1 failed')
  assert.equal(below.code, 1)
  writeFileSync(floor, '{ "tests": 2 }')
  assert.equal(runTests('--floor', floor, join(folder, 'good.test.ts')).code, 0)
})

test('files that are known to take long begin first; one that is not there fails the run', () => {
  const begun = join(folder, 'begun')
  const ordered = join(folder, 'ordered')
  mkdirSync(ordered)
  const says = (name: string): string =>
    `import { appendFileSync, readFileSync } from 'node:fs'
     import { setTimeout } from 'node:timers/promises'
     appendFileSync(${JSON.stringify(begun)}, '${name} ')
     const hasBegun = () => readFileSync(${JSON.stringify(begun)}, 'utf8')\n`
  // the first three of the alphabet hold three of the four places until the last has begun
  const waits = "test('a', async () => { while (!hasBegun().includes('z')) await setTimeout(20) })\n"
  for (const name of ['a', 'aa', 'ab'])
    writeFileSync(join(ordered, `${name}.test.ts`), head + says(name) + waits)
  for (const name of ['b', 'z'])
    writeFileSync(
      join(ordered, `${name}.test.ts`),
      `${head}${says(name)}test('${name}', () => void hasBegun)\n`,
    )
  const longest = join(ordered, 'longest.json')
  writeFileSync(longest, '["z.test.ts"]')
  const ended = runTests('--longest', longest, ordered)
  assert.equal(ended.lastLine, '5 passed, 0 failed', ended.text)
  const order = readFileSync(begun, 'utf8').trim().split(' ')
  assert.ok(order.indexOf('z') < order.indexOf('b'), order.join())
  writeFileSync(longest, '["gone.test.ts"]')
  const gone = runTests('--longest', longest, ordered)
  assert.match(gone.text, /longest\.json names .*gone\.test\.ts, which is not there/)
  assert.equal(gone.lastLine, '5 passed, 1 failed')
})

/** A folder of its own with these files; each says by `shared` whether it has a process with others. */
function filesTogether(name: string, files: Readonly<Record<string, string>>): string {
  const path = join(folder, name)
  mkdirSync(path)
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, `${file}.test.ts`), head + text)
  return path
}

const pidTo = (file: string): string =>
  `import { pid } from 'node:process'\nimport { appendFileSync } from 'node:fs'\nappendFileSync(${JSON.stringify(file)}, pid + ' ')\n`

test('files that need no process of their own share one; a failure names its file, an empty one is found', () => {
  const pids = join(folder, 'pids')
  const path = filesTogether('together', {
    a: `${pidTo(pids)}test('a', () => {})\n`,
    b: `${pidTo(pids)}test('b', () => { throw new Error('planted') })\n`,
    c: `${pidTo(pids)}test('c', () => {})\n`,
    d: 'void [test, describe]\n',
    hooked: `import { before } from 'node:test'\n${pidTo(pids)}before(() => {})\ntest('own', () => {})\n`,
  })
  const ended = runTests('--together', path, path)
  assert.equal(ended.lastLine, '3 passed, 2 failed', ended.text)
  const [, ...others] = [...new Set(readFileSync(pids, 'utf8').trim().split(' '))]
  assert.equal(others.length, 1, 'the one with a hook has its own process, all others one')
  assert.match(ended.text, /FAILED .*together\/b\.test\.ts: b/)
  assert.match(ended.text, /no test in .*together\/d\.test\.ts/)
})

test('files of a process that broke outside of its tests run anew, each by itself: what passed counts once', () => {
  const path = filesTogether('breaking', {
    a: "test('a', () => {})\n",
    b: "throw new Error('planted')\n",
    c: "test('c', () => {})\n",
  })
  const ended = runTests('--together', path, path)
  assert.match(ended.text, /BROKE outside of its tests: a process of 3 files; each runs anew by itself/)
  assert.match(ended.text, /FAILED .*breaking\/b\.test\.ts/)
  assert.equal(ended.lastLine, '2 passed, 1 failed', ended.text)
})
