import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyEngines } from '../../../../../src/main/host/tensorflow/verifyEngines.ts'
import { verifyFolder } from '../../../../../src/main/tools/verify/verifyFolder.ts'
import type { VerifyRow } from '../../../../../src/main/tools/verify/verifyRow.ts'
import { goldenCheckpoints, goldenFolder } from '../../../../goldenFolders.ts'

for (const name of goldenCheckpoints) {
  test(`graph = transformers' greedy ids of ${name}; drawn log-probs = read ones, later turns too`, async () => {
    const open = verifyEngines['graph']
    assert.ok(open)
    const rows: VerifyRow[] = []
    for await (const row of verifyFolder(goldenFolder(name), [open])) rows.push(row)
    assert.deepEqual(
      rows.filter((row) => !row.passed),
      [],
    )
    const quantities = rows.map((row) => row.quantity)
    assert.ok(quantities.some((quantity) => quantity.startsWith('greedy')))
    assert.ok(quantities.includes('drawn log-probs = read log-probs'), quantities.join())
  })
}
