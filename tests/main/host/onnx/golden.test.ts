import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyEngines } from '../../../../src/main/host/tensorflow/verifyEngines.ts'
import { verifyFolder } from '../../../../src/main/tools/verify/verifyFolder.ts'
import type { VerifyRow } from '../../../../src/main/tools/verify/verifyRow.ts'
import { goldenCheckpoints, goldenFolder } from '../../../goldenFolders.ts'

async function onnxRows(name: string): Promise<VerifyRow[]> {
  const open = verifyEngines['onnx']
  assert.ok(open)
  const rows: VerifyRow[] = []
  for await (const row of verifyFolder(goldenFolder(name), [open])) rows.push(row)
  return rows
}

for (const name of goldenCheckpoints) {
  test(`onnx = the stored numbers of ${name}: logits, log-probs, greedy ids, drawn log-probs, later turns`, async () => {
    const rows = await onnxRows(name)
    const failed = rows.filter((row) => !row.passed)
    assert.deepEqual(failed, [])
    const quantities = rows.map((row) => row.quantity)
    for (const expected of ['logits', 'token log-probs', 'drawn log-probs = read log-probs']) {
      assert.ok(quantities.includes(expected), `${expected} of ${quantities.join(', ')}`)
    }
    assert.ok(quantities.some((quantity) => quantity.startsWith('greedy')))
  })
}

test('onnx = the stored log-probs of policy, reference and old policy of an RL step', async () => {
  const rows = (await onnxRows('rl-step')).filter((row) => row.quantity.endsWith('log_probs'))
  assert.equal(rows.length, 3)
  assert.deepEqual(
    rows.filter((row) => !row.passed),
    [],
  )
})
