/** Element types a recorded graph may hold; numbers of TensorFlow's `DataType`. */
export const elementTypes = { float32: 1, int32: 3, bool: 10, resource: 20 } as const
export type ElementType = keyof typeof elementTypes

export type ConstantValues = Float32Array | Int32Array | Uint8Array

/** One attribute of a node: TensorFlow's `AttrValue`, the kinds used here. */
export type AttributeValue =
  | { readonly kind: 'type'; readonly value: ElementType }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'shape'; readonly value: readonly number[] }
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
export const shapeAttribute = (value: readonly number[]): AttributeValue => ({ kind: 'shape', value })

/** Collects the nodes of one TensorFlow graph. Names are unique; equal small constants are one node. */
export class GraphBuilder {
  readonly nodes: GraphNode[] = []
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

  /** Adds a node under a name of its own making. */
  add(op: string, inputs: readonly NodeRef[], attributes: Attributes = {}): NodeRef {
    this.#count++
    return this.addNamed(`${this.#scope}${op}_${this.#count}`, op, inputs, attributes)
  }

  /** Adds a node under this very name (the scope is not put before it). */
  addNamed(name: string, op: string, inputs: readonly NodeRef[], attributes: Attributes = {}): NodeRef {
    if (this.#names.has(name)) throw new RangeError(`GraphBuilder: a node named "${name}" exists already`)
    this.#names.add(name)
    this.nodes.push({ name, op, inputs, attributes })
    return name
  }

  placeholder(name: string, type: ElementType, shape: readonly number[]): NodeRef {
    return this.addNamed(name, 'Placeholder', [], {
      dtype: typeAttribute(type),
      shape: shapeAttribute(shape),
    })
  }

  constant(type: ElementType, shape: readonly number[], values: ConstantValues): NodeRef {
    const key = values.length <= 16 ? `${type}[${shape.join()}]${Array.from(values, spelled).join()}` : null
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
    for (const [key, ref] of this.#constants) {
      if (!this.#names.has(ref)) this.#constants.delete(key)
    }
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

/** −0 and 0 are different constants. */
function spelled(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}
