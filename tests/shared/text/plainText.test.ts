import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  csvText,
  firstLines,
  plainLine,
  plainMessage,
  plainText,
} from '../../../src/shared/text/plainText.ts'
import { errorData, RecheckError } from '../../../src/shared/errors/recheckError.ts'

const table: readonly (readonly [text: string, asText: string, asLine: string])[] = [
  ['a name', 'a name', 'a name'],
  ['\x1b]0;title\x07', '\\u001b]0;title\\u0007', '\\u001b]0;title\\u0007'],
  ['one\ntwo\tthree', 'one\ntwo\tthree', 'one two three'],
  ['one\r\ntwo', 'one\\u000d\ntwo', 'one two'],
  ['\x9b31m \x7f', '\\u009b31m \\u007f', '\\u009b31m \\u007f'],
  ['abc\u202edef\u2066', 'abc\\u202edef\\u2066', 'abc\\u202edef\\u2066'],
  ['a\u2028b\u2029', 'a\\u2028b\\u2029', 'a\\u2028b\\u2029'],
  ['half \ud83d', 'half \\ud83d', 'half \\ud83d'],
  ['whole 😀 ÀÉ 中文 שלום', 'whole 😀 ÀÉ 中文 שלום', 'whole 😀 ÀÉ 中文 שלום'],
]

test('what a terminal would obey is shown instead', () => {
  for (const [text, asText, asLine] of table) {
    assert.equal(plainText(text), asText)
    assert.equal(plainLine(text), asLine)
  }
})

test('of any text, nothing is left that a terminal, a list or a spreadsheet would obey', () => {
  const wild = fc.string({ unit: fc.constantFrom(...'\x1b\x07\x00\x9b\u202e\u2069\r\n\t=+-@＝a;', '\ud800') })
  fc.assert(
    fc.property(wild, (text) => {
      assert.doesNotMatch(plainText(text), /(?![\n\t])[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u)
      assert.doesNotMatch(plainLine(text), /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u)
      assert.doesNotMatch(csvText(text), /^[=+\-@＝＋－＠]|[\p{Cc}\p{Cs}]/u)
      assert.equal(plainText(plainText(text)), plainText(text))
    }),
    { numRuns: 1000, seed: 1 },
  )
})

test('a cell of a CSV is no formula and one line', () => {
  const cells = {
    '=1+1': "'=1+1",
    '+x': "'+x",
    '-5': "'-5",
    '@sum': "'@sum",
    '\t=1': ' =1',
    '＝1': "'＝1",
    'a=1': 'a=1',
  }
  for (const [text, cell] of Object.entries(cells)) assert.equal(csvText(text), cell)
})

test('a message has a few lines of some length, and keeps its way out', () => {
  const long = `begin ${'x'.repeat(300_000)} Do this.`
  const short = plainMessage(long)
  assert.ok(short.length < 1_100)
  assert.match(short, /^begin x+ … \(300,015 characters\) … x+ Do this\.$/)
  const many = plainMessage(Array.from({ length: 3_000 }, (_, index) => `line ${index}`).join('\n'))
  assert.deepEqual(many.split('\n').slice(-3), ['line 9', '… and 2,989 more lines', 'line 2999'])
  assert.equal(plainMessage('a\nb'), 'a\nb')
  assert.deepEqual(firstLines(['a', 'b', 'c'], 2), ['a', 'b', '… and 1 more'])
})

test('every error is such a message, whoever made it', () => {
  const text = `\x1b[2J${'wrong '.repeat(100_000)}`
  for (const thrown of [new RecheckError('config.invalid', text), new TypeError(text), text]) {
    const { message } = errorData(thrown)
    assert.ok(message.length < 1_100)
    assert.ok(message.startsWith('\\u001b[2Jwrong'))
  }
})
