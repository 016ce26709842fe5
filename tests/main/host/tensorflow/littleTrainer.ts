import assert from 'node:assert/strict'
import { tensorFlowBackend } from '../../../../src/main/host/tensorflow/addon.ts'
import { tensorflowOps } from '../../../../src/main/host/tensorflow/ops.ts'
import { copiedValues, type ParameterValues } from '../../../../src/core/model/parameterValues.ts'
import { negativeLogLikelihood } from '../../../../src/core/rl/losses/negativeLogLikelihood.ts'
import type { GradientTrainer, TokenBatch, TrainerState } from '../../../../src/core/train/engine/trainer.ts'
import type { TrainerSetup } from '../../../../src/core/train/engine/trainerSetup.ts'
import { createTrainer } from '../../../../src/main/host/tensorflow/trainerFactory.ts'
import { littleModel, randomParameters, randomRows } from '../../../randomModel.ts'

/** A trainer of the little model that the tests change one thing of. */
export const setup: TrainerSetup = {
  config: littleModel,
  parameters: randomParameters(littleModel, 1),
  ops: tensorflowOps(),
  temperature: 1,
  buckets: [8, 16],
  rowsPerMicroBatch: 4,
  loss: negativeLogLikelihood,
  adamW: { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, clipNorm: 1 },
}

export const rows = randomRows(littleModel, [9, 17, 5, 12, 2, 8, 16, 10, 7], 2)

export async function withTrainer<T>(
  changes: Partial<TrainerSetup>,
  capture: boolean,
  use: (trainer: GradientTrainer) => Promise<T>,
): Promise<T> {
  const trainer = createTrainer({ ...setup, ...changes }, { capture })
  try {
    return await use(trainer)
  } finally {
    await trainer.dispose()
  }
}

/** Loss, gradients and parameters after one step. */
export function oneStep(changes: Partial<TrainerSetup>, capture: boolean, batch: TokenBatch = { rows }) {
  return withTrainer(changes, capture, async (trainer) => ({
    stats: await trainer.step(batch, 1e-3),
    gradients: await trainer.readGradients(),
    parameters: copiedValues(await trainer.readParameters()),
  }))
}

export function largestDifference(a: ParameterValues, b: ParameterValues): number {
  assert.deepEqual([...a.keys()], [...b.keys()])
  let largest = 0
  for (const [name, { values }] of a) {
    values.forEach((value, i) => {
      const difference = Math.abs(value - (b.get(name)?.values[i] ?? Number.NaN))
      assert.ok(!Number.isNaN(difference), name)
      largest = Math.max(largest, difference)
    })
  }
  return largest
}

export function assertSameBytes(a: TrainerState, b: TrainerState): void {
  assert.equal(a.updates, b.updates)
  for (const kind of ['parameters', 'firstMoments', 'secondMoments'] as const)
    assert.deepEqual(a[kind], b[kind])
}

/**
 * How far apart gradients and moments of the same work may be: not at all on a processor. A graphics card
 * adds up in an order that changes from one time to the next.
 */
export const orderOfSums = tensorFlowBackend().isUsingGpuDevice ? 1e-6 : 0

/**
 * States computed twice: the same bytes; on a graphics card, moments that only the order of their sums sets
 * apart. AdamW makes a step of lr out of noise, so parameters say nothing there.
 */
export function assertSameState(a: TrainerState, b: TrainerState): void {
  if (orderOfSums === 0) {
    assertSameBytes(a, b)
    return
  }
  assert.equal(a.updates, b.updates)
  for (const kind of ['firstMoments', 'secondMoments'] as const) {
    const difference = largestDifference(a[kind], b[kind])
    assert.ok(difference <= orderOfSums, `${kind}: ${difference} apart`)
  }
}
