import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GraphBuilder, typeAttribute } from '../../../src/core/graph/graphBuilder.ts'
import { encodeSavedModel } from '../../../src/core/graph/savedModel.ts'

/**
 * Hex of the bytes `protoc --encode tensorflow.SavedModel` gives for the text beside it, written out field by
 * field.
 */
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

test('a graph of one constant, byte by byte', () => {
  const graph = new GraphBuilder()
  graph.addNamed('c', 'Const', [], {
    dtype: typeAttribute('float32'),
    value: { kind: 'tensor', type: 'float32', shape: [1], values: Float32Array.of(1) },
  })
  const tensor = '0801' + '1204' + '12020801' + '2204' + '0000803f' // DT_FLOAT, shape { dim { size: 1 } }, content
  const value = '0a0576616c7565' + '1210' + '420e' + tensor // key "value", AttrValue { tensor }
  const dtype = '0a056474797065' + '1202' + '3001' // key "dtype", AttrValue { type: DT_FLOAT }
  const node = '0a0163' + '1205436f6e7374' + '2a0b' + dtype + '2a19' + value // name, op, attr, attr
  const graphDef = '0a' + byteCount(node) + node + '2203' + '08bf08' // node, versions { producer: 1087 }
  const metaGraph = '0a07' + '22057365727665' + '12' + byteCount(graphDef) + graphDef // tags: "serve"
  assert.equal(hex(encodeSavedModel(graph, [])), '0801' + '12' + byteCount(metaGraph) + metaGraph)
})

/** A length below 128 is one byte. */
function byteCount(encoded: string): string {
  const length = encoded.length / 2
  assert.ok(length < 128)
  return length.toString(16).padStart(2, '0')
}

test('signatures name what is fed and fetched', () => {
  const text = Buffer.from(
    encodeSavedModel(new GraphBuilder(), [{ name: 'score-8', inputs: ['ids'], outputs: ['logProbs'] }]),
  ).toString('latin1')
  for (const expected of ['score-8', 'ids:0', 'logProbs:0', 'tensorflow/serving/predict']) {
    assert.ok(text.includes(expected), expected)
  }
})

test('names are unique, equal small constants are one node, and truncation forgets both', () => {
  const graph = new GraphBuilder()
  const first = graph.floatScalar(2)
  assert.equal(graph.floatScalar(2), first)
  assert.notEqual(graph.floatScalar(-0), graph.floatScalar(0))
  assert.notEqual(graph.intScalar(2), first)
  const before = graph.nodes.length
  const later = graph.floatScalar(3)
  const sum = graph.inScope('a', () => graph.add('AddV2', [first, later]))
  assert.ok(sum.startsWith('a/AddV2_'))
  assert.throws(() => graph.addNamed(sum, 'AddV2', []), {
    message: new RegExp(`a node named "${sum}" exists already`),
  })
  graph.truncate(before)
  assert.equal(graph.nodes.length, before)
  assert.equal(graph.addNamed(sum, 'Neg', [first]), sum)
  assert.notEqual(graph.floatScalar(3), later)
})
