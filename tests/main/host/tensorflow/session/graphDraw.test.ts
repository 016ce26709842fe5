import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addDraw } from '../../../../../src/core/decoder/functions/draw.ts'
import { FunctionBuilder } from '../../../../../src/core/graph/functionBuilder.ts'
import { addCalledFunction } from '../../../../../src/core/graph/functionCall.ts'
import { FunctionOps } from '../../../../../src/core/graph/functionOps.ts'
import { GraphBuilder, type Compilation } from '../../../../../src/core/graph/graphBuilder.ts'
import { forkRandom, Random } from '../../../../../src/core/random.ts'
import { drawKindOf } from '../../../../../src/core/sampling/drawKind.ts'
import { drawToken } from '../../../../../src/core/sampling/nextToken.ts'
import type { DrawSettings } from '../../../../../src/core/sampling/nextToken.ts'
import { GraphSession } from '../../../../../src/main/host/tensorflow/session/graphSession.ts'

/** Draws of rows of logits from given numbers, one row a number. */
function drawInGraph(
  rows: readonly Float32Array[],
  numbers: readonly number[],
  settings: DrawSettings,
  compilation: Compilation,
): { ids: number[]; logProbs: number[] } {
  const vocabularySize = rows[0]?.length ?? 0
  const graph = new GraphBuilder()
  const builder = new FunctionBuilder('draw', compilation)
  const ops = new FunctionOps(builder)
  const [logits, uniforms, inverseTemperature] = ['', '', ''].map(() => builder.argument('float32'))
  const topK = builder.argument('int32')
  const topP = builder.argument('float32')
  assert.ok(logits && uniforms && inverseTemperature)
  const kind = drawKindOf(settings, vocabularySize)
  const inputs = { inverseTemperature, topK, topP }
  const drawn = addDraw(ops, kind, logits, { uniforms, inputs, vocabularySize })
  builder.result(ops.cast(drawn.ids, 'int32'))
  builder.result(drawn.logProbs)
  addCalledFunction(graph, builder, {
    inputs: [
      graph.placeholder('logits', 'float32', [-1, vocabularySize]),
      graph.placeholder('uniforms', 'float32', [2, -1]),
      graph.placeholder('inverseTemperature', 'float32', []),
      graph.placeholder('topK', 'int32', []),
      graph.placeholder('topP', 'float32', []),
    ],
    outputs: ['ids', 'logProbs'],
    done: 'done',
  })
  const values = new Float32Array(rows.length * vocabularySize)
  rows.forEach((row, i) => values.set(row, i * vocabularySize))
  const highs = numbers.map(Math.fround)
  const parts = Float32Array.from([...highs, ...numbers.map((number, i) => number - (highs[i] ?? 0))])
  const { temperature, topK: k, topP: p } = settings
  const session = new GraphSession({ graph, signatures: [] })
  const scalar = (node: string, value: Float32Array | Int32Array) => ({ node, shape: [], values: value })
  const [ids, logProbs] = session.run(
    [
      { node: 'logits', shape: [rows.length, vocabularySize], values },
      { node: 'uniforms', shape: [2, rows.length], values: parts },
      scalar('inverseTemperature', Float32Array.of(temperature === 0 ? 1 : 1 / temperature)),
      scalar('topK', Int32Array.of(k === 0 ? vocabularySize : Math.min(k, vocabularySize))),
      scalar('topP', Float32Array.of(p)),
    ],
    ['ids', 'logProbs'],
  )
  session.dispose()
  return { ids: Array.from(ids ?? []), logProbs: Array.from(logProbs ?? []) }
}

/** A stream that gives one number. */
class Fixed extends Random {
  readonly #number: number

  constructor(number: number) {
    super([1, 2, 3, 4])
    this.#number = number
  }

  override next(): number {
    return this.#number
  }
}

/** Logits of deviation 3; every third token cannot be drawn, and the last 40 neither. */
function randomLogits(vocabularySize: number, row: number): Float32Array {
  const random = forkRandom(5, 'logits', row)
  return Float32Array.from({ length: vocabularySize }, (_, id) =>
    id % 3 === 0 || id >= vocabularySize - 40 ? -1e9 : 3 * random.nextNormal(),
  )
}

const kinds: readonly DrawSettings[] = [
  { temperature: 1, topP: 1, topK: 0 },
  { temperature: 0.6, topP: 1, topK: 0 },
  { temperature: 0, topP: 1, topK: 0 },
  { temperature: 1, topP: 1, topK: 7 },
  { temperature: 0.8, topP: 0.7, topK: 0 },
  { temperature: 1, topP: 0.9, topK: 30 },
]

for (const vocabularySize of [50, 256, 700]) {
  test(`a vocabulary of ${vocabularySize}: tokens and log-probs are those of drawToken, with XLA and without`, () => {
    const numbers = [0, 1 - 2 ** -53, 1 - 2 ** -24, 2 ** -30, 0.5, ...randomNumbers(200)]
    const rows = numbers.map((_, row) => randomLogits(vocabularySize, row))
    for (const settings of kinds) {
      const expected = rows.map((values, row) =>
        drawToken({ values, offset: 0, vocabularySize }, settings, new Fixed(numbers[row] ?? NaN)),
      )
      for (const compilation of ['never', 'at-once'] as const) {
        const { ids, logProbs } = drawInGraph(rows, numbers, settings, compilation)
        const same = expected.filter(({ id }, row) => id === ids[row]).length
        assert.ok(same >= rows.length - 1, `${same} of ${rows.length} at ${JSON.stringify(settings)}`)
        expected.forEach(({ id, logProb }, row) => {
          if (id === ids[row]) assert.ok(Math.abs(logProb - (logProbs[row] ?? NaN)) < 2e-6)
          // whatever rounding did, it is a token that can be drawn
          assert.ok(Number.isFinite(logProbs[row] ?? NaN) && (rows[row]?.[ids[row] ?? -1] ?? -1e9) > -1e9)
        })
      }
    }
  })
}

test('a row with one possible token draws it with any number', () => {
  const only = new Float32Array(300).fill(-Infinity)
  only[299] = -2
  for (const settings of kinds) {
    const { ids, logProbs } = drawInGraph([only, only], [0, 1 - 2 ** -53], settings, 'never')
    assert.deepEqual(ids, [299, 299])
    assert.deepEqual(
      logProbs.map((logProb) => logProb + 0),
      [0, 0],
    )
  }
})

function randomNumbers(count: number): number[] {
  const random = forkRandom(6, 'numbers')
  return Array.from({ length: count }, () => random.next())
}
