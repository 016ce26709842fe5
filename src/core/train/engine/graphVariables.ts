import type { ParameterValues } from '../../model/parameterValues.ts'
import type { GraphBuilder, NodeRef } from '../../graph/graphBuilder.ts'
import { shapeAttribute, typeAttribute } from '../../graph/graphBuilder.ts'

/** What is kept per parameter: its value, AdamW's moments, the gradient summed over micro-batches. */
export const parameterKinds = ['parameter', 'firstMoment', 'secondMoment', 'gradient'] as const
export type ParameterKind = (typeof parameterKinds)[number]

export interface GraphVariable {
  readonly handle: NodeRef
  readonly read: NodeRef
  readonly shape: readonly number[]
}

/** Variables of a graph by kind and parameter name. */
export type GraphVariables = ReadonlyMap<ParameterKind, ReadonlyMap<string, GraphVariable>>

/** Nodes that move a parameter's values in and out. */
export const variableNames = {
  /** Fed with the values to write. */
  value: (kind: ParameterKind, parameter: string) => `${kind}/${parameter}/value`,
  /** Fetched to read them. */
  read: (kind: ParameterKind, parameter: string) => `${kind}/${parameter}/read`,
  /** Fetched to write all of a kind from the fed values. */
  writeAll: (kind: ParameterKind) => `${kind}/writeAll`,
  /** Fetched to write zeros into all of a kind. */
  zeroAll: (kind: ParameterKind) => `${kind}/zeroAll`,
}

/** One resource variable per kind and parameter, with its reading, writing and zeroing. */
export function addVariables(
  graph: GraphBuilder,
  parameters: ParameterValues,
  kinds: readonly ParameterKind[],
): GraphVariables {
  return new Map(kinds.map((kind) => [kind, addKind(graph, kind, parameters)]))
}

/** The variable of a parameter; it must have been added. */
export function variableOf(variables: GraphVariables, kind: ParameterKind, parameter: string): GraphVariable {
  const variable = variables.get(kind)?.get(parameter)
  if (variable === undefined) throw new RangeError(`graph: no variable ${kind}/${parameter}`)
  return variable
}

function addKind(
  graph: GraphBuilder,
  kind: ParameterKind,
  parameters: ParameterValues,
): Map<string, GraphVariable> {
  const made = new Map<string, GraphVariable>()
  const writes: NodeRef[] = []
  const zeros: NodeRef[] = []
  const dtype = { dtype: typeAttribute('float32') }
  for (const [name, { shape }] of parameters) {
    const at = `${kind}/${name}`
    const handle = graph.addNamed(at, 'VarHandleOp', [], {
      ...dtype,
      shape: shapeAttribute(shape),
      shared_name: { kind: 'text', value: at },
      container: { kind: 'text', value: '' },
    })
    const value = graph.placeholder(variableNames.value(kind, name), 'float32', shape)
    // The variable would keep the fed buffer itself, which is JavaScript's memory: the addon releases that where the last user
    // lets go, and the update lets go on TensorFlow's threads, several at once, where no call into Node is allowed.
    const copy = graph.addNamed(`${at}/copy`, 'DeepCopy', [value], { T: typeAttribute('float32') })
    writes.push(graph.addNamed(`${at}/write`, 'AssignVariableOp', [handle, copy], dtype))
    const zero = graph.addNamed(`${at}/zeros`, 'Fill', [graph.intVector(shape), graph.floatScalar(0)], {
      T: typeAttribute('float32'),
      index_type: typeAttribute('int32'),
    })
    zeros.push(graph.addNamed(`${at}/zero`, 'AssignVariableOp', [handle, zero], dtype))
    made.set(name, {
      handle,
      read: graph.addNamed(variableNames.read(kind, name), 'ReadVariableOp', [handle], dtype),
      shape,
    })
  }
  graph.barrier(variableNames.writeAll(kind), writes)
  graph.barrier(variableNames.zeroAll(kind), zeros)
  return made
}
