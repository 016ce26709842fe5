import type { ElementType, GraphBuilder, NodeRef } from '../../graph/graphBuilder.ts'
import { boolAttribute, intAttribute, shapeAttribute, typeAttribute } from '../../graph/graphBuilder.ts'

/** Fed to every move, int32 scalar: the variable's place in its list. */
export const movedPlace = 'moved/place'

/**
 * One tensor at a time in and out of a list of variables: the number of the variable is fed, which picks its
 * handle, and whatever is done with it are the same few nodes for all: a node costs some kilobytes. TensorFlow
 * prepares every set of fed and fetched names anew, from the whole graph; this way there is one set for all
 * variables.
 */
export const moveNames = (list: string) => ({
  /** Fed with 32-bit floats, of the variable's shape. */
  floats: `${list}/floats`,
  /** Fetched to write the floats, converted to the variable's own type. */
  wroteFloats: `${list}/wroteFloats`,
  /** Fed with the bytes of the variable's elements, of its shape, for 16-bit types with a last axis of 2. */
  bytes: `${list}/bytes`,
  /** Fetched to write the bytes. */
  wroteBytes: `${list}/wroteBytes`,
  /** Fed with the variable's shape, an int32 vector. */
  shape: `${list}/shape`,
  /** Fetched to write zeros of the shape. */
  wroteZeros: `${list}/wroteZeros`,
  /** Fetched: some of a variable's values as 32-bit floats, in a vector. */
  read: `${list}/read`,
  /** Fed to it, int32 vectors of one number: the first value in row-major order, and how many; −1: the rest. */
  first: `${list}/first`,
  count: `${list}/count`,
})

interface Movable {
  readonly handle: NodeRef
  readonly type: ElementType
}

/** The handle of the variable whose place is fed, under its type; of the other types, and all else, nothing runs. */
export type PickedVariable = ReadonlyMap<ElementType, NodeRef>

/** Picks of a list. */
export function addPicking(graph: GraphBuilder, list: string, variables: readonly Movable[]): PickedVariable {
  const byType = new Map<ElementType, { place: number; handle: NodeRef }[]>()
  variables.forEach(({ handle, type }, place) => {
    byType.set(type, (byType.get(type) ?? []).concat({ place, handle }))
  })
  return graph.inScope(
    `${list}/pick`,
    () => new Map([...byType].map(([type, places]) => [type, addPick(graph, places)])),
  )
}

/** The handle whose place is fed; whatever uses it does not run where none of these is. */
export function addPick(
  graph: GraphBuilder,
  places: readonly { readonly place: number; readonly handle: NodeRef }[],
): NodeRef {
  const handles = places.map(({ place, handle }) => {
    const inputs = [handle, addIsMoved(graph, place)]
    return `${graph.add('Switch', inputs, { T: typeAttribute('resource') })}:1`
  })
  // TensorFlow takes the first variable's shape for that of all, and leaves out what it then thinks needless
  return graph.add('PlaceholderWithDefault', [addMerge(graph, handles, 'resource')], {
    dtype: typeAttribute('resource'),
    shape: shapeAttribute([]),
  })
}

/**
 * Writing into the picked variable: one of 8 bits from bytes, of 32 from floats, of 16 from both.
 *
 * @param withBytes  whether anybody has the bytes of 8 and 16 bits
 */
export function addWriting(
  graph: GraphBuilder,
  list: string,
  picked: PickedVariable,
  withBytes: boolean,
): void {
  const { floats, wroteFloats, bytes, wroteBytes } = moveNames(list)
  addWrites(graph, `${list}/writeFloats`, { fed: floats, fedType: 'float32', done: wroteFloats }, picked)
  if (!withBytes || [...picked.keys()].every((type) => type === 'float32')) return
  addWrites(graph, `${list}/writeBytes`, { fed: bytes, fedType: 'uint8', done: wroteBytes }, picked)
}

interface Write {
  readonly fed: string
  readonly fedType: 'float32' | 'uint8'
  readonly done: string
}

function addWrites(
  graph: GraphBuilder,
  scope: string,
  { fed, fedType, done }: Write,
  picked: PickedVariable,
): void {
  graph.placeholder(fed, fedType, null)
  const not = fedType === 'uint8' ? 'float32' : 'int8'
  const written = new Map([...picked].filter(([type]) => type !== not))
  addAssigning(graph, { scope, done }, written, (type, handle) =>
    converted(graph, fed, { from: fedType, to: type, held: handle }),
  )
}

/** Writing zeros into the picked variable. */
export function addZeroing(graph: GraphBuilder, list: string, picked: PickedVariable): void {
  const { shape, wroteZeros } = moveNames(list)
  graph.placeholder(shape, 'int32', [-1])
  addAssigning(graph, { scope: `${list}/writeZeros`, done: wroteZeros }, picked, (type, handle) =>
    graph.add('Empty', [shape, `^${handle}`], { dtype: typeAttribute(type), init: boolAttribute(true) }),
  )
}

