/** Element types a graph may hold; numbers of TensorFlow's `DataType`. */
export const elementTypes = {
  float32: 1,
  float64: 2,
  int32: 3,
  uint8: 4,
  int8: 6,
  string: 7,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  float16: 19,
  resource: 20,
  uint32: 22,
} as const
export type ElementType = keyof typeof elementTypes

export type ConstantValues = Float32Array | Int32Array | Uint8Array

/** −1 is a size that is known only when the graph runs; null, a shape of which not even the rank is known. */
export type GraphShape = readonly number[] | null

/** One attribute of a node: TensorFlow's `AttrValue`, the kinds used here. */
export type AttributeValue =
  | { readonly kind: 'type'; readonly value: ElementType }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'shape'; readonly value: GraphShape }
  /** The name of a function of the graph's library. */
  | { readonly kind: 'function'; readonly value: string }
  | { readonly kind: 'types'; readonly value: readonly ElementType[] }
  | { readonly kind: 'shapes'; readonly value: readonly GraphShape[] }
  | {
      readonly kind: 'tensor'
      readonly type: ElementType
      readonly shape: readonly number[]
      readonly values: ConstantValues
    }

export type Attributes = Readonly<Record<string, AttributeValue>>

export interface GraphNode {
  readonly name: string
  readonly op: string
  /** `node`, `node:1` for a second output, `^node` for a control dependency. */
  readonly inputs: readonly string[]
  readonly attributes: Attributes
}

/** The output of a node that others may name as their input. */
export type NodeRef = string

export const typeAttribute = (value: ElementType): AttributeValue => ({ kind: 'type', value })
export const boolAttribute = (value: boolean): AttributeValue => ({ kind: 'bool', value })
export const intAttribute = (value: number): AttributeValue => ({ kind: 'int', value })
export const shapeAttribute = (value: GraphShape): AttributeValue => ({ kind: 'shape', value })
export const functionAttribute = (value: string): AttributeValue => ({ kind: 'function', value })
export const typesAttribute = (value: readonly ElementType[]): AttributeValue => ({ kind: 'types', value })

export interface FunctionArgument {
  readonly name: string
  readonly type: ElementType
}

/** What a function returns under a name: one of its arguments or the output of one of its nodes. */
export interface FunctionResult extends FunctionArgument {
  readonly ref: NodeRef
}

/**
 * A function of a graph's library. Inside it an argument is named as it is, and a node's output
 * `node:output:index`, where `output` is the name that TensorFlow's definition of the op gives it
 * (`outputNames.ts`).
 */
export interface GraphFunction {
  readonly name: string
  readonly inputs: readonly FunctionArgument[]
  readonly results: readonly FunctionResult[]
  readonly nodes: readonly GraphNode[]
  /** Nodes that have to run for what they do (assignments), though nothing reads them. */
  readonly effects: readonly string[]
  /** Compiled by XLA as a whole for every set of shapes it is called with; never run node by node. */
  readonly compiled: boolean
}

/**
 * How a function runs: node by node; compiled by XLA, which a call waits for; or node by node until XLA has
 * compiled it beside the calls.
 */
export type Compilation = 'never' | 'at-once' | 'in-background'

/** Collects the nodes of one TensorFlow graph. Names are unique; equal small constants are one node. */
export class GraphBuilder {
  readonly nodes: GraphNode[] = []
  /** The functions that nodes name in their attributes. */
  readonly functions: GraphFunction[] = []
  readonly #names = new Set<string>()
  readonly #constants = new Map<string, NodeRef>()
  #scope = ''
  #count = 0

  /** Names of the nodes that `build` adds start with `scope/`. */
  inScope<T>(scope: string, build: () => T): T {
    const outer = this.#scope
    this.#scope = `${outer}${scope}/`
    try {
      return build()
    } finally {
      this.#scope = outer
    }
  }

