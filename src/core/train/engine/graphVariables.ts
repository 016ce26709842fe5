import type { ElementType, GraphBuilder, NodeRef } from '../../graph/graphBuilder.ts'
import { boolAttribute, shapeAttribute, typeAttribute } from '../../graph/graphBuilder.ts'
import { addPicking, addVariableReading, addWriting, addZeroing } from './variableMoves.ts'

/** What is kept per trained parameter: its value, AdamW's moments, the gradient summed over micro-batches. */
export const parameterKinds = ['parameter', 'firstMoment', 'secondMoment', 'gradient'] as const
export type ParameterKind = (typeof parameterKinds)[number]
/** `base`: weights that nothing trains. */
export type VariableKind = ParameterKind | 'base'

/** What a variable holds. */
export interface VariableForm {
  readonly shape: readonly number[]
  readonly type: ElementType
}

export interface GraphVariable extends VariableForm {
  readonly handle: NodeRef
}

/** What a model computes with. */
export type ModelKind = 'parameter' | 'base'

/** The node of a variable's value. */
export const valueNode = (kind: ModelKind, name: string): NodeRef => `${kind}/${name}/read`

/** Variables of a graph by kind and name. */
export type GraphVariables = ReadonlyMap<VariableKind, ReadonlyMap<string, GraphVariable>>

/**
 * One resource variable per form of a kind, to be written and read one at a time; what nobody writes or reads
 * so is left out: a node costs some kilobytes.
 */
export function addVariables(
  graph: GraphBuilder,
  kind: VariableKind,
  forms: ReadonlyMap<string, VariableForm>,
): ReadonlyMap<string, GraphVariable> {
  const made = new Map<string, GraphVariable>()
  for (const [name, { shape, type }] of forms) {
    const at = `${kind}/${name}`
    const dtype = { dtype: typeAttribute(type) }
    const handle = graph.addNamed(at, 'VarHandleOp', [], {
      ...dtype,
      shape: shapeAttribute(shape),
      shared_name: { kind: 'text', value: at },
      container: { kind: 'text', value: '' },
    })
    if (kind === 'parameter' || kind === 'base')
      graph.addNamed(valueNode(kind, name), 'ReadVariableOp', [handle], dtype)
    made.set(name, { handle, shape, type })
  }
  const picked = addPicking(graph, kind, [...made.values()])
  if (kind !== 'gradient') addWriting(graph, kind, picked, kind === 'base')
  if (kind !== 'base') addVariableReading(graph, kind, picked)
  if (kind !== 'base' && kind !== 'parameter') addZeroing(graph, kind, picked)
  return made
}

/**
 * A tensor of zeros. Not by `Fill`, which TensorFlow's optimizer makes a constant of: it would stay in
 * memory, one for each parameter.
 *
 * @param before  nodes to wait for
 */
export function addZeros(
  graph: GraphBuilder,
  name: string,
  { shape, type }: VariableForm,
  before: readonly NodeRef[],
): NodeRef {
  return graph.addNamed(name, 'Empty', [graph.intVector(shape), ...before.map((node) => `^${node}`)], {
    dtype: typeAttribute(type),
    init: boolAttribute(true),
  })
}

/** The variable of a parameter; it must have been added. */
export function variableOf(variables: GraphVariables, kind: VariableKind, parameter: string): GraphVariable {
  const variable = variables.get(kind)?.get(parameter)
  if (variable === undefined) throw new RangeError(`graph: no variable ${kind}/${parameter}`)
  return variable
}
