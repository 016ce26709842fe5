import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { templateNamed } from '../../../../src/core/data/templates.ts'
import {
  negativeLogLikelihood,
  packedNegativeLogLikelihood,
} from '../../../../src/core/rl/losses/negativeLogLikelihood.ts'
import type { PolicyLoss } from '../../../../src/core/rl/losses/policyLoss.ts'
import { conversationPrompts } from '../../../../src/core/tokens/conversationPrompts.ts'
import type { GradientTrainer, TokenBatch } from '../../../../src/core/train/engine/trainer.ts'
import { conversationRow } from '../../../../src/core/train/warmUp/conversationRow.ts'
import { meanLoss } from '../../../../src/core/train/warmUp/trainWarmUp.ts'
import { packedRows } from '../../../../src/core/train/warmUp/packedRows.ts'
import { warmUpBatch } from '../../../../src/core/train/warmUp/warmUpBatch.ts'
import { dialogueRow, trainedTokens } from '../../../../src/core/train/warmUp/warmUpRow.ts'
import { openModelFolder, readParameters } from '../../../../src/main/host/model/modelFolder.ts'
import { loadTokenizer } from '../../../../src/main/host/model/hubTokenizer.ts'
import { tensorflowOps } from '../../../../src/main/host/tensorflow/ops.ts'
import { createTrainer } from '../../../../src/main/host/tensorflow/trainerFactory.ts'
import { assertClose } from '../../../assertClose.ts'

/** What PyTorch computed in float64: tests/oracles/warm_up.py. */
const expected = JSON.parse(readFileSync('tests/fixtures/warmUp/expected.json', 'utf8')) as {
  readonly rows: readonly { readonly ids: readonly number[]; readonly trained: readonly number[] }[]
  readonly trained_tokens: number
  readonly loss: number
  readonly gradient_norm: number
  readonly gradients: Readonly<Record<string, { readonly norm: number; readonly first: readonly number[] }>>
}

const folder = 'resources/models/builtin'
const tokenizer = await loadTokenizer(folder, '2024-07-26')
const prompts = conversationPrompts(tokenizer, templateNamed('builtin'))
const said = (text: string, isTrained = true) => ({ text, isTrained })
const dialogues = [
  {
    question: 'What is 47 + 38?',
    turns: [said('47+38=85 #### 85'), said('85-38=47 want 47. The answer is correct.')],
  },
  {
    question: 'What is 47 + 38?',
    turns: [
      said('47+38=75 #### 75', false),
      said('75-38=37 want 47. The answer is wrong.'),
      said('47+38=85 #### 85'),
    ],
  },
  { question: 'Find x: 7*x + 5 = 61', turns: [said('61-5=57 57/7=9 #### 9')] },
]
const rows = dialogues.map((dialogue) => dialogueRow(dialogue, prompts, tokenizer))

async function withTrainer<T>(
  capture: boolean,
  use: (trainer: GradientTrainer) => Promise<T>,
  loss: PolicyLoss = negativeLogLikelihood,
): Promise<T> {
  const model = await openModelFolder(folder)
  const trainer = createTrainer(
    {
      config: model.config,
      parameters: await readParameters(model),
      ops: tensorflowOps(),
      temperature: 1,
      buckets: [64, 128, 192],
      rowsPerMicroBatch: 2,
      loss,
      adamW: { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, clipNorm: null },
    },
    { capture },
  )
  try {
    return await use(trainer)
  } finally {
    await trainer.dispose()
  }
}

test('rows hold the ids of the text written out, and learn what the assistant says, end token included', () => {
  rows.forEach(({ ids, spans }, index) => {
    assert.deepEqual(Array.from(ids), expected.rows[index]?.ids)
    const trained = spans.flatMap(({ start, end }) =>
      Array.from({ length: end - start }, (_, i) => start + i),
    )
    assert.deepEqual(trained, expected.rows[index]?.trained)
  })
  assert.equal(
    rows.reduce((sum, row) => sum + trainedTokens(row), 0),
    expected.trained_tokens,
  )
})

test('a conversation in the model’s chat template is the row of the same dialogue', () => {
  const [attempt, verdict] = dialogues[0]?.turns ?? []
  const row = conversationRow(
    [
      { role: 'user', content: 'What is 47 + 38?' },
      { role: 'assistant', content: attempt?.text ?? '' },
      { role: 'user', content: 'Check the answer.' },
      { role: 'assistant', content: verdict?.text ?? '' },
      { role: 'user', content: 'what comes after the last completion is left out' },
    ],
    tokenizer,
  )
  assert.deepEqual(row.ids, rows[0]?.ids)
  assert.deepEqual(row.spans, rows[0]?.spans)
})

