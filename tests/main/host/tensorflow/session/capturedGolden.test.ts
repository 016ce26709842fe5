import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { verifyEngines } from '../../../../../src/main/host/tensorflow/verifyEngines.ts'
import { verifyFolder } from '../../../../../src/main/tools/verify/verifyFolder.ts'
import type { VerifyRow } from '../../../../../src/main/tools/verify/verifyRow.ts'

for (const model of ['gpt2', 'llama', 'llama-gqa7', 'qwen2', 'qwen2-bf16-sharded']) {
  test(`captured = the stored numbers of ${model}: log-probs, loss, gradients, AdamW`, async () => {
    const folder = fileURLToPath(new URL(`../../../../fixtures/golden/${model}`, import.meta.url))
    const open = verifyEngines['captured']
    assert.ok(open)
    const rows: VerifyRow[] = []
    for await (const row of verifyFolder(folder, [open])) rows.push(row)
    assert.deepEqual(
      rows.filter((row) => !row.passed),
      [],
    )
    const quantities = rows.map((row) => row.quantity)
    for (const expected of [
      'token log-probs',
      'loss',
      'gradient norm',
      'micro-batched = whole (gradients)',
    ]) {
      assert.ok(quantities.includes(expected), expected)
    }
    const gradients = quantities.filter((quantity) => quantity.startsWith('grad.'))
    const parameters = quantities.filter(
      (quantity) => quantity.startsWith('adamw.') && !quantity.includes('('),
    )
    assert.ok(gradients.length > 5)
    assert.deepEqual(
      parameters.map((quantity) => quantity.slice('adamw.'.length)).sort(),
      gradients.map((quantity) => quantity.slice('grad.'.length)).sort(),
    )
  })
}
