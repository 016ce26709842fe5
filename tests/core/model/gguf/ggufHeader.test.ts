import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseGgufHeader, type GgufHeader } from '../../../../src/core/model/gguf/ggufHeader.ts'
import { RecheckError } from '../../../../src/shared/errors/recheckError.ts'
import { GgufBytes } from './ggufBytes.ts'

const file = 'model.gguf'

function parsed(bytes: Uint8Array): GgufHeader {
  const header = parseGgufHeader(bytes, { file, size: bytes.length })
  assert.ok(header)
  return header
}

function assertRefused(
  bytes: Uint8Array,
  message: RegExp,
  code: 'gguf.invalid' | 'gguf.unsupported' = 'gguf.invalid',
): void {
  assert.throws(
    () => parseGgufHeader(bytes, { file, size: bytes.length }),
    (error: unknown) => {
      assert.ok(error instanceof RecheckError, String(error))
      assert.equal(error.code, code)
      assert.match(error.message, /^model\.gguf: /)
      assert.match(error.message, message)
      return true
    },
  )
}

test('a small header: kinds of values, rows before columns, bytes of blocks', () => {
  const bytes = new GgufBytes()
    .begin(2, 4)
    .text('a.count')
    .uint32(4, 7)
    .text('a.large')
    .uint32(10)
    .uint64(2n ** 63n)
    .text('a.texts')
    .uint32(9, 8)
    .uint64(2)
    .text('x')
    .text('é')
    .text('a.negative')
    .uint32(5, 0xffffffff)
    .tensor('m', [64, 3], 2, 0)
    .tensor('v', [5], 0, 128)
    .bytes(128 + 20)
  const { metadata, tensors } = parsed(bytes)
  assert.deepEqual(
    [...metadata],
    [
      ['a.count', 7],
      ['a.large', 2n ** 63n],
      ['a.texts', ['x', 'é']],
      ['a.negative', -1],
    ],
  )
  const start = bytes.length - 148
  assert.deepEqual(
    [...tensors.values()],
    [
      { name: 'm', type: 'Q4_0', shape: [3, 64], start, end: start + 3 * 2 * 18 },
      { name: 'v', type: 'F32', shape: [5], start: start + 128, end: start + 148 },
    ],
  )
})

test('a header longer than the bytes at hand asks for more; one that ends with the file is truncated', () => {
  const whole = new GgufBytes().begin(0, 1).text('key').uint32(8).text('value').bytes()
  assert.equal(parseGgufHeader(whole.subarray(0, 30), { file, size: whole.length }), null)
  const cut = whole.subarray(0, 30)
  assertRefused(cut, /claims 3 bytes of a text; at most|is truncated/)
})

test('what is no GGUF of versions 2 and 3 is named', () => {
  assertRefused(new GgufBytes().raw(1, 2, 3, 4).bytes(), /does not begin with "GGUF"/)
  assertRefused(
    new GgufBytes().begin(0, 0, 1).bytes(),
    /of version 1, Recheck reads 2 and 3/,
    'gguf.unsupported',
  )
  assertRefused(new GgufBytes().begin(0, 0, 0x03000000).bytes(), /big-endian/, 'gguf.unsupported')
})

test('counts that cannot be are refused before anything is made of them', () => {
  const started = performance.now()
  assertRefused(new GgufBytes().begin(2n ** 64n - 1n, 0).bytes(), /claims 18446744073709551615 tensors/)
  assertRefused(
    new GgufBytes().begin(0, 1e6).bytes(1 << 21),
    /claims 1000000 entries of metadata; at most 10000/,
  )
  assertRefused(
    new GgufBytes()
      .begin(0, 1)
      .uint64(2n ** 40n)
      .bytes(),
    /bytes of a text; at most/,
  )
  const long = new GgufBytes().begin(0, 1).text('list').uint32(9, 0).uint64(5_000_000).bytes(6_000_000)
  assertRefused(long, /claims 5000000 elements of "list"; at most 4000000/)
  assert.ok(performance.now() - started < 2000)
})

test('arrays of arrays, unknown kinds, odd truth values, repeated keys and broken UTF-8 are refused', () => {
  assertRefused(new GgufBytes().begin(0, 1).text('k').uint32(9, 9).uint64(1).bytes(64), /array of arrays/)
  assertRefused(new GgufBytes().begin(0, 1).text('k').uint32(77).bytes(64), /"k" is of the unknown kind 77/)
  assertRefused(new GgufBytes().begin(0, 1).text('k').uint32(7).raw(2).bytes(), /a truth value is 2/)
  assertRefused(
    new GgufBytes().begin(0, 2).text('k').uint32(4, 1).text('k').uint32(4, 1).bytes(),
    /the metadata "k" stands twice/,
  )
  assertRefused(new GgufBytes().begin(0, 1).uint64(2).raw(0xc3, 0x28).bytes(64), /no UTF-8/)
})

test('tensors outside the file, over each other, at odd places, of odd shapes and unknown formats are refused', () => {
  const one = (dimensions: readonly (number | bigint)[], type: number, offset: number | bigint): GgufBytes =>
    new GgufBytes().begin(1, 0).tensor('t', dimensions, type, offset)
  assertRefused(one([8, 4], 0, 0).bytes(127), /is truncated: the tensor "t" ends at byte/)
  assertRefused(one([8], 0, 2n ** 62n).bytes(32), /is truncated: the tensor "t"/)
  assertRefused(one([2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1], 0, 0).bytes(32), /is truncated: the tensor "t"/)
  assertRefused(one([8], 0, 4).bytes(64), /begins at 4, no multiple of 32/)
  assertRefused(one([0], 0, 0).bytes(64), /has a dimension of 0/)
  assertRefused(one([2n ** 40n], 0, 0).bytes(64), /has a dimension of 1099511627776/)
  assertRefused(one([1, 1, 1, 1, 1], 0, 0).bytes(64), /has 5 dimensions; expected 1 to 4/)
  assertRefused(one([100], 12, 0).bytes(999), /rows of 100 values; Q4_K stores blocks of 256/)
  assertRefused(one([256], 23, 0).bytes(999), /stored as IQ4_XS\. Recheck reads F32, F16/, 'gguf.unsupported')
  assertRefused(one([256], 99, 0).bytes(999), /stored as type 99/, 'gguf.unsupported')
  const two = new GgufBytes().begin(2, 0).tensor('a', [16], 0, 0).tensor('b', [8], 0, 32).bytes(64)
  assertRefused(two, /the tensor "b" lies over another one/)
  const twice = new GgufBytes().begin(2, 0).tensor('a', [8], 0, 0).tensor('a', [8], 0, 32).bytes(64)
  assertRefused(twice, /the tensor "a" stands twice/)
})

test('an alignment that is no power of two is refused, another one is followed', () => {
  const aligned = (alignment: number): Uint8Array =>
    new GgufBytes()
      .begin(1, 1)
      .text('general.alignment')
      .uint32(4, alignment)
      .tensor('t', [4], 0, 0)
      .bytes(512)
  assertRefused(aligned(24), /"general.alignment" must be a power of two from 8/)
  assertRefused(aligned(0), /"general.alignment" must be a power of two from 8/)
  assert.equal(parsed(aligned(256)).tensors.get('t')?.start, 256)
})
