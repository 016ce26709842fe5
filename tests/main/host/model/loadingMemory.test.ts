import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { makeRandomModel, readRandomModelSpec } from '../../../../src/main/host/model/randomModel.ts'

/** What the child prints; bytes but for the first. */
interface LoadingCost {
  readonly parameters: number
  readonly growth: number
  readonly weights: number
  readonly largest: number
}

const folder = await mkdtemp(join(tmpdir(), 'recheck-memory-'))
const run = promisify(execFile)

before(async () => {
  const spec = join(import.meta.dirname, '../../../fixtures/specs/llama-135m.json')
  await makeRandomModel(await readRandomModelSpec(spec), folder)
})
after(() => rm(folder, { recursive: true }))

for (const way of ['arrays', 'tensors']) {
  test(`135 M parameters as ${way}: growth ≤ weights as kept + 2 × largest tensor`, async () => {
    const child = join(import.meta.dirname, 'loadingMemory.ts')
    const { stdout } = await run(process.execPath, ['--expose-gc', child, folder, way])
    const { parameters, growth, weights, largest } = JSON.parse(stdout) as LoadingCost
    assert.equal(parameters, 272)
    assert.equal(weights, 4 * 134_515_008)
    assert.equal(largest, 4 * 49152 * 576)
    assert.ok(growth >= weights, `grew by ${growth} bytes, less than the weights: nothing was measured`)
    assert.ok(
      growth <= weights + 2 * largest,
      `grew by ${growth} bytes, allowed are ${weights + 2 * largest}`,
    )
    process.stdout.write(
      `# growth ${(growth / 2 ** 20).toFixed(0)} MiB, weights ${(weights / 2 ** 20).toFixed(0)} MiB\n`,
    )
  })
}