/** @param valueOf  made only where the variable of its type is the picked one */
function addAssigning(
  graph: GraphBuilder,
  { scope, done }: { readonly scope: string; readonly done: string },
  picked: PickedVariable,
  valueOf: (type: ElementType, handle: NodeRef) => NodeRef,
): void {
  const T = typeAttribute('int32')
  graph.inScope(scope, () => {
    const assigned = [...picked].map(([type, handle]) => {
      const inputs = [handle, valueOf(type, handle)]
      const assign = graph.add('AssignVariableOp', inputs, { dtype: typeAttribute(type) })
      return graph.add('Identity', [movedPlace, `^${assign}`], { T })
    })
    graph.addNamed(done, 'Identity', [addMerge(graph, assigned, 'int32')], { T })
  })
}

/**
 * In memory of the variable's own. It would else keep the fed buffer itself, which is JavaScript's memory:
 * the addon releases that where the last user lets go, and the update lets go on TensorFlow's threads,
 * several at once, where no call into Node is allowed.
 *
 * @param held  it is not converted where this did not come
 */
function converted(
  graph: GraphBuilder,
  value: NodeRef,
  {
    from,
    to,
    held,
  }: { readonly from: 'float32' | 'uint8'; readonly to: ElementType; readonly held: NodeRef },
): NodeRef {
  const inputs = [value, `^${held}`]
  const types = { SrcT: typeAttribute(from), DstT: typeAttribute(to) }
  if (from === 'float32' && to !== 'float32') {
    return graph.add('Cast', inputs, { ...types, Truncate: boolAttribute(false) })
  }
  if (from === to) return graph.add('DeepCopy', inputs, { T: typeAttribute(to) })
  const own = graph.add('Bitcast', inputs, { T: typeAttribute(from), type: typeAttribute(to) })
  return graph.add('DeepCopy', [own], { T: typeAttribute(to) })
}

/** The value of a picked variable, in its own type. */
export function addRead(graph: GraphBuilder, handle: NodeRef, type: ElementType): NodeRef {
  return graph.add('ReadVariableOp', [handle], { dtype: typeAttribute(type) })
}

/** A value that is there for some places of a list, each place having one. */
export interface PickedValue {
  readonly type: ElementType
  readonly value: NodeRef
}

/** Reading the picked variable. */
export function addVariableReading(graph: GraphBuilder, list: string, picked: PickedVariable): void {
  addReading(graph, list, () =>
    [...picked].map(([type, handle]) => ({ type, value: addRead(graph, handle, type) })),
  )
}

/**
 * Reading any place of a list, or a part of it, so that a large one need not be copied out, or widened, as a
 * whole; only that place's nodes run.
 */
export function addReading(graph: GraphBuilder, list: string, addValues: () => readonly PickedValue[]): void {
  const names = moveNames(list)
  graph.inScope(`${list}/readOne`, () => {
    const values = addValues()
    const bounds = [names.first, names.count].map((name) => graph.placeholder(name, 'int32', [1]))
    const parts = values.map(({ type, value }) => {
      const flat = graph.add('Reshape', [value, graph.intVector([-1])], {
        T: typeAttribute(type),
        Tshape: typeAttribute('int32'),
      })
      const types = { T: typeAttribute(type), Index: typeAttribute('int32') }
      return addWidened(graph, graph.add('Slice', [flat].concat(bounds), types), type)
    })
    // of a type whose places are not meant nothing runs
    graph.addNamed(names.read, 'Identity', [addMerge(graph, parts, 'float32')], {
      T: typeAttribute('float32'),
    })
  })
}

export function addWidened(graph: GraphBuilder, value: NodeRef, type: ElementType): NodeRef {
  if (type === 'float32') return value
  const types = { SrcT: typeAttribute(type), DstT: typeAttribute('float32') }
  return graph.add('Cast', [value], { ...types, Truncate: boolAttribute(false) })
}

/** Whether the place that is fed is this one: one node for the lists of all kinds. */
function addIsMoved(graph: GraphBuilder, place: number): NodeRef {
  const name = `moved/is${place}`
  if (graph.has(name)) return name
  if (!graph.has(movedPlace)) graph.placeholder(movedPlace, 'int32', [])
  return graph.addNamed(name, 'Equal', [movedPlace, graph.intScalar(place)], { T: typeAttribute('int32') })
}

/** The one of the values that was made. */
function addMerge(graph: GraphBuilder, values: readonly NodeRef[], type: ElementType): NodeRef {
  return graph.add('Merge', values, { T: typeAttribute(type), N: intAttribute(values.length) })
}
