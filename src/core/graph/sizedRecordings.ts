import type { AttributeValue, Attributes, GraphBuilder, GraphNode, NodeRef } from './graphBuilder.ts'
import { shapeAttribute } from './graphBuilder.ts'

/** What is fed where a constant depends on the size. */
export interface SizeFeed {
  readonly node: NodeRef
  readonly shape: readonly number[]
  readonly values: Float32Array | Int32Array
}

/** Where a size's nodes are, and what makes them that size's. */
export interface RecordedSize {
  /** The size that the nodes are named after: its own, or the first that was recorded alike. */
  readonly like: number
  readonly feeds: readonly SizeFeed[]
}

type TensorAttribute = Extract<AttributeValue, { readonly kind: 'tensor' }>

/** An input that is a constant: of which of a recording's nodes, and which of its inputs. */
interface ConstantUse {
  readonly node: number
  readonly input: number
  readonly constant: NodeRef
  readonly tensor: TensorAttribute
}

interface Recording {
  readonly size: number
  /** All but constants, in the order they were added in. */
  readonly nodes: readonly GraphNode[]
  readonly uses: readonly ConstantUse[]
}

/** Recordings that differ in nothing but numbers in constants; the first one's nodes are in the graph. */
type Alike = [Recording, ...Recording[]]

/**
 * Records the same computation for several sizes and keeps its nodes once: constants that depend on the size
 * become placeholders. A node costs TensorFlow some kilobytes for as long as its graph is open, and every
 * recording has thousands. A size that needs other nodes than those before it keeps its own.
 */
export class SizedRecordings {
  readonly #graph: GraphBuilder
  readonly #all: Alike[] = []

  readonly #shares: boolean

  /** @param shares  false: each size keeps nodes of its own */
  constructor(graph: GraphBuilder, shares = true) {
    this.#graph = graph
    this.#shares = shares
  }

