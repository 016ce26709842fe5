import type { Trainer } from '../../../../src/core/train/engine/trainer.ts'
import { fakeTrainer } from '../fakeEngine.ts'

/**
 * A trainer without a network whose loss and state depend on every id, weight, learning rate and step it was
 * given.
 */
export function withRowsInMind(): Trainer {
  const base = fakeTrainer()
  const held = { sum: 0, updates: 0 }
  return {
    ...base,
    step(batch, learningRate) {
      const fed = batch.rows.reduce(
        (total, { ids, inputs }, row) =>
          total +
          (row + 1) * ids.reduce((sum, id, t) => sum + id * (t + 1) * (inputs.tokenWeight?.[t] ?? 0), 0),
        0,
      )
      held.sum = Math.fround(0.5 * held.sum + learningRate * fed)
      held.updates++
      const tokens = batch.rows.reduce((sum, { ids }) => sum + ids.length - 1, 0)
      return Promise.resolve({ loss: held.sum, gradientNorm: 1, sums: {}, tokens, learningRate })
    },
    viewState: () => ({
      parameters: new Map([['sum', { shape: [1], values: Float32Array.of(held.sum) }]]),
      firstMoments: new Map(),
      secondMoments: new Map(),
      updates: held.updates,
    }),
    writeState(state) {
      held.sum = state.parameters.get('sum')?.values[0] ?? NaN
      held.updates = state.updates
      return Promise.resolve()
    },
  }
}
