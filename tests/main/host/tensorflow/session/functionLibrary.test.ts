import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ranCompiled } from '../../../../../src/core/graph/backgroundCall.ts'
import { FunctionBuilder } from '../../../../../src/core/graph/functionBuilder.ts'
import { addCalledFunction } from '../../../../../src/core/graph/functionCall.ts'
import { FunctionOps } from '../../../../../src/core/graph/functionOps.ts'
import {
  elementTypes,
  GraphBuilder,
  shapeAttribute,
  typeAttribute,
} from '../../../../../src/core/graph/graphBuilder.ts'
import type { Compilation, ElementType } from '../../../../../src/core/graph/graphBuilder.ts'
import { outputNames } from '../../../../../src/core/graph/outputNames.ts'
import { everyOp, expectedOfEveryOp } from './everyOp.ts'
import { GraphSession, type Feed } from '../../../../../src/main/host/tensorflow/session/graphSession.ts'

const x = { node: 'x', shape: [2, 3], values: Float32Array.of(0.5, -1, 2, 3, 0.25, -2) }

const ways = {
  never: 'node by node',
  'at-once': 'compiled by XLA',
  'in-background': 'compiled meanwhile',
} as const
for (const [compilation, how] of Object.entries(ways) as [Compilation, string][]) {
  test(`every op of the table by the name of each of its outputs, ${how}`, async () => {
    const { graph, outputs, ops } = functionOfEveryOp(compilation)
    const session = new GraphSession({ graph, signatures: [] })
    try {
      const [expectedFloats, expectedInts] = expectedOfEveryOp(x.values)
      const run = () => {
        const results = session.run([x], outputs)
        close(results[0] ?? [], expectedFloats)
        assert.deepEqual(Array.from(results[1] ?? []), expectedInts)
      }
      run()
      if (compilation !== 'in-background') return
      await untilCompiled(session, 'everyOp', [x])
      run()
    } finally {
      session.dispose()
    }
    const missing = Object.keys(outputNames).filter((op) => !ops.has(op))
    assert.deepEqual(missing, [], 'ops of the table that the function does not use')
  })

  test(`a loop, and a variable of unknown rank written by the function, ${how}`, async () => {
    const session = new GraphSession({ graph: countingGraph(compilation), signatures: [] })
    try {
      const counted = (steps: number) =>
        Array.from(
          session.run([{ node: 'steps', shape: [], values: Int32Array.of(steps) }], ['counted'])[0] ?? [],
        )
      session.run([x], ['write/done'])
      assert.deepEqual(counted(2), [2.5, 1, 4, 5, 2.25, 0])
      // the sum is what the variable holds now, and another number of steps is the same function
      assert.deepEqual(counted(1), [3.5, 2, 5, 6, 3.25, 1])
      if (compilation !== 'in-background') return
      await untilCompiled(session, 'count', [{ node: 'steps', shape: [], values: Int32Array.of(0) }])
      assert.deepEqual(counted(2), [5.5, 4, 7, 8, 5.25, 3])
    } finally {
      session.dispose()
    }
  })
}

test('an output name that is not the op’s own is refused as the graph is loaded', () => {
  const graph = new GraphBuilder()
  const wrong = new FunctionBuilder('wrong')
  const argument = wrong.argument('float32')
  const { ref, type } = new FunctionOps(wrong).unary('Exp', argument)
  wrong.result({ ref: ref.replace(':y:', ':z:'), type })
  addCalledFunction(graph, wrong, {
    inputs: [graph.placeholder('x', 'float32', [2, 3])],
    outputs: ['out'],
    done: 'done',
  })
  assert.throws(() => new GraphSession({ graph, signatures: [] }).run([x], ['out']), /Exp_0:z/)
})

const numbers: readonly ElementType[] = [
  'bfloat16',
  'float16',
  'float64',
  'int8',
  'uint8',
  'int64',
  'int32',
  'bool',
]

test('every element type goes through a variable and comes back', () => {
  const graph = new GraphBuilder()
  const fed = graph.placeholder('x', 'float32', [-1, 3])
  for (const type of numbers) {
    assert.ok(elementTypes[type] > 0)
    const handle = variable(graph, type, type)
    const cast = (from: ElementType, to: ElementType) => ({
      SrcT: typeAttribute(from),
      DstT: typeAttribute(to),
    })
    const narrow = graph.addNamed(`${type}/narrow`, 'Cast', [fed], cast('float32', type))
    const written = graph.addNamed(`${type}/write`, 'AssignVariableOp', [handle, narrow], {
      dtype: typeAttribute(type),
    })
    graph.barrier(`${type}/written`, [written])
    const read = graph.addNamed(`${type}/read`, 'ReadVariableOp', [handle], { dtype: typeAttribute(type) })
    graph.addNamed(`${type}/wide`, 'Cast', [read], cast(type, 'float32'))
  }
  const session = new GraphSession({ graph, signatures: [] })
  try {
    const values = Float32Array.of(0, 1, 100)
    for (const type of numbers) {
      session.run([{ node: 'x', shape: [1, 3], values }], [`${type}/written`])
      const [wide] = session.run([], [`${type}/wide`])
      assert.deepEqual(Array.from(wide ?? []), type === 'bool' ? [0, 1, 1] : [0, 1, 100], type)
    }
  } finally {
    session.dispose()
  }
})

