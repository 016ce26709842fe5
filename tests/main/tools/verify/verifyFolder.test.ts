import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { verifyEngines } from '../../../../src/main/host/tensorflow/verifyEngines.ts'
import type { OpenVerifyEngine } from '../../../../src/main/host/tensorflow/verifyEngines.ts'
import { verifyFolder } from '../../../../src/main/tools/verify/verifyFolder.ts'
import type { VerifyRow } from '../../../../src/main/tools/verify/verifyRow.ts'
import { RecheckError } from '../../../../src/shared/errors/recheckError.ts'
import { goldenCheckpoints, goldenFolder } from '../../../goldenFolders.ts'

const scratch = await mkdtemp(join(tmpdir(), 'recheck-verify-'))
after(() => rm(scratch, { recursive: true }))
const variants = join(import.meta.dirname, '../../../fixtures/models')

async function rowsOf(folder: string): Promise<VerifyRow[]> {
  const opByOp = verifyEngines['op by op'] as OpenVerifyEngine
  const rows: VerifyRow[] = []
  for await (const row of verifyFolder(folder, [opByOp])) rows.push(row)
  return rows
}

function assertAllPass(rows: readonly VerifyRow[]): void {
  assert.deepEqual(
    rows.filter(({ passed }) => !passed),
    [],
  )
}

const always = [
  'logits',
  'token log-probs',
  'loss',
  'gradient norm',
  'greedy ids',
  'padded = unpadded (logits)',
  'batched = single (logits)',
  'cached = uncached (greedy ids)',
  'tensors left',
]

for (const name of goldenCheckpoints) {
  test(`golden/${name}: everything stored passes op by op`, async () => {
    const rows = await rowsOf(goldenFolder(name))
    assertAllPass(rows)
    const quantities = rows.map(({ quantity }) => quantity)
    for (const quantity of always) assert.ok(quantities.includes(quantity), quantity)
    const gradients = quantities.filter((quantity) => quantity.startsWith('grad.'))
    assert.ok(gradients.length >= 13)
    for (const gradient of gradients)
      assert.ok(quantities.includes(gradient.replace('grad.', 'adamw.')), gradient)
  })
}

for (const name of await readdir(variants)) {
  test(`models/${name}: every gradient and AdamW step of transformers`, async () => {
    const rows = await rowsOf(join(variants, name))
    assertAllPass(rows)
    for (const quantity of always)
      assert.ok(
        rows.some((row) => row.quantity === quantity),
        quantity,
      )
    const [gradients, steps] = ['grad.', 'adamw.'].map((of) =>
      rows.filter((row) => row.quantity.startsWith(of)),
    )
    assert.ok((gradients?.length ?? 0) >= 20 && (steps?.length ?? 0) >= (gradients?.length ?? 0))
  })
}

test('golden/rl-step: the log-probs of policy, reference and old policy', async () => {
  const rows = await rowsOf(goldenFolder('rl-step'))
  assertAllPass(rows)
  for (const quantity of ['policy_log_probs', 'reference_log_probs', 'old_log_probs']) {
    assert.ok(
      rows.some((row) => row.quantity === quantity && row.difference < 1e-5),
      quantity,
    )
  }
})

test('one changed weight fails what depends on it', async () => {
  const folder = join(scratch, 'changed')
  await cp(goldenFolder('qwen2'), folder, { recursive: true })
  const path = join(folder, 'model.safetensors')
  const bytes = await readFile(path)
  const at = bytes.length - 4 * 64
  bytes.writeFloatLE(bytes.readFloatLE(at) + 0.05, at)
  await writeFile(path, bytes)
  const failed = (await rowsOf(folder)).filter(({ passed }) => !passed).map(({ quantity }) => quantity)
  for (const quantity of ['logits', 'token log-probs', 'loss'])
    assert.ok(failed.includes(quantity), failed.join())
  assert.ok(!failed.includes('tensors left'))
})

test('one changed expectation fails its own row alone', async () => {
  const folder = join(scratch, 'expectation')
  await cp(goldenFolder('gpt2'), folder, { recursive: true })
  const path = join(folder, 'expected.json')
  const json = JSON.parse(await readFile(path, 'utf8')) as { loss: number }
  await writeFile(path, JSON.stringify({ ...json, loss: json.loss + 2e-4 }))
  const failed = (await rowsOf(folder)).filter(({ passed }) => !passed)
  assert.deepEqual(
    failed.map(({ quantity }) => quantity),
    ['loss'],
  )
})

test('expectations that leave nothing to compare, or that the model cannot take, are refused', async () => {
  const changes: readonly (readonly [name: string, value: number, message: RegExp])[] = [
    ['attention_mask', 0, /a row has fewer than two real tokens/],
    ['attention_mask', 7, /"attention_mask" holds 7, the model takes 0 to 1/],
    ['input_ids', 100_000, /"input_ids" holds 100000, the model takes 0 to \d+/],
    ['position_ids', -1, /"position_ids" holds -1/],
  ]
  for (const [name, value, message] of changes) {
    const folder = join(scratch, `${name}-${value}`)
    await cp(goldenFolder('gpt2'), folder, { recursive: true })
    const path = join(folder, 'expected.safetensors')
    const bytes = await readFile(path)
    const dataStart = 8 + Number(bytes.readBigUInt64LE(0))
    const header = JSON.parse(bytes.subarray(8, dataStart).toString()) as Record<
      string,
      { data_offsets: number[] }
    >
    const [start = 0, end = 0] = header[name]?.data_offsets ?? []
    for (let at = dataStart + start; at < dataStart + end; at += 4) bytes.writeInt32LE(value, at)
    await writeFile(path, bytes)
    await assert.rejects(rowsOf(folder), message)
  }
})

test('a folder without expectations is refused with the way out', async () => {
  await assert.rejects(
    rowsOf(join(goldenFolder('rl-step'), 'policy')),
    (thrown) =>
      thrown instanceof RecheckError &&
      thrown.code === 'verify.no-expectations' &&
      /no expected.json here.*model_expectations.py/.test(thrown.message),
  )
})
