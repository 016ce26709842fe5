import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { evaluateModel } from '../../../src/main/tools/evaluateModel.ts'
import { requireHeldOut } from '../../../src/main/run/requireHeldOut.ts'
import { loadRunProblems } from '../../../src/main/run/problems.ts'
import { parseConfig } from '../../../src/shared/config/parseConfig.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'

test('what a run was trained on is not evaluated on as held out, whichever sizes are asked for', async (t) => {
  const folder = temporaryFolder(t)
  const lines = Array.from({ length: 60 }, (_, i) =>
    JSON.stringify({ question: `What is ${i} + 1?`, answer: `${i + 1}` }),
  )
  writeFileSync(join(folder, 'sums.jsonl'), lines.join('\n'))
  const configOf = (sizes: { train: number; validation: number; test: number }) =>
    parseConfig({ data: { source: { path: 'sums.jsonl' }, ...sizes } }, 'test')
  const trained = configOf({ train: 40, validation: 5, test: 10 })
  const check = async (
    evaluated: ReturnType<typeof configOf>,
    split: 'validation' | 'test',
  ): Promise<void> => {
    const { splits } = await loadRunProblems(evaluated, folder, 'held-out')
    await requireHeldOut(splits[split], { trained, evaluated }, folder)
  }
  await check(trained, 'test')
  await check(trained, 'validation')
  await check(configOf({ train: 1, validation: 5, test: 8 }), 'test')
  // 40 of the 45 problems beyond the run's own 15 were trained on
  const larger = configOf({ train: 40, validation: 0, test: 60 })
  const refusal = {
    code: 'data.trained-on',
    message: /^40 of the 60 problems .* With its own sizes none is: data\.validation=5, data\.test=10\.$/,
  }
  await assert.rejects(check(larger, 'test'), refusal)
  const call = {
    split: 'test',
    workingFolder: folder,
    checkpoints: null,
    onProgress: () => undefined,
    onNotice: () => undefined,
    onMemory: () => undefined,
    force: false,
  } as const
  await assert.rejects(
    evaluateModel({ ...call, config: larger, trained, signal: { aborted: false } }),
    refusal,
  )
})