/** Asks whether the next call would run compiled, without calling. */
async function untilCompiled(session: GraphSession, name: string, feeds: readonly Feed[]): Promise<void> {
  for (let asked = 0; session.run(feeds, [ranCompiled(name)])[0]?.[0] !== 1; asked++) {
    assert.ok(asked < 6000, `${name} is not compiled after a minute`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

function functionOfEveryOp(compilation: Compilation): {
  graph: GraphBuilder
  outputs: string[]
  ops: Set<string>
} {
  const graph = new GraphBuilder()
  const builder = new FunctionBuilder('everyOp', compilation)
  const ops = new FunctionOps(builder)
  const condition = loopCondition('everyOp/condition')
  const body = loopBody('everyOp/body')
  graph.addFunction(condition.build())
  graph.addFunction(body.build())
  const argument = builder.argument('float32')
  const held = builder.argument('resource')
  const { floats, ints } = everyOp(ops, argument, held, { condition, body })
  builder.result(ops.concat(floats, 0))
  builder.result(ops.concat(ints, 0))
  const handle = variable(graph, 'held', 'float32')
  const zero = graph.addNamed('zero', 'AssignVariableOp', [handle, graph.floatScalar(7)], {
    dtype: typeAttribute('float32'),
  })
  graph.barrier('zeroed', [zero])
  const fed = graph.placeholder('x', 'float32', [-1, 3])
  const outputs = ['floats', 'ints']
  graph.addNamed('once', 'Identity', [fed, `^${zero}`], { T: typeAttribute('float32') })
  addCalledFunction(graph, builder, { inputs: ['once', handle], outputs, done: 'done' })
  return { graph, outputs, ops: new Set(builder.build().nodes.map(({ op }) => op)) }
}

/** `counted`: the variable plus 1, as many times as `steps` says; the sum is written back. */
function countingGraph(compilation: Compilation): GraphBuilder {
  const graph = new GraphBuilder()
  const condition = loopCondition('condition')
  const body = loopBody('body')
  graph.addFunction(condition.build())
  graph.addFunction(body.build())
  const builder = new FunctionBuilder('count', compilation)
  const ops = new FunctionOps(builder)
  const steps = builder.argument('int32')
  const held = builder.argument('resource')
  const start = ops.read(held, 'float32')
  const [, , sum = start] = ops.loop([ops.int(0), steps, start], condition, body)
  builder.assign(held, sum)
  builder.result(sum)
  const handle = variable(graph, 'held', 'float32')
  const inputs = [graph.placeholder('steps', 'int32', []), handle]
  addCalledFunction(graph, builder, { inputs, outputs: ['counted'], done: 'done' })
  const writer = new FunctionBuilder('write')
  const target = writer.argument('resource')
  writer.assign(target, writer.argument('float32'))
  const written = [handle, graph.placeholder('x', 'float32', [-1, 3])]
  addCalledFunction(graph, writer, { inputs: written, outputs: [], done: 'write/done' })
  return graph
}

/** (i, steps, x) → i < steps */
function loopCondition(name: string): FunctionBuilder {
  const builder = new FunctionBuilder(name)
  const [i, steps] = [builder.argument('int32'), builder.argument('int32')]
  builder.argument('float32')
  builder.result(new FunctionOps(builder).compare('Less', i, steps))
  return builder
}

/** (i, steps, x) → (i + 1, steps, x + 1) */
function loopBody(name: string): FunctionBuilder {
  const builder = new FunctionBuilder(name)
  const ops = new FunctionOps(builder)
  const [i, steps] = [builder.argument('int32'), builder.argument('int32')]
  const sum = builder.argument('float32')
  builder.result(ops.binary('AddV2', i, ops.int(1)))
  builder.result(steps)
  builder.result(ops.binary('AddV2', sum, ops.float(1)))
  return builder
}

function variable(graph: GraphBuilder, name: string, type: ElementType): string {
  return graph.addNamed(name, 'VarHandleOp', [], {
    dtype: typeAttribute(type),
    shape: shapeAttribute(null),
    shared_name: { kind: 'text', value: name },
    container: { kind: 'text', value: '' },
  })
}

function close(actual: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(actual.length, expected.length)
  expected.forEach((value, i) => {
    const difference = Math.abs((actual[i] ?? NaN) - value)
    assert.ok(difference <= 2e-6 * Math.max(1, Math.abs(value)), `${i}: ${actual[i]} for ${value}`)
  })
}
