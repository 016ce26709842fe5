import type { ElementType, GraphBuilder, NodeRef } from '../../graph/graphBuilder.ts'
import { boolAttribute, intAttribute, typeAttribute } from '../../graph/graphBuilder.ts'

/**
 * One tensor at a time in and out of a list of variables: the number of the variable is fed, and only its
 * branch runs. TensorFlow prepares every set of fed and fetched names anew, from the whole graph; this way
 * there is one set for all variables.
 */
export const moveNames = (list: string) => ({
  /** Fed, int32 scalar: the variable's place in the list. */
  writeIndex: `${list}/writeIndex`,
  /** Fed with 32-bit floats, of the variable's shape. */
  floats: `${list}/floats`,
  /** Fetched to write the floats, converted to the variable's own type. */
  wroteFloats: `${list}/wroteFloats`,
  /** Fed with the bytes of the variable's elements, of its shape, for 16-bit types with a last axis of 2. */
  bytes: `${list}/bytes`,
  /** Fetched to write the bytes. */
  wroteBytes: `${list}/wroteBytes`,
  readIndex: `${list}/readIndex`,
  /** Fetched: a variable's values as 32-bit floats. */
  read: `${list}/read`,
})

interface Movable {
  readonly handle: NodeRef
  readonly type: ElementType
}

/** Writing into any of the variables. */
export function addWriting(graph: GraphBuilder, list: string, variables: readonly Movable[]): void {
  const names = moveNames(list)
  const index = graph.placeholder(names.writeIndex, 'int32', [])
  const floats = graph.placeholder(names.floats, 'float32', null)
  graph.inScope(`${list}/writeFloats`, () => {
    addWrites(graph, { index, fed: floats, fedType: 'float32', done: names.wroteFloats }, variables)
  })
  if (variables.every(({ type }) => type === 'float32')) return
  const bytes = graph.placeholder(names.bytes, 'uint8', null)
  graph.inScope(`${list}/writeBytes`, () => {
    addWrites(graph, { index, fed: bytes, fedType: 'uint8', done: names.wroteBytes }, variables)
  })
}

interface Write {
  readonly index: NodeRef
  readonly fed: NodeRef
  readonly fedType: 'float32' | 'uint8'
  readonly done: string
}

function addWrites(graph: GraphBuilder, write: Write, variables: readonly Movable[]): void {
  const { index, fed, fedType } = write
  const done = variables.flatMap(({ handle, type }, place) => {
    // 32-bit floats come as such
    if (fedType === 'uint8' && type === 'float32') return []
    const isOwn = addIsOwn(graph, index, place)
    const value = converted(graph, addSwitch(graph, fed, isOwn, fedType), { from: fedType, to: type })
    const assigned = graph.add('AssignVariableOp', [addSwitch(graph, handle, isOwn, 'resource'), value], {
      dtype: typeAttribute(type),
    })
    const number = addSwitch(graph, index, isOwn, 'int32')
    return [graph.add('Identity', [number, `^${assigned}`], { T: typeAttribute('int32') })]
  })
  const merged = addMerge(graph, done, 'int32')
  graph.addNamed(write.done, 'Identity', [merged], { T: typeAttribute('int32') })
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

/** What one place of a list gives: the variables that it reads, and what it makes of them, 32-bit floats. */
export interface ReadPlace {
  readonly variables: readonly Movable[]
  readonly value: (read: readonly NodeRef[]) => NodeRef
}

/** Reading any place of a list; only that place's nodes run. */
export function addReading(graph: GraphBuilder, list: string, places: readonly ReadPlace[]): void {
  const names = moveNames(list)
  const index = graph.placeholder(names.readIndex, 'int32', [])
  graph.inScope(`${list}/readOne`, () => {
    const values = places.map(({ variables, value }, place) => {
      const isOwn = addIsOwn(graph, index, place)
      return value(
        variables.map(({ handle, type }) => {
          const live = addSwitch(graph, handle, isOwn, 'resource')
          const read = graph.add('ReadVariableOp', [live], { dtype: typeAttribute(type) })
          if (type === 'float32') return read
          const types = { SrcT: typeAttribute(type), DstT: typeAttribute('float32') }
          return graph.add('Cast', [read], { ...types, Truncate: boolAttribute(false) })
        }),
      )
    })
    graph.addNamed(names.read, 'Identity', [addMerge(graph, values, 'float32')], {
      T: typeAttribute('float32'),
    })
  })
}

function addIsOwn(graph: GraphBuilder, index: NodeRef, place: number): NodeRef {
  return graph.add('Equal', [index, graph.intScalar(place)], { T: typeAttribute('int32') })
}

/** `value` where the condition holds; else whatever uses it does not run. */
function addSwitch(graph: GraphBuilder, value: NodeRef, condition: NodeRef, type: ElementType): NodeRef {
  return `${graph.add('Switch', [value, condition], { T: typeAttribute(type) })}:1`
}

/** The one of the values that was made. */
function addMerge(graph: GraphBuilder, values: readonly NodeRef[], type: ElementType): NodeRef {
  return graph.add('Merge', values, { T: typeAttribute(type), N: intAttribute(values.length) })
}
