import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sizeOf } from '../../../../../src/core/model/parameterTable.ts'
import type { ParameterValues } from '../../../../../src/core/model/parameterValues.ts'
import type { TrainerState } from '../../../../../src/core/train/engine/trainer.ts'
import { assertSameBytes, rows, setup, withTrainer } from '../littleTrainer.ts'

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

for (const moments of ['f32', 'bf16'] as const) {
  test(`moments in ${moments} that were looked at before the first update are the zeros that it begins with`, async () => {
    const after = async (looks: boolean) =>
      withTrainer({ adamW: { ...setup.adamW, moments } }, true, async (trainer) => {
        if (looks) {
          const { firstMoments, secondMoments } = await trainer.readState()
          for (const { values } of [...firstMoments.values(), ...secondMoments.values()])
            assert.ok(values.length > 0 && values.every((value) => value === 0))
        }
        await trainer.step({ rows }, 1e-3)
        return trainer.readState()
      })
    assertSameBytes(await after(true), await after(false))
  })
}

test('a variable is read and written in its own shape, whichever shape the first of its list has', async () => {
  await withTrainer({}, true, async (trainer) => {
    const { parameters } = await trainer.readState()
    const ranks = new Set([...parameters.values()].map(({ shape }) => shape.length))
    assert.deepEqual([...ranks].toSorted(), [1, 2])
    for (const [name, { shape, values }] of parameters) {
      assert.equal(values.length, sizeOf(shape), name)
      assert.deepEqual(values, setup.parameters.get(name)?.values, name)
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