  /** Runs `build`, which adds the nodes of a size. */
  add<T>(size: number, build: () => T): T {
    const start = this.#graph.nodes.length
    const result = build()
    const recording = recordingOf(size, this.#graph.nodes, start)
    const alike = this.#shares ? this.#all.find(([first]) => isAlike(first, recording)) : undefined
    if (alike === undefined) this.#all.push([recording])
    else {
      alike.push(recording)
      this.#graph.truncate(start)
    }
    return result
  }

  /** Puts placeholders where sizes differ: once, after all of them were added. */
  finish(): ReadonlyMap<number, RecordedSize> {
    const sizes = new Map<number, RecordedSize>()
    for (const alike of this.#all) {
      const feeds = alike.length === 1 ? [[]] : shareNodes(this.#graph, alike)
      alike.forEach(({ size }, member) =>
        sizes.set(size, { like: alike[0].size, feeds: feeds[member] ?? [] }),
      )
    }
    return sizes
  }
}

function recordingOf(size: number, all: readonly GraphNode[], start: number): Recording {
  const constants = new Map<NodeRef, TensorAttribute>()
  for (const { name, op, attributes } of all) {
    const { value } = attributes
    if (op === 'Const' && value?.kind === 'tensor') constants.set(name, value)
  }
  const nodes = all.slice(start).filter(({ op }) => op !== 'Const')
  const uses = nodes.flatMap(({ inputs }, node) =>
    inputs.flatMap((constant, input) => {
      const tensor = constants.get(constant)
      return tensor === undefined ? [] : [{ node, input, constant, tensor }]
    }),
  )
  return { size, nodes, uses }
}

/** Whether two recordings have the same nodes with the same inputs, apart from numbers in constants. */
function isAlike(a: Recording, b: Recording): boolean {
  if (a.nodes.length !== b.nodes.length || a.uses.length !== b.uses.length) return false
  if (!b.uses.every((use, i) => isSameUse(a.uses[i], use))) return false
  const names = new Map(b.nodes.map(({ name }, i) => [name, a.nodes[i]?.name ?? name]))
  const constants = new Set(b.uses.map(({ node, input }) => `${node}.${input}`))
  return b.nodes.every(({ op, inputs, attributes }, i) => {
    const other = a.nodes[i]
    if (other?.op !== op || other.inputs.length !== inputs.length) return false
    if (attributesText(op, other.attributes) !== attributesText(op, attributes)) return false
    return inputs.every(
      (ref, input) => constants.has(`${i}.${input}`) || other.inputs[input] === renamed(ref, names),
    )
  })
}

/** `^name` and `name:1` keep what stands around the name. */
function renamed(ref: NodeRef, names: ReadonlyMap<string, string>): NodeRef {
  const [, before = '', name = '', after = ''] = /^(\^?)(.*?)(:\d+)?$/.exec(ref) ?? []
  return `${before}${names.get(name) ?? name}${after}`
}

function isSameUse(a: ConstantUse | undefined, b: ConstantUse): boolean {
  if (a?.node !== b.node || a.input !== b.input) return false
  if (a.tensor.type !== b.tensor.type || a.tensor.shape.length !== b.tensor.shape.length) return false
  // only numbers can be fed
  return isNumeric(a.tensor) || isSameTensor(a.tensor, b.tensor)
}

function isNumeric({ type }: TensorAttribute): boolean {
  return type === 'float32' || type === 'int32'
}

/** Of a placeholder only the rank has to be the same. */
function attributesText(op: string, attributes: Attributes): string {
  const { shape } = attributes
  if (op !== 'Placeholder' || shape?.kind !== 'shape') return JSON.stringify(attributes)
  return JSON.stringify({ ...attributes, shape: shape.value?.length })
}

/** @returns what is fed for each of the sizes */
function shareNodes(graph: GraphBuilder, alike: Alike): SizeFeed[][] {
  const [first] = alike
  const feeds: SizeFeed[][] = alike.map(() => [])
  const placeholders = new Map<string, NodeRef>()
  const fed = new Map<number, Map<number, NodeRef>>()
  first.uses.forEach(({ node, input, tensor }, use) => {
    const tensors = alike.map(({ uses }) => uses[use]?.tensor ?? tensor)
    if (tensors.every((each) => isSameTensor(each, tensor))) return
    const key = alike.map(({ uses }) => uses[use]?.constant).join(' ')
    const known = placeholders.get(key)
    const name = known ?? `t${first.size}/sized${placeholders.size}`
    if (known === undefined) {
      placeholders.set(key, graph.placeholder(name, tensor.type, commonShape(tensors)))
      tensors.forEach((each, member) => feeds[member]?.push(feedOf(name, each)))
    }
    fed.set(node, (fed.get(node) ?? new Map<number, NodeRef>()).set(input, name))
  })
  const changed = first.nodes.map((node, at): [string, GraphNode] => [
    node.name,
    withInputs(sizeless(node, at, alike), fed.get(at)),
  ])
  graph.rewrite(new Map(changed))
  graph.dropUnused(new Set(first.uses.map(({ constant }) => constant)))
  return feeds
}

function feedOf(node: NodeRef, { shape, values }: TensorAttribute): SizeFeed {
  if (values instanceof Uint8Array) throw new RangeError(`${node}: only numbers can be fed`)
  return { node, shape, values }
}

function withInputs(node: GraphNode, fed: ReadonlyMap<number, NodeRef> | undefined): GraphNode {
  if (fed === undefined) return node
  return { ...node, inputs: node.inputs.map((ref, input) => fed.get(input) ?? ref) }
}

/** A placeholder of any of the sizes. */
function sizeless(node: GraphNode, at: number, alike: Alike): GraphNode {
  if (node.op !== 'Placeholder') return node
  const shapes = alike.map(({ nodes }) => {
    const shape = nodes[at]?.attributes['shape']
    return { shape: shape?.kind === 'shape' ? (shape.value ?? []) : [] }
  })
  return { ...node, attributes: { ...node.attributes, shape: shapeAttribute(commonShape(shapes)) } }
}

/** −1 where sizes differ. */
function commonShape(all: readonly { readonly shape: readonly number[] }[]): number[] {
  const [{ shape } = { shape: [] }] = all
  return shape.map((size, axis) => (all.every((each) => each.shape[axis] === size) ? size : -1))
}

function isSameTensor(a: TensorAttribute, b: TensorAttribute): boolean {
  if (a === b) return true
  if (a.type !== b.type || a.shape.join() !== b.shape.join()) return false
  for (let i = 0; i < a.values.length; i++) {
    // −0 and 0 are different constants
    if (!Object.is(a.values[i], b.values[i])) return false
  }
  return true
}
