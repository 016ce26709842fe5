import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GraphBuilder, typeAttribute } from '../../../src/core/graph/graphBuilder.ts'
import { SizedRecordings } from '../../../src/core/graph/sizedRecordings.ts'

const float = { T: typeAttribute('float32'), Tshape: typeAttribute('int32') }

/** x reshaped to [size, 8], then times a table [size] and a factor. */
function record(graph: GraphBuilder, size: number, more?: () => void): void {
  graph.inScope(`t${size}`, () => {
    const x = graph.placeholder(`t${size}/x`, 'float32', [size * 8])
    const reshaped = graph.add('Reshape', [x, graph.intVector([size, 8])], float)
    const table = graph.constant('float32', [size, 1], new Float32Array(size).fill(1 / size))
    const product = graph.add('Mul', [reshaped, table], { T: typeAttribute('float32') })
    const factor = graph.add('Mul', [product, graph.floatScalar(2)], { T: typeAttribute('float32') })
    graph.addNamed(`t${size}/y`, 'Reshape', [factor, graph.intVector([8, 8])], float)
    more?.()
  })
}

test('sizes share nodes; what differs is fed, what is the same stays a constant', () => {
  const graph = new GraphBuilder()
  const recordings = new SizedRecordings(graph)
  // the shapes of 8 are one constant; those of the others are not
  for (const size of [8, 16, 24]) recordings.add(size, () => record(graph, size))
  const sizes = recordings.finish()
  const byName = new Map(graph.nodes.map((node) => [node.name, node]))
  assert.deepEqual(
    graph.nodes.map(({ op }) => op).sort(),
    ['Const', 'Const', 'Mul', 'Mul', 'Placeholder', 'Placeholder', 'Placeholder', 'Reshape', 'Reshape'],
    'of 27 nodes and constants',
  )
  for (const size of [8, 16, 24]) {
    const { like, feeds } = sizes.get(size) ?? { like: 0, feeds: [] }
    assert.equal(like, 8)
    const [shape, table] = feeds
    assert.deepEqual(shape?.values, Int32Array.of(size, 8))
    assert.deepEqual(shape?.shape, [2])
    assert.deepEqual(table?.values, new Float32Array(size).fill(1 / size))
    assert.deepEqual(table?.shape, [size, 1])
    assert.equal(feeds.length, 2)
  }
  const [shape, table] = (sizes.get(16)?.feeds ?? []).map(({ node }) => node)
  const [, reshape] = graph.nodes.filter(({ op }) => op !== 'Const')
  assert.deepEqual(reshape?.inputs, ['t8/x', shape])
  assert.deepEqual(byName.get(table ?? '')?.attributes['shape'], { kind: 'shape', value: [-1, 1] })
  assert.deepEqual(byName.get('t8/x')?.attributes['shape'], { kind: 'shape', value: [-1] })
  const last = byName.get('t8/y')
  assert.deepEqual(byName.get(last?.inputs[1] ?? '')?.attributes['value'], {
    kind: 'tensor',
    type: 'int32',
    shape: [2],
    values: Int32Array.of(8, 8),
  })
})

test('a size with other nodes keeps its own, and so do all where nothing is to be shared', () => {
  const graph = new GraphBuilder()
  const recordings = new SizedRecordings(graph)
  recordings.add(8, () => record(graph, 8))
  recordings.add(16, () =>
    record(graph, 16, () => graph.add('Neg', ['t16/y'], { T: typeAttribute('float32') })),
  )
  recordings.add(24, () => record(graph, 24))
  const sizes = recordings.finish()
  assert.deepEqual(
    [...sizes].map(([size, { like, feeds }]) => [size, like, feeds.length]),
    [
      [8, 8, 2],
      [24, 8, 2],
      [16, 16, 0],
    ],
  )
  const own = new GraphBuilder()
  const alone = new SizedRecordings(own, false)
  for (const size of [8, 16]) alone.add(size, () => record(own, size))
  assert.deepEqual(
    [...alone.finish()].map(([size, { like, feeds }]) => [size, like, feeds.length]),
    [
      [8, 8, 0],
      [16, 16, 0],
    ],
  )
  assert.ok(own.nodes.some(({ name }) => name === 't16/y'))
})

test('nodes with an attribute of their own, or another input, are not shared', () => {
  const graph = new GraphBuilder()
  graph.placeholder('a', 'float32', [1])
  graph.placeholder('b', 'float32', [1])
  const recordings = new SizedRecordings(graph)
  const add = (size: number, input: string, type: 'float32' | 'int32') =>
    recordings.add(size, () => graph.add('Neg', [input], { T: typeAttribute(type) }))
  add(1, 'a', 'float32')
  add(2, 'b', 'float32')
  add(3, 'a', 'int32')
  add(4, 'a', 'float32')
  assert.deepEqual(
    [...recordings.finish()].map(([size, { like }]) => [size, like]),
    [
      [1, 1],
      [4, 1],
      [2, 2],
      [3, 3],
    ],
  )
})
