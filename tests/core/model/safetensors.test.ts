import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  buildHeader,
  decodeFloats,
  encodeBrainFloats,
  encodeHalfFloats,
  halfToNumber,
  parseHeader,
  readHeaderLength,
} from '../../../src/core/model/safetensors.ts'
import { RecheckError } from '../../../src/shared/errors/recheckError.ts'

const encode = (json: unknown) =>
  new TextEncoder().encode(typeof json === 'string' ? json : JSON.stringify(json))

test('F16 and BF16 patterns of IEEE 754 and bfloat16, also from odd addresses', () => {
  const halves = new Uint8Array(13)
  // 1.0, −2.0, largest 65504, smallest subnormal 2⁻²⁴, −0, infinity: little endian
  halves.set([0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b, 0x01, 0x00, 0x00, 0x80, 0x00, 0x7c], 1)
  const floats = new Float32Array(6)
  decodeFloats('F16', halves.subarray(1), floats)
  assert.deepEqual([...floats], [1, -2, 65504, 2 ** -24, -0, Infinity])
  decodeFloats('BF16', Uint8Array.from([0x80, 0x3f, 0x49, 0x40]), floats.subarray(0, 2))
  assert.deepEqual([...floats.subarray(0, 2)], [1, 3.140625])
  decodeFloats('F32', Uint8Array.from([0xdb, 0x0f, 0x49, 0x40]), floats.subarray(0, 1))
  assert.equal(floats[0], Math.fround(Math.PI))
})

test('F16: every half comes back; between two the nearer one, of two as near the even one, beyond the last infinity', () => {
  for (let bits = 0; bits < 0x7c00; bits++) {
    const [value, next] = [halfToNumber(bits), bits === 0x7bff ? 65536 : halfToNumber(bits + 1)]
    const middle = (value + next) / 2
    // F32 has 13 more bits than F16: a middle and its neighbours are exact
    const step = (next - value) / 4096
    const found = encodeHalfFloats(Float32Array.from([value, middle, middle - step, middle + step, -middle]))
    const even = bits + (bits & 1)
    assert.deepEqual([...found], [bits, even, bits, bits + 1, 0x8000 | even])
  }
  assert.deepEqual([...encodeHalfFloats(Float32Array.of(Infinity, -1e30, NaN))], [0x7c00, 0xfc00, 0x7e00])
})

test('BF16 rounds to the nearest, ties to even; NaN stays NaN', () => {
  // 1 + 2⁻⁸ lies between 1 (even) and 1 + 2⁻⁷; 1 + 3·2⁻⁸ between 1 + 2⁻⁷ (odd) and 1 + 2⁻⁶
  const halves = encodeBrainFloats(Float32Array.from([1 + 2 ** -8, 1 + 3 * 2 ** -8, Math.PI, NaN]))
  assert.deepEqual([...halves], [0x3f80, 0x3f82, 0x4049, 0x7fc0])
})

test('a header that was built is read back, data 8-aligned', () => {
  const shapes = new Map([
    ['b.weight', [2, 3]],
    ['a', [4]],
  ])
  const bytes = buildHeader(shapes, { format: 'pt' })
  assert.equal(bytes.length % 8, 0)
  const facts = { file: 'f', size: bytes.length + 40 }
  assert.equal(readHeaderLength(bytes.subarray(0, 8), facts), bytes.length - 8)
  const { entries, metadata } = parseHeader(bytes.subarray(8), facts)
  assert.deepEqual(metadata, { format: 'pt' })
  assert.deepEqual(entries.get('a'), {
    name: 'a',
    format: 'F32',
    shape: [4],
    start: bytes.length + 24,
    end: bytes.length + 40,
  })
})

const entry = { dtype: 'F32', shape: [2], data_offsets: [0, 8] }
const wrong: [string, unknown, number, RegExp][] = [
  ['not JSON', '{"a":', 0, /not JSON/],
  ['not an object', [1], 0, /does not begin with "{"/],
  ['a byte order mark', '\ufeff{}', 0, /does not begin with "{"/],
  ['a tensor beyond the end', { a: entry }, 4, /is truncated: "a" ends at byte/],
  ['bytes after the last tensor', { a: entry }, 12, /its header describes/],
  [
    'a size that does not fit the shape',
    { a: { ...entry, shape: [3] } },
    8,
    /needs 12 bytes, its entry has 8/,
  ],
  ['overlapping tensors', { a: entry, b: { ...entry, data_offsets: [4, 12] } }, 12, /"b" begins at byte/],
  ['a gap', { a: entry, b: { ...entry, data_offsets: [12, 20] } }, 20, /"b" begins at byte/],
  ['negative offsets', { a: { ...entry, data_offsets: [-8, 0] } }, 8, /lacks data_offsets/],
  ['no shape', { a: { dtype: 'F32', data_offsets: [0, 8] } }, 8, /lacks a dtype or a shape/],
]
for (const [what, json, dataBytes, message] of wrong) {
  test(`refused: ${what}`, () => {
    const bytes = encode(json)
    assert.throws(
      () => parseHeader(bytes, { file: 'x.safetensors', size: 8 + bytes.length + dataBytes }),
      (thrown) =>
        thrown instanceof RecheckError &&
        thrown.code === 'checkpoint.corrupt' &&
        thrown.message.startsWith('x.safetensors: ') &&
        message.test(thrown.message),
    )
  })
}

test('refused before anything is allocated: a header longer than the file, or than the format allows', () => {
  const length = (value: bigint) => new Uint8Array(new BigUint64Array([value]).buffer)
  const facts = { file: 'x', size: 100 }
  assert.throws(
    () => readHeaderLength(length(200n), facts),
    /is truncated: the header needs 208 bytes, the file has 100/,
  )
  assert.throws(() => readHeaderLength(length(2n ** 60n), facts), /not safetensors/)
  assert.throws(() => readHeaderLength(new Uint8Array(3), { file: 'x', size: 3 }), /has 3 bytes, too few/)
})
