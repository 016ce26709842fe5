import type {
  Attributes,
  Compilation,
  ConstantValues,
  ElementType,
  FunctionArgument,
  FunctionResult,
  GraphFunction,
  GraphNode,
  NodeRef,
} from './graphBuilder.ts'
import { constantKey, typeAttribute } from './graphBuilder.ts'
import { outputNames } from './outputNames.ts'
import type { FunctionOp, OutputNames } from './outputNames.ts'

/** A value inside a function with its element type, from which ops take their attributes. */
export interface Value {
  readonly ref: NodeRef
  readonly type: ElementType
}

/** Collects arguments, nodes and results of one function of a graph's library. */
export class FunctionBuilder {
  readonly name: string
  readonly compilation: Compilation
  readonly #inputs: FunctionArgument[] = []
  readonly #nodes: GraphNode[] = []
  readonly #results: FunctionResult[] = []
  readonly #effects: string[] = []
  readonly #constants = new Map<string, Value>()

  constructor(name: string, compilation: Compilation = 'never') {
    this.name = name
    this.compilation = compilation
  }

  /** Whether XLA ever sees the function: it may then use what XLA compiles alone. */
  get isForXla(): boolean {
    return this.compilation !== 'never'
  }

  get inputTypes(): ElementType[] {
    return this.#inputs.map(({ type }) => type)
  }

  get resultTypes(): ElementType[] {
    return this.#results.map(({ type }) => type)
  }

  argument(type: ElementType): Value {
    const name = `argument${this.#inputs.length}`
    this.#inputs.push({ name, type })
    return { ref: name, type }
  }

  result(value: Value): void {
    this.#results.push({ name: `result${this.#results.length}`, type: value.type, ref: value.ref })
  }

  /** Adds a node with one output. */
  add(op: FunctionOp, inputs: readonly Value[], type: ElementType, attributes: Attributes = {}): Value {
    return { ref: outputRef(this.#node(op, inputs, attributes), outputNames[op], 0), type }
  }

  /** Adds a node with as many outputs as types are given. */
  addMany(
    op: FunctionOp,
    inputs: readonly Value[],
    types: readonly ElementType[],
    attributes: Attributes = {},
  ): Value[] {
    const node = this.#node(op, inputs, attributes)
    return types.map((type, index) => ({ ref: outputRef(node, outputNames[op], index), type }))
  }

  /** Writes a variable; a function that does so is never pruned. */
  assign(variable: Value, value: Value): void {
    const attributes = { dtype: typeAttribute(value.type) }
    this.#effects.push(this.#node('AssignVariableOp', [variable, value], attributes))
  }

  constant(type: ElementType, shape: readonly number[], values: ConstantValues): Value {
    const key = constantKey(type, shape, values)
    const known = key === null ? undefined : this.#constants.get(key)
    if (known !== undefined) return known
    const made = this.add('Const', [], type, {
      dtype: typeAttribute(type),
      value: { kind: 'tensor', type, shape, values },
    })
    if (key !== null) this.#constants.set(key, made)
    return made
  }

  build(): GraphFunction {
    return {
      name: this.name,
      inputs: this.#inputs,
      results: this.#results,
      nodes: this.#nodes,
      effects: this.#effects,
      compiled: this.compilation === 'at-once',
    }
  }

  #node(op: string, inputs: readonly Value[], attributes: Attributes): string {
    const name = `${op}_${this.#nodes.length}`
    this.#nodes.push({ name, op, inputs: inputs.map(({ ref }) => ref), attributes })
    return name
  }
}

function outputRef(node: string, names: OutputNames, index: number): NodeRef {
  if ('list' in names) return `${node}:${names.list}:${index}`
  const name = names[index]
  if (name === undefined) throw new RangeError(`FunctionBuilder: ${node} has no output ${index}`)
  return `${node}:${name}:0`
}
