import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { readModelConfig } from '../../../../src/core/model/config/readModelConfig.ts'
import type { MemoryFacts } from '../../../../src/main/trainer/memory/memoryItems.ts'
import { planMemory } from '../../../../src/main/trainer/memory/memoryPlan.ts'
import { requireMemory } from '../../../../src/main/owner/requireMemory.ts'
import { presetConfig } from '../../../../src/shared/config/presets.ts'
import { parseConfig } from '../../../../src/shared/config/parseConfig.ts'
import { mergeConfigs, parseSetting } from '../../../../src/shared/config/layers.ts'
import { fitsMemory, memoryAdvice, memoryLine, memoryTable } from '../../../../src/shared/memoryPlan.ts'
import { RecheckError } from '../../../../src/shared/errors/recheckError.ts'

const builtin = readModelConfig(
  JSON.parse(
    readFileSync(resolve(import.meta.dirname, '../../../../resources/models/builtin/config.json'), 'utf8'),
  ),
)
const config = presetConfig('builtin', { microBatch: 64, data: { train: 64, validation: 0, test: 0 } })
const facts: MemoryFacts = {
  work: 'train',
  positions: 251,
  kvMemoryBytes: 3e9,
  sampler: 'onnx',
  hasCard: false,
}

function planIn(freeBytes: number) {
  const rooms = { host: { freeBytes, totalBytes: 24e9 }, device: null }
  return planMemory(config, builtin, { facts, rooms })
}

test('the largest micro-batch and number of rollouts that fit are the last that do', () => {
  const plan = planIn(1.6e9)
  const { microBatch, rolloutsTogether } = plan
  assert.deepEqual([microBatch?.planned, rolloutsTogether.planned, fitsMemory(plan)], [64, 192, false])
  const most = microBatch?.most ?? 0
  assert.ok(most > 0 && most < 64, String(most))
  const withRows = (rows: number) =>
    planMemory({ ...config, microBatch: rows }, builtin, {
      facts,
      rooms: { host: { freeBytes: 1.6e9, totalBytes: 24e9 }, device: null },
    })
  assert.ok(fitsMemory(withRows(most)) && !fitsMemory(withRows(most + 1)))
  const byRollouts = (rollouts: number) =>
    planMemory(config, builtin, {
      facts: { ...facts, rolloutsTogether: rollouts },
      rooms: { host: { freeBytes: plan.host.neededBytes - 1e6, totalBytes: 24e9 }, device: null },
    })
  const fewer = byRollouts(192).rolloutsTogether.most
  assert.ok(fewer > 0 && fewer < 192, String(fewer))
  assert.equal(planIn(1e8).microBatch?.most, 0, 'not even one row fits')
})

test('the adapter that is offered stands on modules that the model has', () => {
  const gpt2 = readModelConfig({
    model_type: 'gpt2',
    architectures: ['GPT2LMHeadModel'],
    vocab_size: 50257,
    n_embd: 768,
    n_layer: 12,
    n_head: 12,
    n_positions: 1024,
    activation_function: 'gelu_new',
    layer_norm_epsilon: 1e-5,
    bos_token_id: 50256,
    eos_token_id: 50256,
  })
  const rooms = { host: { freeBytes: 1e9, totalBytes: 24e9 }, device: null }
  const offered = (model: typeof builtin) =>
    planMemory(config, model, { facts, rooms }).switches.find(({ setting }) =>
      setting.startsWith('model.lora'),
    )
  assert.equal(offered(gpt2)?.setting, 'model.lora={"rank":16,"targets":["c_attn","c_proj","c_fc"]}')
  const changed = parseConfig(mergeConfigs(config, parseSetting(offered(gpt2)?.setting ?? '')), 'test')
  assert.deepEqual(changed.model.lora?.targets, ['c_attn', 'c_proj', 'c_fc'])
})

test('each switch is a setting that this version takes, saves what it says, and the best comes first', () => {
  const plan = planIn(1.6e9)
  assert.ok(plan.switches.length >= 3, JSON.stringify(plan.switches))
  const saved = plan.switches.map(({ savedBytes }) => savedBytes)
  assert.deepEqual(
    saved,
    saved.toSorted((a, b) => b - a),
  )
  const one = plan.switches.find(({ setting }) => setting === 'microBatch=1')
  assert.ok(one !== undefined)
  const changed = parseConfig(mergeConfigs(config, parseSetting(one.setting)), 'test')
  const after = planMemory(changed, builtin, {
    facts,
    rooms: { host: { freeBytes: 1.6e9, totalBytes: 24e9 }, device: null },
  })
  assert.equal(plan.host.neededBytes - after.host.neededBytes, one.savedBytes)
})

test('what does not fit is refused with its parts and the ways out; what waits is held against the whole memory', () => {
  const plan = planIn(1.6e9)
  assert.throws(
    () => requireMemory(plan, 'free', '--force'),
    (thrown: unknown) => {
      assert.ok(thrown instanceof RecheckError && thrown.code === 'memory.too-little')
      assert.match(
        thrown.message,
        /needs about 2\.\d GiB of memory while .* \(1\.5 GiB of 22\.4 GiB are free\)/,
      )
      assert.match(thrown.message, /Rows in an update at once: 64; at most \d+ fit\./)
      assert.match(thrown.message, /microBatch=1 \(/)
      assert.match(thrown.message, /--force starts it all the same\.$/)
      assert.ok(!thrown.message.includes('more lines'))
      return true
    },
  )
  requireMemory(plan, 'total', '--force')
  requireMemory(planIn(20e9), 'free', '--force')
})

test('the table: a line each, amounts to the right; the card has a column where there is one', () => {
  const table = memoryTable(planIn(20e9))
  assert.equal(table.length, planIn(20e9).items.length + 3)
  assert.ok(
    table.some((line) => /^moments \(AdamW\) +6\.1 MiB$/.test(line)),
    table.join('\n'),
  )
  assert.match(table.at(-1) ?? '', /^free now +18\.6 GiB {2}of 22\.4 GiB$/)
  const onCard = planMemory(config, builtin, {
    facts: { ...facts, hasCard: true, sampler: 'graph' },
    rooms: {
      host: { freeBytes: 20e9, totalBytes: 24e9 },
      device: { freeBytes: 1e9, totalBytes: 16e9 },
    },
  })
  assert.match(memoryTable(onCard)[0] ?? '', /memory +card/)
  assert.match(memoryLine(onCard), /of the card’s memory/)
  assert.equal(fitsMemory(onCard), false)
  assert.equal(fitsMemory(onCard, 'total'), true)
  assert.ok(memoryAdvice(onCard).length >= 2)
})
