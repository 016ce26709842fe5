/**
 * Inside a function of a graph's library a node's output is named by the name that TensorFlow's definition of
 * the op gives it (the registry of ops: `OpDef.output_arg`). Every op that functions may use, with its
 * outputs in their order; a `list` is any number of outputs under one name. A wrong name is refused when the
 * graph is loaded.
 */
export type OutputNames = readonly [string, ...string[]] | { readonly list: string }

const z: OutputNames = ['z']
const y: OutputNames = ['y']
const output: OutputNames = ['output']

export const outputNames = {
  AddV2: z,
  ArgMax: output,
  BatchMatMulV2: output,
  Cast: y,
  ConcatV2: output,
  Const: output,
  Cos: y,
  Cumsum: ['out'],
  Equal: z,
  Erf: y,
  Exp: y,
  ExpandDims: output,
  Fill: output,
  GatherV2: output,
  GreaterEqual: z,
  Identity: output,
  Less: z,
  LessEqual: z,
  Log: y,
  LogicalAnd: z,
  LogicalOr: z,
  MatMul: ['product'],
  Max: output,
  Maximum: z,
  Mean: output,
  Minimum: z,
  Mul: z,
  Pack: output,
  PadV2: output,
  Range: output,
  ReadVariableOp: ['value'],
  RealDiv: z,
  Relu: ['activations'],
  Reshape: output,
  Rsqrt: y,
  SelectV2: output,
  Shape: ['output'],
  Sigmoid: y,
  Sin: y,
  Slice: output,
  Softmax: ['softmax'],
  Split: { list: 'output' },
  Square: y,
  StatelessRandomUniform: output,
  StatelessWhile: { list: 'output' },
  StridedSlice: output,
  Sub: z,
  Sum: output,
  Tanh: y,
  TensorScatterUpdate: output,
  TopKV2: ['values', 'indices'],
  Transpose: y,
} as const satisfies Readonly<Record<string, OutputNames>>

/** An op that a function may hold. */
export type FunctionOp = keyof typeof outputNames
