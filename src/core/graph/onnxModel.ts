import protobuf from 'protobufjs'

/** Element types of ONNX's TensorProto that the decoder uses. */
export type OnnxType = 'float32' | 'int32' | 'int64'

/** A named input, output or weight; a text in the shape is a symbolic length. */
export interface OnnxValue {
  readonly name: string
  readonly type: OnnxType
  readonly shape: readonly (number | string)[]
}

export type OnnxAttribute = { readonly int: number } | { readonly float: number }

export interface OnnxNode {
  readonly op: string
  /** '' is ONNX itself. */
  readonly domain: '' | 'com.microsoft'
  /** '' leaves an optional input out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, OnnxAttribute>>
}

export interface OnnxGraph {
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
  readonly nodes: readonly OnnxNode[]
  /**
   * Float32 initialisers whose bytes are handed to the session beside the model, under a path equal to their
   * name.
   */
  readonly externalWeights: readonly OnnxValue[]
  /** Small int64 vectors inside the model, such as target shapes. */
  readonly constants: Readonly<Record<string, readonly number[]>>
}

// numbers of onnx.proto, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
const elementTypes: Readonly<Record<OnnxType, number>> = { float32: 1, int32: 6, int64: 7 }
const attributeTypes = { float: 1, int: 2 }
const externalLocation = 1
const irVersion = 9
const opset = 20

/** The messages of onnx.proto that the writer needs, as protobufjs describes them. */
const onnxSchema = protobuf.Root.fromJSON({
  nested: {
    Model: {
      fields: {
        irVersion: { id: 1, type: 'int64' },
        producerName: { id: 2, type: 'string' },
        graph: { id: 7, type: 'Graph' },
        opsetImport: { rule: 'repeated', id: 8, type: 'OperatorSet' },
      },
    },
    OperatorSet: { fields: { domain: { id: 1, type: 'string' }, version: { id: 2, type: 'int64' } } },
    Graph: {
      fields: {
        node: { rule: 'repeated', id: 1, type: 'Node' },
        name: { id: 2, type: 'string' },
        initializer: { rule: 'repeated', id: 5, type: 'Tensor' },
        input: { rule: 'repeated', id: 11, type: 'ValueInfo' },
        output: { rule: 'repeated', id: 12, type: 'ValueInfo' },
      },
    },
    Node: {
      fields: {
        input: { rule: 'repeated', id: 1, type: 'string' },
        output: { rule: 'repeated', id: 2, type: 'string' },
        name: { id: 3, type: 'string' },
        opType: { id: 4, type: 'string' },
        attribute: { rule: 'repeated', id: 5, type: 'Attribute' },
        domain: { id: 7, type: 'string' },
      },
    },
    Attribute: {
      fields: {
        name: { id: 1, type: 'string' },
        f: { id: 2, type: 'float' },
        i: { id: 3, type: 'int64' },
        type: { id: 20, type: 'int32' },
      },
    },
    Tensor: {
      fields: {
        dims: { rule: 'repeated', id: 1, type: 'int64', options: { packed: false } },
        dataType: { id: 2, type: 'int32' },
        int64Data: { rule: 'repeated', id: 7, type: 'int64' },
        name: { id: 8, type: 'string' },
        externalData: { rule: 'repeated', id: 13, type: 'Entry' },
        dataLocation: { id: 14, type: 'int32' },
      },
    },
    Entry: { fields: { key: { id: 1, type: 'string' }, value: { id: 2, type: 'string' } } },
    ValueInfo: { fields: { name: { id: 1, type: 'string' }, type: { id: 2, type: 'ValueType' } } },
    ValueType: { fields: { tensorType: { id: 1, type: 'TensorType' } } },
    TensorType: { fields: { elemType: { id: 1, type: 'int32' }, shape: { id: 2, type: 'TensorShape' } } },
    TensorShape: { fields: { dim: { rule: 'repeated', id: 1, type: 'Dimension' } } },
    Dimension: { fields: { dimValue: { id: 1, type: 'int64' }, dimParam: { id: 2, type: 'string' } } },
  },
})

/**
 * The graph as bytes of an ONNX ModelProto. Weights are declared as external data, so the bytes stay small
 * however large the model is (a protobuf holds 2 GiB) and a refresh never serialises them again.
 */
export function encodeOnnxModel(graph: OnnxGraph): Uint8Array {
  const type = onnxSchema.lookupType('Model')
  const message = {
    irVersion,
    producerName: 'recheck',
    opsetImport: [
      { domain: '', version: opset },
      { domain: 'com.microsoft', version: 1 },
    ],
    graph: {
      name: 'decoder',
      node: graph.nodes.map(encodeNode),
      initializer: [
        ...graph.externalWeights.map(encodeExternal),
        ...Object.entries(graph.constants).map(([name, values]) => ({
          name,
          dims: [values.length],
          dataType: elementTypes.int64,
          int64Data: values,
        })),
      ],
      input: graph.inputs.map(encodeValue),
      output: graph.outputs.map(encodeValue),
    },
  }
  return type.encode(type.create(message)).finish()
}

function encodeNode(node: OnnxNode, index: number) {
  return {
    name: `${node.op}_${index}`,
    opType: node.op,
    domain: node.domain,
    input: node.inputs,
    output: node.outputs,
    attribute: Object.entries(node.attributes).map(([name, value]) =>
      'int' in value
        ? { name, type: attributeTypes.int, i: value.int }
        : { name, type: attributeTypes.float, f: value.float },
    ),
  }
}

function encodeExternal({ name, type, shape }: OnnxValue) {
  const bytes = shape.reduce((product: number, length) => product * Number(length), 4)
  return {
    name,
    dims: shape,
    dataType: elementTypes[type],
    dataLocation: externalLocation,
    externalData: [
      { key: 'location', value: name },
      { key: 'offset', value: '0' },
      { key: 'length', value: String(bytes) },
    ],
  }
}

function encodeValue({ name, type, shape }: OnnxValue) {
  const dim = shape.map((length) =>
    typeof length === 'number' ? { dimValue: length } : { dimParam: length },
  )
  return { name, type: { tensorType: { elemType: elementTypes[type], shape: { dim } } } }
}
