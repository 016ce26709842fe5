import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JsonTextError, formatJsonText, parseJsonText } from '../../../../src/core/model/config/jsonText.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const parsed = (text: string): unknown => parseJsonText(bytesOf(text))

test('a byte order mark is skipped', () => {
  assert.deepEqual(parsed('\ufeff{"a": 1}'), { a: 1 })
})

test('NaN and infinities are numbers outside strings, and text inside them', () => {
  // read back by Python 3.11's json.loads with the same result
  const text = String.raw`{"NaN": [NaN, -Infinity,Infinity], "a\"NaN": "Infinity \\", "b": "NaN"}`
  assert.deepEqual(parsed(text), { NaN: [NaN, -Infinity, Infinity], 'a"NaN': 'Infinity \\', b: 'NaN' })
  // characters that stand for them while the text is parsed may occur in it, escaped or not
  assert.deepEqual(parsed('{"a": NaN, "b": "\\ue000\ue001"}'), { a: NaN, b: '\ue000\ue001' })
  for (const wrong of ['{"a": NaNs}', '{"a": -NaN}', '{"a": +Infinity}', '{NaN: 1}', '["a" NaN]', '"NaN'])
    assert.throws(() => parsed(wrong), JsonTextError, wrong)
})

test('what Python reads back: numbers that JSON lacks are written by name', () => {
  const value = { a: [NaN, Infinity, -Infinity, 1.5], b: '\ue000', c: { d: NaN } }
  assert.deepEqual(parsed(formatJsonText(value)), value)
  assert.match(formatJsonText(value), /"d": NaN/)
})

test('a key that stands twice is refused where its values differ', () => {
  for (const [text, message] of [
    ['{"a": 1, "a": 2}', /the key "a" stands twice, with 1 and 2/],
    ['{"x": [{"a": {"b": 1}, "a": {"b": 2}}]}', /"a" stands twice, with {"b": 1} and {"b": 2}/],
    ['{"a": 1, "\\u0061": "1"}', /"a" stands twice, with 1 and "1"/],
    ['{"a\\"b": [1], "c": 3, "a\\"b": [2]}', /"a\\"b" stands twice/],
    [`{"a": "${'x'.repeat(500)}", "a": 1}`, /… \(502 characters\) and 1$/],
  ] as const) {
    assert.throws(
      () => parsed(text),
      (thrown) =>
        thrown instanceof JsonTextError && message.test(thrown.message) && thrown.message.length < 300,
      text,
    )
  }
  // the same value again, the same key in two objects, keys of the prototype, and colons and commas in
  // strings
  const fine =
    '{"a": 1, "a": 1, "b": {"a": 2, "c": "\\"a\\": 3, }"}, "d": [{"a": 1}, {"a": 2}], "__proto__": 1, "toString": 2}'
  assert.deepEqual(parsed(fine), JSON.parse(fine))
})

test('what is no JSON is refused in one short line', () => {
  for (const text of [
    '',
    '{',
    '{"a": 1,}',
    `{"a": ${'x'.repeat(10_000)}}`,
    '\u0000',
    '{"a": "\n"}',
    '{\n\t\u001b]0;x\u0007',
  ])
    assert.throws(
      () => parsed(text),
      (thrown) =>
        thrown instanceof JsonTextError && thrown.message.length < 200 && !/\p{Cc}/u.test(thrown.message),
      text.slice(0, 20),
    )
  const utf16 = Buffer.from('\ufeff{"a": 1}', 'utf16le')
  assert.throws(() => parseJsonText(utf16), /it is UTF-16; save it as UTF-8/)
  assert.throws(() => parseJsonText(utf16.swap16()), /it is UTF-16/)
  assert.throws(() => parseJsonText(Uint8Array.of(0x7b, 0xff, 0x7d)), /it is not UTF-8/)
  assert.throws(() => parsed(`${'['.repeat(600)}${']'.repeat(600)}`), /nested deeper than 500 levels/)
  assert.throws(() => parsed(`${'['.repeat(400_000)}NaN${']'.repeat(400_000)}`), JsonTextError)
})

test('a file of 2 MB is parsed in linear time', () => {
  const vocabulary = Object.fromEntries(Array.from({ length: 60_000 }, (_, id) => [`token-${id} "\\`, id]))
  const text = JSON.stringify({
    vocabulary,
    merges: Array.from({ length: 40_000 }, (_, id) => [`a${id}`, 'b']),
  })
  const start = performance.now()
  assert.deepEqual(parsed(text), JSON.parse(text))
  assert.ok(performance.now() - start < 20_000)
})