  /**
   * Adds a node under a name of its own making. TensorFlow's optimizer sorts the terms of a sum by name: with
   * numbers of one length that is the order they were added in, and the sum does not depend on how many nodes
   * came before.
   */
  add(op: string, inputs: readonly NodeRef[], attributes: Attributes = {}): NodeRef {
    this.#count++
    const number = String(this.#count).padStart(6, '0')
    return this.addNamed(`${this.#scope}${op}_${number}`, op, inputs, attributes)
  }

  /** Adds a node under this very name (the scope is not put before it). */
  addNamed(name: string, op: string, inputs: readonly NodeRef[], attributes: Attributes = {}): NodeRef {
    if (this.#names.has(name)) throw new RangeError(`GraphBuilder: a node named "${name}" exists already`)
    this.#names.add(name)
    this.nodes.push({ name, op, inputs, attributes })
    return name
  }

  /** Makes another node of one that is there; those that name it stay as they are, and it goes last. */
  replace(name: string, op: string, inputs: readonly NodeRef[], attributes: Attributes): void {
    const at = this.nodes.findIndex((node) => node.name === name)
    if (at < 0) throw new RangeError(`GraphBuilder: no node named "${name}"`)
    this.nodes.splice(at, 1)
    this.nodes.push({ name, op, inputs, attributes })
  }

  addFunction(added: GraphFunction): void {
    if (this.functions.some(({ name }) => name === added.name)) {
      throw new RangeError(`GraphBuilder: a function named "${added.name}" exists already`)
    }
    this.functions.push(added)
  }

  placeholder(name: string, type: ElementType, shape: GraphShape): NodeRef {
    return this.addNamed(name, 'Placeholder', [], {
      dtype: typeAttribute(type),
      shape: shapeAttribute(shape),
    })
  }

  constant(type: ElementType, shape: readonly number[], values: ConstantValues): NodeRef {
    const key = constantKey(type, shape, values)
    const known = key === null ? undefined : this.#constants.get(key)
    if (known !== undefined) return known
    const ref = this.addNamed(`constant_${++this.#count}`, 'Const', [], {
      dtype: typeAttribute(type),
      value: { kind: 'tensor', type, shape, values },
    })
    if (key !== null) this.#constants.set(key, ref)
    return ref
  }

  floatScalar(value: number): NodeRef {
    return this.constant('float32', [], Float32Array.of(value))
  }

  /** Shapes, axes, permutations: an int32 vector. */
  intVector(values: readonly number[]): NodeRef {
    return this.constant('int32', [values.length], Int32Array.from(values))
  }

  intScalar(value: number): NodeRef {
    return this.constant('int32', [], Int32Array.of(value))
  }

  /** Forgets every node from the `count`th on; none before may depend on them. */
  truncate(count: number): void {
    for (const { name } of this.nodes.splice(count)) this.#names.delete(name)
    this.#forgetConstants()
  }

  #forgetConstants(): void {
    for (const [key, ref] of this.#constants) {
      if (!this.#names.has(ref)) this.#constants.delete(key)
    }
  }

  has(name: string): boolean {
    return this.#names.has(name)
  }

  /** Puts other nodes, of the same names, where these are. */
  rewrite(changed: ReadonlyMap<string, GraphNode>): void {
    this.nodes.forEach((node, at) => (this.nodes[at] = changed.get(node.name) ?? node))
  }

  /** Forgets those of the constants that no node has as its input. */
  dropUnused(constants: ReadonlySet<NodeRef>): void {
    const used = new Set(this.nodes.flatMap(({ inputs }) => inputs))
    const kept = this.nodes.filter(({ name }) => !constants.has(name) || used.has(name))
    this.nodes.splice(0)
    for (const node of kept) this.nodes.push(node)
    for (const name of constants) if (!used.has(name)) this.#names.delete(name)
    this.#forgetConstants()
  }

  /** A fetchable node that is ready once all `after` have run. */
  barrier(name: string, after: readonly NodeRef[]): NodeRef {
    return this.addNamed(
      name,
      'Const',
      after.map((ref) => `^${ref}`),
      {
        dtype: typeAttribute('int32'),
        value: { kind: 'tensor', type: 'int32', shape: [], values: Int32Array.of(1) },
      },
    )
  }
}

/** What two equal small constants have in common; null for large ones, which are not compared. */
export function constantKey(
  type: ElementType,
  shape: readonly number[],
  values: ConstantValues,
): string | null {
  return values.length <= 16 ? `${type}[${shape.join()}]${Array.from(values, spelled).join()}` : null
}

/** −0 and 0 are different constants. */
function spelled(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}
