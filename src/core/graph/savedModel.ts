import protobuf from 'protobufjs/minimal.js'
import type {
  AttributeValue,
  ConstantValues,
  ElementType,
  GraphBuilder,
  GraphFunction,
  GraphNode,
  GraphShape,
} from './graphBuilder.ts'
import { elementTypes } from './graphBuilder.ts'

/** What can be run by name: placeholders in, nodes out. */
export interface GraphSignature {
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

type Message = protobuf.Writer

/** Version of the GraphDef format: the one TensorFlow 2.9 writes; every later TensorFlow reads it. */
const graphProducer = 1087

/**
 * A graph as the bytes of `saved_model.pb`: SavedModel { MetaGraphDef { GraphDef } }, tagged `serve`. Field
 * numbers are those of TensorFlow's saved_model.proto, meta_graph.proto, graph.proto, function.proto,
 * op_def.proto, node_def.proto, attr_value.proto and tensor.proto.
 */
export function encodeSavedModel(graph: GraphBuilder, signatures: readonly GraphSignature[]): Uint8Array {
  const metaGraph = message((w) => {
    submessage(w, 1, (info) => info.uint32(tag(4, 2)).string('serve'))
    submessage(w, 2, (graphDef) => writeGraph(graphDef, graph))
    for (const signature of signatures) {
      mapEntry(w, 5, signature.name, (def) => writeSignature(def, signature))
    }
  })
  return message((w) => w.uint32(tag(1, 0)).int64(1).uint32(tag(2, 2)).bytes(metaGraph)).slice()
}

function writeGraph(w: Message, { nodes, functions }: GraphBuilder): void {
  for (const node of nodes) submessage(w, 1, (def) => writeNode(def, node))
  if (functions.length > 0) {
    submessage(w, 2, (library) => {
      for (const written of functions) submessage(library, 1, (def) => writeFunction(def, written))
    })
  }
  submessage(w, 4, (versions) => versions.uint32(tag(1, 0)).int32(graphProducer))
}

function writeNode(w: Message, node: GraphNode): void {
  w.uint32(tag(1, 2)).string(node.name)
  w.uint32(tag(2, 2)).string(node.op)
  for (const input of node.inputs) w.uint32(tag(3, 2)).string(input)
  for (const [name, value] of Object.entries(node.attributes)) {
    mapEntry(w, 5, name, (attribute) => writeAttribute(attribute, value))
  }
}

/** The attribute by which TensorFlow hands a function to XLA, or a call to its compiled form. */
export const compiledAttribute = '_XlaMustCompile'

function writeFunction(w: Message, written: GraphFunction): void {
  submessage(w, 1, (signature) => writeFunctionSignature(signature, written))
  for (const node of written.nodes) submessage(w, 3, (def) => writeNode(def, node))
  const text = (value: string) => (entry: Message) => entry.uint32(tag(2, 2)).string(value)
  for (const { name, ref } of written.results) stringEntry(w, 4, name, text(ref))
  if (written.compiled) {
    mapEntry(w, 5, compiledAttribute, (value) => writeAttribute(value, { kind: 'bool', value: true }))
  }
  for (const node of written.effects) stringEntry(w, 6, node, text(node))
}

/**
 * OpDef: what the function takes and gives; with effects it may not be pruned or merged with an equal call.
 */
function writeFunctionSignature(w: Message, { name, inputs, results, effects }: GraphFunction): void {
  w.uint32(tag(1, 2)).string(name)
  for (const [field, list] of [
    [2, inputs],
    [3, results],
  ] as const) {
    for (const { name: argument, type } of list) {
      submessage(w, field, (def) => {
        def.uint32(tag(1, 2)).string(argument)
        def.uint32(tag(3, 0)).int32(elementTypes[type])
      })
    }
  }
  if (effects.length === 0) return
  w.uint32(tag(17, 0)).bool(true)
  for (const node of effects) w.uint32(tag(20, 2)).string(node)
}

function writeAttribute(w: Message, attribute: AttributeValue): void {
  switch (attribute.kind) {
    case 'text':
      w.uint32(tag(2, 2)).string(attribute.value)
      return
    case 'int':
      w.uint32(tag(3, 0)).int64(attribute.value)
      return
    case 'float':
      w.uint32(tag(4, 5)).float(attribute.value)
      return
    case 'bool':
      w.uint32(tag(5, 0)).bool(attribute.value)
      return
    case 'type':
      w.uint32(tag(6, 0)).int32(elementTypes[attribute.value])
      return
    case 'shape':
      submessage(w, 7, (shape) => writeShape(shape, attribute.value))
      return
    case 'function':
      submessage(w, 10, (list) => list.uint32(tag(1, 2)).string(attribute.value))
      return
    case 'types':
      submessage(w, 1, (list) => {
        for (const type of attribute.value) list.uint32(tag(6, 0)).int32(elementTypes[type])
      })
      return
    case 'shapes':
      submessage(w, 1, (list) => {
        for (const shape of attribute.value) submessage(list, 7, (written) => writeShape(written, shape))
      })
      return
    case 'tensor':
      submessage(w, 8, (tensor) => writeTensor(tensor, attribute.type, attribute.shape, attribute.values))
  }
}

function writeShape(w: Message, shape: GraphShape): void {
  if (shape === null) {
    w.uint32(tag(3, 0)).bool(true)
    return
  }
  for (const size of shape) submessage(w, 2, (dimension) => dimension.uint32(tag(1, 0)).int64(size))
}

function writeTensor(w: Message, type: ElementType, shape: readonly number[], values: ConstantValues): void {
  w.uint32(tag(1, 0)).int32(elementTypes[type])
  submessage(w, 2, (dimensions) => writeShape(dimensions, shape))
  w.uint32(tag(4, 2)).bytes(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
}

function writeSignature(w: Message, signature: GraphSignature): void {
  const tensorInfo = (name: string) => (info: Message) => void info.uint32(tag(1, 2)).string(`${name}:0`)
  for (const name of signature.inputs) mapEntry(w, 1, name, tensorInfo(name))
  for (const name of signature.outputs) mapEntry(w, 2, name, tensorInfo(name))
  w.uint32(tag(3, 2)).string('tensorflow/serving/predict')
}

/** Field number and wire type (0 varint, 2 length-delimited, 5 fixed32) as protobuf packs them. */
function tag(field: number, wireType: number): number {
  return (field << 3) | wireType
}

function message(write: (w: Message) => void): Uint8Array {
  const w = protobuf.Writer.create()
  write(w)
  return w.finish()
}

function submessage(w: Message, field: number, write: (inner: Message) => void): void {
  w.uint32(tag(field, 2)).fork()
  write(w)
  w.ldelim()
}

function stringEntry(w: Message, field: number, key: string, writeText: (entry: Message) => void): void {
  submessage(w, field, (entry) => {
    entry.uint32(tag(1, 2)).string(key)
    writeText(entry)
  })
}

function mapEntry(w: Message, field: number, key: string, writeValue: (inner: Message) => void): void {
  submessage(w, field, (entry) => {
    entry.uint32(tag(1, 2)).string(key)
    submessage(entry, 2, writeValue)
  })
}
