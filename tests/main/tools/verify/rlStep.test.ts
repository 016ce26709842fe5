import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { verifyEngines } from '../../../../src/main/host/tensorflow/verifyEngines.ts'
import { rlStepCases } from '../../../../src/main/tools/verify/rlStepRows.ts'
import { verifyFolder } from '../../../../src/main/tools/verify/verifyFolder.ts'
import type { VerifyRow } from '../../../../src/main/tools/verify/verifyRow.ts'

const folder = fileURLToPath(new URL('../../../fixtures/golden/rl-step', import.meta.url))

for (const name of ['op by op', 'captured']) {
  test(`golden rl-step, ${name}: seven losses, gradient norms, gradients and AdamW results`, async () => {
    const open = verifyEngines[name]
    assert.ok(open)
    const rows: VerifyRow[] = []
    for await (const row of verifyFolder(folder, [open])) rows.push(row)
    assert.deepEqual(
      rows.filter((row) => !row.passed),
      [],
    )
    assert.equal(rlStepCases.length, 7)
    for (const { name: loss } of rlStepCases) {
      const about = rows.map((row) => row.quantity).filter((quantity) => quantity.startsWith(`${loss}.`))
      assert.ok(about.includes(`${loss}.loss`))
      assert.ok(about.includes(`${loss}.gradient norm`))
      for (const kind of ['grad', 'adamw']) {
        const compared = about.filter(
          (quantity) => quantity.startsWith(`${loss}.${kind}.`) && !quantity.includes('('),
        )
        assert.equal(compared.length, 5, `${loss}.${kind}`)
      }
    }
    for (const model of ['policy', 'reference', 'old']) {
      assert.ok(rows.some((row) => row.quantity === `${model}_log_probs`))
    }
  })
}
