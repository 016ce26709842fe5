import { test } from 'node:test'
import type { ParameterValues } from '../../../../src/core/model/parameterValues.ts'
import type { TrainerState } from '../../../../src/core/train/engine/trainer.ts'
import { assertSameBytes, withTrainer } from './littleTrainer.ts'

// TensorFlow takes an array whose address is a multiple of 64 as it is, without copying: enough arrays for
// some to be
const times = 8

/**
 * A variable that kept JavaScript's memory would let go of it on TensorFlow's own threads, at the update,
 * several at once, and the addon would call into Node from there: now and then the process died of that.
 */
test('variables have memory of their own: what becomes of the arrays they were written from is nothing to them', async () => {
  await withTrainer({}, true, async (trainer) => {
    const state = await trainer.readState()
    for (let time = 0; time < times; time++) {
      const written = copyOf(state)
      await trainer.writeState(written)
      for (const kind of [written.parameters, written.firstMoments, written.secondMoments]) {
        for (const { values } of kind.values()) values.fill(7)
      }
      assertSameBytes(await trainer.readState(), state)
    }
  })
})

function copyOf(state: TrainerState): TrainerState {
  const copied = (parameters: ParameterValues): ParameterValues =>
    new Map(
      [...parameters].map(([name, { shape, values }]) => [
        name,
        { shape, values: Float32Array.from(values) },
      ]),
    )
  return {
    updates: state.updates,
    parameters: copied(state.parameters),
    firstMoments: copied(state.firstMoments),
    secondMoments: copied(state.secondMoments),
  }
}
