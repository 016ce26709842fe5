import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseYaml } from '../../../src/shared/text/yamlText.ts'

const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('')

test('YAML and JSON', () => {
  assert.deepEqual(parseYaml('a: 1\nb: [x, {c: null}]\n'), { a: 1, b: ['x', { c: null }] })
  assert.deepEqual(parseYaml('{"a": 1}'), { a: 1 })
  assert.deepEqual(parseYaml('a: &x {b: 1}\nc: *x\n'), { a: { b: 1 }, c: { b: 1 } })
  assert.equal(parseYaml(''), null)
})

/** What a parser reads over with a warning, guesses, or works at for minutes. */
const refused: Readonly<Record<string, readonly [text: string, message: RegExp]>> = {
  'an unknown tag': ['a: !secret x\n', /Unresolved tag: !secret at line 1/],
  'a tag of a program': ['a: !!python/object:os.system x\n', /Unresolved tag/],
  'an alias without an anchor': ['a: *nope\n', /Unresolved alias/],
  'a key that stands twice': ['a: 1\nb: 2\na: 3\n', /the key "a" stands twice/],
  'a key that stands twice, deep inside': ['a: {b: [{c: 1, c: 2}]}\n', /the key "c" stands twice/],
  'an alias in its own anchor': ['a: &a [*a]\n', /within its own anchor/],
  'a billion laughs': [
    `a: &a [x, x]\n${lines(8, (i) => `${'bcdefghi'[i]}: &${'bcdefghi'[i]} [*${'abcdefgh'[i]}, *${'abcdefgh'[i]}]\n`)}`,
    /alias count/,
  ],
  'no YAML': ['a: b: c\n', /Nested mappings are not allowed/],
  'brackets without end': ['['.repeat(100_000), /./],
  'a megabyte of tags': [
    lines(120_000, () => '- !t x\n'),
    /840000 characters; such a file has at most 200000/,
  ],
  '20,000 tags': [lines(20_000, () => '- !t x\n'), /Unresolved tag/],
  '10,000 anchors': [lines(10_000, (i) => `- &a${i} x\n`), /10000 anchors and aliases, more than 1000/],
}

test('what would be left out, guessed or worked at for minutes is an error in words', () => {
  for (const [name, [text, message]] of Object.entries(refused)) {
    const startMs = performance.now()
    assert.throws(() => parseYaml(text), message, name)
    assert.ok(performance.now() - startMs < 20_000, `${name}: ${performance.now() - startMs} ms`) // under 1 s when idle
  }
})

test('20,000 keys are read in little time', () => {
  const startMs = performance.now()
  assert.equal(Object.keys(parseYaml(lines(20_000, (i) => `k${i}: 1\n`)) as object).length, 20_000)
  assert.ok(performance.now() - startMs < 10_000)
})

test('nothing is said beside the error: no warning of Node', async () => {
  const warnings: string[] = []
  const listen = (warning: Error): void => void warnings.push(warning.message)
  process.on('warning', listen)
  assert.throws(() => parseYaml('a: !x y\n'))
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', listen)
  assert.deepEqual(warnings, [])
})
