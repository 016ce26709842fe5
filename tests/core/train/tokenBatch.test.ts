import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LossInputName } from '../../../src/core/rl/losses/policyLoss.ts'
import { policyLossOf } from '../../../src/core/rl/losses/policyLossOf.ts'
import type { TurnWithAdvantage } from '../../../src/core/rl/turnAdvantages.ts'
import type { TurnKind } from '../../../src/core/rollout/rollout.ts'
import { packRow, packRows, type PackedRow } from '../../../src/core/rollout/packedRow.ts'
import { tokenBatch } from '../../../src/core/train/tokenBatch.ts'
import { parseConfig } from '../../../src/shared/config/parseConfig.ts'
import { assertClose } from '../../assertClose.ts'

function turn(
  kind: TurnKind,
  promptIds: readonly number[],
  completionIds: readonly number[],
): TurnWithAdvantage {
  return {
    kind,
    promptIds,
    completionIds,
    samplingLogProbs: completionIds.map((id) => -id / 10),
    finishReason: 'stop',
    text: '',
    answer: null,
    isCorrect: false,
    reward: 0,
    turnBaseline: 0,
    rawAdvantage: 0,
    advantage: 0.5,
    logRatio: 0,
  }
}

const turns = [turn('attempt', [9, 8], [5, 1]), turn('verdict', [9, 8, 5, 1, 7], [6, 4, 1])]

test('one row holds the conversation; masks cover own tokens with the end token, one position early', () => {
  const config = parseConfig({ entropyBonus: 0.1 }, 'test')
  const referenceLogProbs = Float32Array.of(1, 2, 3, 4, 5, 6, 7)
  const packed = packRow(turns)
  const batch = tokenBatch(
    [{ turns, rows: [{ ...packed, referenceLogProbs }] }],
    policyLossOf(config),
    config,
  )
  const row = batch.rows[0]
  assert.equal(row?.ids, packed.ids, 'the row is made once and carried')
  assert.deepEqual([...(row?.ids ?? [])], [9, 8, 5, 1, 7, 6, 4, 1])
  const input = (name: LossInputName) => [...(row?.inputs[name] ?? [])]
  assert.deepEqual(input('attemptMask'), [0, 1, 1, 0, 0, 0, 0])
  assert.deepEqual(input('verdictMask'), [0, 0, 0, 0, 1, 1, 1])
  assert.deepEqual(input('revisionMask'), [0, 0, 0, 0, 0, 0, 0])
  assert.deepEqual(input('referenceLogProbs'), [1, 2, 3, 4, 5, 6, 7])
  assert.deepEqual(input('turnWeight'), [1, 1, 0])
  assertClose(input('samplingLogProbs')[5] ?? NaN, -0.4, 1e-7)
  assertClose(input('entropyWeight')[1] ?? NaN, 0.1 / 5, 1e-7)
  assert.deepEqual([input('entropyWeight')[0], input('entropyWeight')[3]], [0, 0])
})

test('weights of the GRPO family over a batch of two rows: 3 turns, 7 tokens', () => {
  const rows = [turns, [turn('attempt', [2], [3, 1])]].map((each) => ({
    turns: each,
    rows: [{ ...packRow(each), referenceLogProbs: null }],
  }))
  const weights = (method: string) => {
    const config = parseConfig({ method, policyBeta: 0, sampling: { maxCompletionTokens: 16 } }, 'test')
    const batch = tokenBatch(rows, policyLossOf(config), config)
    return [
      batch.rows[0]?.inputs.tokenWeight?.[1],
      batch.rows[0]?.inputs.tokenWeight?.[4],
      batch.rows[1]?.inputs.tokenWeight?.[0],
    ]
  }
  const expected = {
    grpo: [1 / 6, 1 / 9, 1 / 6],
    dapo: [1 / 7, 1 / 7, 1 / 7],
    'dr-grpo': [1 / 48, 1 / 48, 1 / 48],
  }
  for (const [method, numbers] of Object.entries(expected)) {
    weights(method).forEach((weight, index) => assertClose(weight ?? NaN, numbers[index] ?? NaN, 1e-7))
  }
})

test('a loss that wants the reference is not run without it', () => {
  const config = parseConfig({}, 'test')
  assert.throws(
    () =>
      tokenBatch(
        [{ turns, rows: [{ ...packRow(turns), referenceLogProbs: null }] }],
        policyLossOf(config),
        config,
      ),
    /the loss wants referenceLogProbs, which no row has/,
  )
})

test('a revision in a fresh context is a row of its own; the denominators stay those of rollouts and turns', () => {
  const again = [...turns, turn('revision', [9, 8], [3, 1])]
  const packed = packRows(again)
  assert.deepEqual(
    packed.map(({ ids, spans }) => [[...ids], spans]),
    [
      [
        [9, 8, 5, 1, 7, 6, 4, 1],
        [
          { kind: 'attempt', start: 2, end: 4 },
          { kind: 'verdict', start: 5, end: 8 },
        ],
      ],
      [[9, 8, 3, 1], [{ kind: 'revision', start: 2, end: 4 }]],
    ],
  )
  const withReference = (row: PackedRow) => ({
    ...row,
    referenceLogProbs: new Float32Array(row.ids.length - 1),
  })
  const config = parseConfig({ entropyBonus: 0.1, turnWeights: { revision: 0.5 } }, 'test')
  const rollouts = [again, again.slice(0, 1)].map((own) => ({
    turns: own,
    rows: packRows(own).map(withReference),
  }))
  const batch = tokenBatch(rollouts, policyLossOf(config), config)
  const input = (row: number, name: LossInputName) => [...(batch.rows[row]?.inputs[name] ?? [])]
  assert.equal(batch.rows.length, 3)
  assert.deepEqual(input(0, 'revisionMask'), [0, 0, 0, 0, 0, 0, 0])
  assert.deepEqual(input(0, 'turnWeight'), [0.5, 0.5, 0])
  assert.deepEqual(input(1, 'revisionMask'), [0, 1, 1])
  assert.deepEqual(input(1, 'attemptMask'), [0, 0, 0])
  assert.deepEqual(input(1, 'turnWeight'), [0, 0, 0.25])
  assertClose(input(1, 'entropyWeight')[1] ?? NaN, 0.1 / 9, 1e-7)
})

test('turns that do not follow from one another are no row', () => {
  assert.throws(() => packRow([]), /expected at least one turn/)
  assert.throws(
    () => packRow([turn('attempt', [9, 8], [5, 1]), turn('verdict', [9, 8, 4, 1, 7], [6, 1])]),
    /the attempt’s tokens are not at 2 of the last turn’s history/,
  )
})
