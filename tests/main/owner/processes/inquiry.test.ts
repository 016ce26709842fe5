import assert from 'node:assert/strict'
import { totalmem } from 'node:os'
import { test } from 'node:test'
import { inspectConfig } from '../../../../src/main/tools/inspectConfig.ts'
import { Inquiries } from '../../../../src/main/owner/processes/inquiry.ts'
import { loadRunMaterial } from '../../../../src/main/run/runMaterial.ts'
import { modelFolderOf } from '../../../../src/main/run/namedModelFolder.ts'
import { parseConfig, type RunConfig } from '../../../../src/shared/config/parseConfig.ts'
import type { Stage } from '../../../../src/shared/runs/records.ts'
import type { RecheckError } from '../../../../src/shared/errors/recheckError.ts'
import type { TurnPreview } from '../../../../src/shared/routes/plan.ts'

const inquiries = new Inquiries({ nodePath: process.execPath })
const layer = { data: { train: 4, validation: 2, test: 2 }, steps: 1, problemsPerStep: 2 }
const config = changed({})

function changed(change: object): RunConfig {
  return parseConfig({ ...layer, ...change }, 'a test')
}

test('a preview shows the exact ids and text of the three turns, each extending the one before', async () => {
  const turns = (await inspectConfig({ question: 'preview', config })) as readonly TurnPreview[]
  assert.deepEqual(
    turns.map((turn) => turn.kind),
    ['attempt', 'verdict', 'revision'],
  )
  const [attempt, verdict, revision] = turns
  assert.ok(attempt && verdict && revision)
  assert.match(attempt.text, /^<bos><user>(What is|Find x).*<assistant>$/)
  assert.match(verdict.text, /#### -?\d+<eos><user>Check the answer\.<assistant>$/)
  assert.match(revision.text, /The answer is wrong\.<eos><user>Try again\.<assistant>$/)
  assert.deepEqual(attempt.pieces.map(({ text }) => text).join(''), attempt.text)
  const special = verdict.pieces.filter(({ isSpecial }) => isSpecial).map(({ text }) => text)
  assert.deepEqual(special, ['<bos>', '<user>', '<assistant>', '<eos>', '<user>', '<assistant>'])
  assert.deepEqual(verdict.ids.slice(0, attempt.ids.length), attempt.ids)
  assert.deepEqual(revision.ids.slice(0, verdict.ids.length), verdict.ids)
})

test('another process gives the same answer, and its refusal comes back as it was', async () => {
  const here = await inspectConfig({ question: 'v-star-inputs', stage: 'self-correction', config })
  const there = await inquiries.vStarInputs('self-correction', config)
  assert.ok('inputHash' in here && 'fallback' in here)
  // what is free is another at each moment
  assert.deepEqual({ ...there, memory: null }, { ...here, memory: null })
  assert.deepEqual(there.memory.items, here.memory.items)
  await assert.rejects(
    inquiries.preview(changed({ model: { path: 'nowhere' } })),
    (error: RecheckError) => error.code === 'model.missing' && /"nowhere"/.test(error.message),
  )
})

test('a process that ends before it has read the question costs an answer, not the owner', async () => {
  // more than a pipe holds: the rest meets a closed one
  const large = { ...config, notes: 'x'.repeat(900_000) }
  for (let tries = 0; tries < 5; tries++)
    await assert.rejects(new Inquiries({ nodePath: '/bin/true' }).preview(large), { code: 'inquiry.failed' })
})

/**
 * Of the config's problems, all turns cut off at the limit of 64 tokens and put together as a rollout puts
 * them.
 */
async function longestConversation(): Promise<number> {
  const { prompts, problems } = await loadRunMaterial(config, process.cwd())
  const cut = Array<number>(64).fill(0)
  return Math.max(
    ...problems.splits.train.map((problem) => {
      const attempt = [...prompts.firstPromptIds(problem), ...cut]
      const verdict = [...prompts.verdictPromptIds([...attempt, prompts.endTurnId]), ...cut]
      return [...prompts.revisionPromptIds([...verdict, prompts.endTurnId]), ...cut].length
    }),
  )
}

test('a plan: what a start would find, and the hash that the start itself goes by', async () => {
  const plan = await inquiries.plan('self-correction', config)
  const answer = await inspectConfig({ question: 'v-star-inputs', stage: 'self-correction', config })
  assert.ok('fallback' in answer)
  assert.deepEqual(
    [plan.inputHash, plan.inputs, plan.dataNote],
    [answer.inputHash, answer.inputs, answer.fallback],
  )
  assert.deepEqual(plan.memory.items, answer.memory.items)
  // elements of the tensors in resources/models/builtin/model.safetensors, counted from its header; 4 bytes ×
  // 3 each
  assert.deepEqual([plan.parameters, plan.checkpointBytes, plan.maxPositions], [799_232, 9_590_784, 256])
  assert.equal(plan.problems, 4)
  assert.equal(plan.longestRollout, await longestConversation())
  // an update has two problems, so no pass has more rows
  assert.equal(plan.rowsPerPass, 2)
  // Node with TensorFlow 436 MB, the owner 150 MB, and little for so small a model
  const { neededBytes, freeBytes, totalBytes } = plan.memory.host
  assert.ok(neededBytes > 586e6 && neededBytes < 886e6, String(neededBytes))
  assert.ok(freeBytes > 0 && freeBytes <= totalBytes && totalBytes <= totalmem())
})

test('a plan is refused with what a start would be refused with; stage 1 is not asked for what only training needs', async () => {
  const refusal = async (stage: Stage, change: object): Promise<string> => {
    try {
      await inspectConfig({ question: 'plan', stage, config: changed(change) })
      return 'none'
    } catch (thrown) {
      return (thrown as RecheckError).code
    }
  }
  const long = { sampling: { maxCompletionTokens: 400 } }
  const greedy = { sampling: { temperature: 0 } }
  assert.equal(await refusal('self-correction', long), 'train.too-long')
  assert.equal(await refusal('self-correction', greedy), 'config.invalid')
  assert.equal(await refusal('estimate-v-star', long), 'none')
  assert.equal(await refusal('estimate-v-star', greedy), 'none')
  const rounded = { model: { baseWeights: 'int8', lora: {} }, warmUp: {} }
  assert.equal(await refusal('estimate-v-star', rounded), 'config.unsupported')
  assert.equal(await refusal('estimate-v-star', { template: 'nix' }), 'template.unknown')
})

test('the hash changes with what stage 1 samples from, and with nothing else', async () => {
  const hashOf = async (change: object): Promise<unknown> => {
    const answer = await inspectConfig({
      question: 'v-star-inputs',
      stage: 'self-correction',
      config: changed(change),
    })
    return 'inputHash' in answer ? answer.inputHash : assert.fail()
  }
  const base = await hashOf({})
  for (const same of [{ steps: 7 }, { vStar: { beta: 0.1 } }, { policyBeta: 0.01 }, { name: 'other' }]) {
    assert.equal(await hashOf(same), base, JSON.stringify(same))
  }
  const others = [
    { seed: 1 },
    { vStar: { samples: 4 } },
    { data: { ...layer.data, train: 5 } },
    { grader: 'exact' },
  ]
  for (const other of others) assert.notEqual(await hashOf(other), base, JSON.stringify(other))
})

test('a name that leads to no model says where its files are looked for', () => {
  assert.match(modelFolderOf('builtin', '/'), /resources\/models\/builtin$/)
  assert.throws(
    () => modelFolderOf('Some/Model', '/'),
    (error: RecheckError) =>
      error.code === 'model.missing' && /put its files .* into .*models\/Some--Model\./.test(error.message),
  )
})
