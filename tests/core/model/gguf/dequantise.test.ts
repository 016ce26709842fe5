import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { dequantise } from '../../../../src/core/model/gguf/dequantise.ts'
import { blockLayouts, type GgmlType } from '../../../../src/core/model/gguf/ggmlTypes.ts'

/** Random blocks with what gguf-py makes of them: tests/oracles/gguf_files.py. */
const { formats } = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', '..', 'fixtures', 'gguf', 'quants.json'), 'utf8'),
) as { formats: Readonly<Record<string, { readonly blocks: string; readonly values: string }>> }

for (const [name, { blocks, values }] of Object.entries(formats)) {
  test(`${name}: the same bits as gguf-py`, () => {
    const type = name as GgmlType
    const bytes = new Uint8Array(Buffer.from(blocks, 'hex'))
    const target = new Float32Array((bytes.length / blockLayouts[type].bytes) * blockLayouts[type].elements)
    dequantise(type, bytes, target)
    assert.equal(Buffer.from(target.buffer).toString('hex'), values)
  })
}

test('every format but F32, which is only copied, has blocks of gguf-py beside it', () => {
  assert.deepEqual([...Object.keys(formats), 'F32'].sort(), Object.keys(blockLayouts).sort())
})

test('a Q4_1 block by hand: d = 0.5, m = -1, nibbles 3 and 15 → 0.5 and 6.5', () => {
  const block = new Uint8Array(20).fill(0xf3)
  new DataView(block.buffer).setUint16(0, 0x3800, true)
  new DataView(block.buffer).setUint16(2, 0xbc00, true)
  const target = new Float32Array(32)
  dequantise('Q4_1', block, target)
  assert.deepEqual([target[0], target[15], target[16], target[31]], [0.5, 0.5, 6.5, 6.5])
})

test('bytes that are no whole blocks for the target are refused', () => {
  assert.throws(
    () => dequantise('Q8_0', new Uint8Array(33), new Float32Array(32)),
    /33 bytes of Q8_0 are no 32 values/,
  )
})
