import assert from 'node:assert/strict'
import { test } from 'node:test'
import { builtinModelFolder } from '../../../src/main/run/namedModelFolder.ts'
import { reservedProblems } from '../../../src/main/host/datasets/reservedProblems.ts'
import { arithmeticProblems } from '../../../src/main/run/problems.ts'
import { presetConfig } from '../../../src/shared/config/presets.ts'

test('no problem that the built-in model is made from is a test problem, nor is a held-out one of any run', async () => {
  const config = presetConfig('builtin-from-scratch')
  const { problems, validation } = config.warmUp ?? {}
  const data = { ...config.data, train: problems ?? 0, validation: validation ?? 0, test: 0 }
  const trained = (await arithmeticProblems({ ...config, data })).train.map(({ canonical }) => canonical)
  assert.equal(new Set(trained).size, 12_000)
  const reserved = await reservedProblems(builtinModelFolder)
  // 200 lines; five are the same sum or product the other way round
  assert.equal(reserved.size, 195)
  const heldOut = await arithmeticProblems({
    ...config,
    seed: 7,
    data: { ...config.data, validation: 1000, test: 2000 },
  })
  const forbidden = heldOut.test.concat(heldOut.validation).map(({ canonical }) => canonical)
  assert.equal(forbidden.length, 3000)
  const seen = new Set(trained)
  for (const canonical of Array.from(reserved).concat(forbidden)) assert.ok(!seen.has(canonical), canonical)
})
