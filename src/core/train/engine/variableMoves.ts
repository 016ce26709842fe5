import type { ElementType, GraphBuilder, NodeRef } from '../../graph/graphBuilder.ts'
import { boolAttribute, intAttribute, typeAttribute } from '../../graph/graphBuilder.ts'

/** Fed to every move, int32 scalar: the variable's place in its list. */
export const movedPlace = 'moved/place'

/**
 * One tensor at a time in and out of a list of variables: the number of the variable is fed, and only its
 * branch runs. TensorFlow prepares every set of fed and fetched names anew, from the whole graph; this way
 * there is one set for all variables.
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

/**
 * Writing into any of the variables: those of 8 bits from bytes, those of 32 from floats, those of 16 from
 * both.
 *
 * @param withBytes  whether anybody has the bytes of 8 and 16 bits
 */
export function addWriting(
  graph: GraphBuilder,
  list: string,
  variables: readonly Movable[],
  withBytes: boolean,
): void {
  const names = moveNames(list)
  const writes = { fed: names.floats, fedType: 'float32', done: names.wroteFloats } as const
  addWrites(graph, `${list}/writeFloats`, writes, variables)
  if (!withBytes || variables.every(({ type }) => type === 'float32')) return
  const ofBytes = { fed: names.bytes, fedType: 'uint8', done: names.wroteBytes } as const
  addWrites(graph, `${list}/writeBytes`, ofBytes, variables)
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
  variables: readonly Movable[],
): void {
  graph.placeholder(fed, fedType, null)
  const dtype = typeAttribute('int32')
  graph.inScope(scope, () => {
    const written = variables.flatMap(({ handle, type }, place) => {
      if (type === (fedType === 'uint8' ? 'float32' : 'int8')) return []
      const mine = addSwitch(graph, fed, addIsMoved(graph, place), fedType)
      const value = converted(graph, mine, { from: fedType, to: type })
      // neither runs where the value did not come
      const assigned = graph.add('AssignVariableOp', [handle, value], { dtype: typeAttribute(type) })
      return [graph.add('Identity', [movedPlace, `^${assigned}`], { T: dtype })]
    })
    graph.addNamed(done, 'Identity', [addMerge(graph, written, 'int32')], { T: dtype })
  })
}

/**
 * In memory of the variable's own. It would else keep the fed buffer itself, which is JavaScript's memory:
 * the addon releases that where the last user lets go, and the update lets go on TensorFlow's threads,
 * several at once, where no call into Node is allowed.
 */
function converted(
  graph: GraphBuilder,
  value: NodeRef,
  { from, to }: { readonly from: 'float32' | 'uint8'; readonly to: ElementType },
): NodeRef {
  const types = { SrcT: typeAttribute(from), DstT: typeAttribute(to) }
  if (from === 'float32' && to !== 'float32') {
    return graph.add('Cast', [value], { ...types, Truncate: boolAttribute(false) })
  }
  const own =
    from === to ? value : graph.add('Bitcast', [value], { T: typeAttribute(from), type: typeAttribute(to) })
  return graph.add('DeepCopy', [own], { T: typeAttribute(to) })
}

/** What one place of a list gives: a variable, or 32-bit floats that are made of several. */
export type ReadPlace =
  Movable | { readonly variables: readonly Movable[]; readonly value: (read: readonly NodeRef[]) => NodeRef }

/**
 * Reading any place of a list, or a part of it, so that a large one need not be copied out, or widened, as a
 * whole; only that place's nodes run.
 */
export function addReading(graph: GraphBuilder, list: string, places: readonly ReadPlace[]): void {
  const names = moveNames(list)
  graph.inScope(`${list}/readOne`, () => {
    const byType = new Map<ElementType, NodeRef[]>()
    places.forEach((place, at) => {
      const read = ({ handle, type }: Movable) =>
        graph.add('ReadVariableOp', [addSwitch(graph, handle, addIsMoved(graph, at), 'resource')], {
          dtype: typeAttribute(type),
        })
      const isMade = 'variables' in place
      const value = isMade
        ? place.value(place.variables.map((each) => widened(graph, read(each), each.type)))
        : read(place)
      const type = isMade ? 'float32' : place.type
      byType.set(type, [...(byType.get(type) ?? []), value])
    })
    const bounds = [names.first, names.count].map((name) => graph.placeholder(name, 'int32', [1]))
    const parts = [...byType].map(([type, values]) => {
      const flat = graph.add('Reshape', [addMerge(graph, values, type), graph.intVector([-1])], {
        T: typeAttribute(type),
        Tshape: typeAttribute('int32'),
      })
      const types = { T: typeAttribute(type), Index: typeAttribute('int32') }
      return widened(graph, graph.add('Slice', [flat].concat(bounds), types), type)
    })
    // of a type whose places are not meant nothing runs
    graph.addNamed(names.read, 'Identity', [addMerge(graph, parts, 'float32')], {
      T: typeAttribute('float32'),
    })
  })
}

function widened(graph: GraphBuilder, value: NodeRef, type: ElementType): NodeRef {
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

/** `value` where the condition holds; else whatever uses it does not run. */
function addSwitch(graph: GraphBuilder, value: NodeRef, condition: NodeRef, type: ElementType): NodeRef {
  return `${graph.add('Switch', [value, condition], { T: typeAttribute(type) })}:1`
}

/** The one of the values that was made. */
function addMerge(graph: GraphBuilder, values: readonly NodeRef[], type: ElementType): NodeRef {
  return graph.add('Merge', values, { T: typeAttribute(type), N: intAttribute(values.length) })
}
