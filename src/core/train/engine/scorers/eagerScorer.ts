import * as tf from '@tensorflow/tfjs'
import type { Tensor2D } from '@tensorflow/tfjs'
import { disposeTensors, tensorsOf } from '../../../model/parameterTensors.ts'
import type { Transformer } from '../../../model/transformer.ts'
import type { LossInput } from '../../../rl/losses/policyLoss.ts'
import { inputWidth, padIds, padInput, splitIntoMicroBatches } from '../paddedBatch.ts'
import type { ObjectiveInputs } from '../policyObjective.ts'
import { rowLogProbs } from '../policyObjective.ts'
import type { TokenRow, TokenScorer } from '../trainer.ts'
import { computePlan, storedModel, type ScorerSetup } from '../trainerSetup.ts'

/** A fixed model's token log-probs, op by op on tfjs's active backend. */
export function createEagerScorer(setup: ScorerSetup): TokenScorer {
  const { config, ops } = setup
  const parameters = tensorsOf(storedModel(setup))
  return {
    tokenLogProbs: (rows) => scoreRowsEagerly({ config, ops, parameters }, setup, rows),
    dispose: () => {
      disposeTensors(parameters)
      return Promise.resolve()
    },
  }
}

/** Scores rows in the micro-batches that training on them would use. */
export async function scoreRowsEagerly(
  model: Transformer,
  setup: Omit<ScorerSetup, 'parameters'>,
  rows: readonly Int32Array[],
): Promise<Float32Array[]> {
  const scores = rows.map((row) => new Float32Array(Math.max(0, row.length - 1)))
  const lengths = rows.map((row) => row.length)
  const { buckets, rowsPerMicroBatch, temperature } = setup
  for (const { rowNumbers, bucket } of splitIntoMicroBatches(lengths, buckets, rowsPerMicroBatch)) {
    const chosen = rowNumbers.map((row) => ({ ids: rows[row], inputs: {} }))
    const planned = { ...model, compute: computePlan(setup) }
    const logProbs = tf.tidy(() =>
      rowLogProbs(planned, eagerInputs(chosen, { rowsPerMicroBatch }, bucket), temperature),
    )
    const values = await logProbs.data<'float32'>()
    logProbs.dispose()
    rowNumbers.forEach((row, i) => {
      scores[row].set(values.subarray(i * bucket, i * bucket + rows[row].length - 1))
    })
  }
  return scores
}

/** One micro-batch as tensors, padded; without a loss, ids and targets alone. The caller disposes them. */
export function eagerInputs(
  rows: readonly TokenRow[],
  setup: { readonly rowsPerMicroBatch: number; readonly loss?: { readonly inputs: readonly LossInput[] } },
  bucket: number,
): ObjectiveInputs {
  const rowCount = setup.rowsPerMicroBatch
  const { ids, targets } = padIds(
    rows.map((row) => row.ids),
    rowCount,
    bucket,
  )
  const lossInputs = (setup.loss?.inputs ?? []).map((input): [string, Tensor2D] => [
    input.name,
    tf.tensor2d(padInput(rows, input, { rowCount, bucket }), [rowCount, inputWidth(input, bucket)]),
  ])
  return {
    ids: tf.tensor2d(ids, [rowCount, bucket], 'int32'),
    targets: tf.tensor2d(targets, [rowCount, bucket], 'int32'),
    lossInputs: Object.fromEntries(lossInputs),
  }
}
