import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'

const root = resolve(import.meta.dirname, '..', '..')
const tracked = execFileSync('git', ['ls-files', 'src', 'tests', 'bench', 'scripts', 'docs', 'README.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((path) => /\.(ts|tsx|mjs|js|py|md)$/.test(path) && !path.startsWith('tests/fixtures/'))
const texts = tracked
  .filter((path) => existsSync(join(root, path)))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))

/** What the texts say that `pattern` finds, as `file: citation`, where `isThere` does not hold. */
function dangling(pattern: RegExp, isThere: (match: RegExpMatchArray) => boolean): string[] {
  return texts.flatMap(({ path, text }) =>
    [...text.matchAll(pattern)].filter((match) => !isThere(match)).map((match) => `${path}: ${match[0]}`),
  )
}

test('a section of docs/method.md that the code cites is there', () => {
  const sections = new Set(
    [...readFileSync(join(root, 'docs/method.md'), 'utf8').matchAll(/^#{2,3} (\d+(?:\.\d+)?) /gm)].map(
      (match) => match[1],
    ),
  )
  assert.ok(sections.size >= 9, `${sections.size} sections`)
  assert.deepEqual(
    dangling(/docs\/method\.md (\d+(?:\.\d+)?)/g, (match) => sections.has(match[1])),
    [],
  )
  assert.ok(texts.some(({ text }) => /docs\/method\.md \d/.test(text)))
})

test('no text cites a file of the project that is not there', () => {
  const cited =
    /(?<![\w./-])(?:src|tests|scripts|docs|bench)\/[\w./-]+\.(?:tsx?|mjs|js|md|json|py|svg|png)\b/g
  // these plant names of files on purpose
  const planted =
    /tests\/checks\/(?:lint|plantedRules|ci|runTests|buildApp)\.|tests\/(?:architecture|checks\/citations|main\/owner\/remote\/codePackage)\./
  const found = texts
    .filter(({ path }) => !planted.test(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(cited)]
        .map(([name]) => name)
        // the last is a file of the package that the code speaks of
        .filter((name) => !existsSync(join(root, name)) && name !== 'scripts/install.js')
        .map((name) => `${path}: ${name}`),
    )
  assert.deepEqual(found, [])
})

test('no text cites a design file that is not in the repository', () => {
  assert.deepEqual(
    dangling(
      /\b(?:algorithms|engine|platform|product|audit|attacks|walk|house) \d+(?:\.\d+)?\b/g,
      () => false,
    ),
    [],
  )
})

test('every file that docs/architecture.md walks through is there', () => {
  const text = readFileSync(join(root, 'docs/architecture.md'), 'utf8')
  const walks = text.slice(text.indexOf('## 5'), text.indexOf('## 7'))
  const named = [...walks.matchAll(/`([\w]+(?:\/[\w]+)+)`/g)].map((match) => match[1] ?? '')
  assert.ok(named.length > 60, `${named.length} files`)
  const homes = ['src', 'src/main', 'src/core', 'src/renderer/src']
  const missing = named.filter(
    (name) =>
      !homes.some((home) => ['', '.ts', '.tsx'].some((end) => existsSync(join(root, home, name + end)))),
  )
  assert.deepEqual(missing, [])
})