for (const capture of [true, false]) {
  const mode = capture ? 'captured' : 'op by op'

  test(`${mode}: loss and gradients are PyTorch’s`, async () => {
    await withTrainer(capture, (trainer) => isPyTorchs(trainer, warmUpBatch(rows)))
  })

  test(`${mode}: conversations that share a row have the loss and gradients of conversations alone`, async () => {
    const batch = warmUpBatch(rows, 193)
    assert.equal(batch.rows.length, 2, 'three conversations in two rows')
    await withTrainer(capture, (trainer) => isPyTorchs(trainer, batch), packedNegativeLogLikelihood)
    // the same rows without the block: later conversations see earlier ones, and the loss is another
    const seen = batch.rows.map(({ ids, inputs }) => ({
      ids,
      inputs: { ...inputs, segment: new Float32Array(ids.length - 1) },
    }))
    await withTrainer(
      capture,
      async (trainer) => {
        const { loss } = await trainer.step({ rows: seen }, 1e-4)
        assert.ok(Math.abs(loss - expected.loss) > 1e-3)
      },
      packedNegativeLogLikelihood,
    )
  })

  test(`${mode}: the loss falls along the gradient by its finite difference`, async () => {
    await withTrainer(capture, async (trainer) => {
      const start = await trainer.readState()
      await trainer.step(warmUpBatch(rows), 1e-4)
      const gradients = await trainer.readGradients()
      const norm = expected.gradient_norm
      const lossAt = async (distance: number): Promise<number> => {
        const moved = new Map(
          Array.from(start.parameters, ([name, { shape, values }]) => {
            const gradient = gradients.get(name)?.values ?? new Float32Array(values.length)
            return [
              name,
              { shape, values: values.map((value, i) => value + (distance * (gradient[i] ?? 0)) / norm) },
            ]
          }),
        )
        await trainer.writeState({ ...start, parameters: moved })
        return meanLoss(trainer, rows)
      }
      const distance = 2e-3
      const slope = ((await lossAt(distance)) - (await lossAt(-distance))) / (2 * distance)
      assertClose(slope, norm, 0.02 * norm)
    })
  })
}

async function isPyTorchs(trainer: GradientTrainer, batch: TokenBatch): Promise<void> {
  const before = await meanLoss(trainer, rows)
  const stats = await trainer.step(batch, 1e-4)
  assertClose(stats.loss, expected.loss, 1e-5)
  assertClose(before, expected.loss, 1e-5)
  assertClose(stats.gradientNorm, expected.gradient_norm, 1e-4 * expected.gradient_norm)
  const gradients = await trainer.readGradients()
  assert.equal(gradients.size, Object.keys(expected.gradients).length)
  for (const [name, { values }] of gradients) {
    const known = expected.gradients[name]
    assert.ok(known, name)
    const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
    assertClose(norm, known.norm, 1e-4 * known.norm + 1e-6)
    known.first.forEach((value, i) => assertClose(values[i] ?? NaN, value, 1e-3 * known.norm + 1e-7))
  }
}

test('packing: the longest first, each into the first row with room; nothing is cut or lost', () => {
  const row = (length: number, id: number) => ({
    ids: new Int32Array(length).fill(id),
    spans: [{ start: length - 2, end: length }],
  })
  const shared = packedRows([row(3, 1), row(9, 2), row(5, 3), row(4, 4), row(2, 5)], 10)
  assert.deepEqual(
    shared.map(({ ids }) => Array.from(ids).join('')),
    ['222222222', '333334444', '11155'],
  )
  assert.deepEqual(Array.from(shared[1]?.segments ?? []), [1, 1, 1, 1, 1, 2, 2, 2, 2])
  assert.deepEqual(shared[2]?.spans, [
    { start: 1, end: 3 },
    { start: 3, end: 5 },
  ])
})

test('what is not learned has no part in the loss: another wrong attempt of the same tokens moves no weight by itself', () => {
  const batch = warmUpBatch(rows)
  const weights = batch.rows[1]?.inputs.tokenWeight ?? new Float32Array()
  const trained = new Set(expected.rows[1]?.trained)
  weights.forEach((weight, t) => assert.equal(weight > 0, trained.has(t + 1)))
  const total = batch.rows
    .flatMap(({ inputs }) => Array.from(inputs.tokenWeight ?? []))
    .reduce((a, b) => a + b, 0)
  assertClose(total, 1, 1e-5)
})
