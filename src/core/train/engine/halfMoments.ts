import type { ElementType, GraphBuilder, NodeRef } from '../../graph/graphBuilder.ts'
import { intAttribute, typeAttribute } from '../../graph/graphBuilder.ts'
import { sizeOf } from '../../model/parameterTable.ts'
import type { GraphVariables, ParameterKind } from './graphVariables.ts'
import { variableOf } from './graphVariables.ts'
import { inTurn } from './inTurn.ts'
import type { AdamWSettings } from './trainer.ts'

const int32 = typeAttribute('int32')

/** Elements of a parameter that are updated at a time, in whole rows. */
const elementsAtATime = 1 << 21
/** Arrays of a part's size that are there at a time: gradient, both moments before and after, chance. */
const arraysOfPart = 8

interface HalfMomentUpdates {
  readonly parameters: readonly { readonly name: string; readonly shape: readonly number[] }[]
  readonly settings: AdamWSettings
  readonly scalars: Readonly<Record<'gradientScale' | 'stepSize' | 'epsilon', NodeRef>>
  /** int32 scalar, another one in each update. */
  readonly seed: NodeRef
  /** What shrinks a parameter before it is updated, as control inputs. */
  readonly decayedOf: (
    parameter: { readonly name: string; readonly shape: readonly number[] },
    before: NodeRef[],
  ) => string[]
}

/** A part of a parameter: some of its rows, or all of it where these are left out. */
interface Part {
  readonly name: string
  readonly shape: readonly number[]
  readonly rows: { readonly first: number; readonly count: number } | null
  /** Another one for each part of the model. */
  readonly place: number
}

/**
 * AdamW with moments that stand in bf16: both are widened, moved on in 32 bits, the parameter is updated by
 * those, and they are rounded to one of their two neighbours by chance, to the nearer one more often, so that
 * the mean is the number itself. Rounding to the nearest would lose every change of less than 2⁻⁹ of a moment:
 * with β₂ = 0.999 the second one could never fall. Large parameters some rows at a time.
 */
export function addHalfMomentUpdates(
  graph: GraphBuilder,
  variables: GraphVariables,
  updates: HalfMomentUpdates,
): NodeRef[] {
  const all = { graph, variables, words: addWords(graph) }
  const decayed = new Map<string, string[]>()
  const update = (part: Part, before: readonly NodeRef[]): NodeRef => {
    const controls = before.map((node) => `^${node}`)
    const parameter = updates.parameters.find(({ name }) => name === part.name) ?? part
    const shrunk = decayed.get(part.name) ?? updates.decayedOf(parameter, controls)
    decayed.set(part.name, shrunk)
    return addPart(new PartGraph(all, part, controls.concat(shrunk)), updates)
  }
  return inTurn(updates.parameters.flatMap(partsOf), update, arraysOfPart)
}

function partsOf(
  { name, shape }: { readonly name: string; readonly shape: readonly number[] },
  parameter: number,
): Part[] {
  // no parameter has so many parts
  const place = parameter << 12
  const [rows = 1, ...inner] = shape
  if (sizeOf(shape) <= elementsAtATime) return [{ name, shape, rows: null, place }]
  const each = Math.max(1, Math.floor(elementsAtATime / sizeOf(inner)))
  return Array.from({ length: Math.ceil(rows / each) }, (_, part) => {
    const [first, count] = [part * each, Math.min(each, rows - part * each)]
    return { name, shape: [count, ...inner], rows: { first, count }, place: place + part }
  })
}

function addPart(part: PartGraph, { settings, scalars, seed }: HalfMomentUpdates): NodeRef {
  const gradient = part.float('Mul', part.read('gradient', 'float32'), scalars.gradientScale)
  const first = part.movedOn(part.read('firstMoment', 'bfloat16'), gradient, settings.beta1)
  const square = part.float('Mul', gradient, gradient)
  const second = part.movedOn(part.read('secondMoment', 'bfloat16'), square, settings.beta2)
  const root = part.float('AddV2', part.float('Sqrt', second), scalars.epsilon)
  const step = part.float('Mul', part.float('RealDiv', first, root), scalars.stepSize)
  const chance = part.chance(seed)
  const written = [
    part.subtract(step),
    part.write('firstMoment', part.rounded(first, chance)),
    // its other 16 bits
    part.write('secondMoment', part.rounded(second, part.upperHalf(chance))),
  ]
  return part.after(written)
}

/** uint32 scalars. */
type Words = Readonly<Record<'low' | 'high' | 'sixteen', NodeRef>>

/** What the parts of all parameters have in common. */
interface PartsGraph {
  readonly graph: GraphBuilder
  readonly variables: GraphVariables
  readonly words: Words
}

function addWords(graph: GraphBuilder): Words {
  const word = (value: number) =>
    graph.add('Bitcast', [graph.intScalar(value)], { T: int32, type: typeAttribute('uint32') })
  return { low: word(0xffff), high: word(0xffff0000 | 0), sixteen: word(16) }
}

/** Nodes on a part of one parameter. */
class PartGraph {
  readonly #graph: GraphBuilder
  readonly #variables: GraphVariables
  readonly #part: Part
  readonly #before: readonly string[]
  readonly #rows: NodeRef | null
  readonly #words: Words

  /** @param before control inputs of whatever is read */
  constructor({ graph, variables, words }: PartsGraph, part: Part, before: readonly string[]) {
    this.#graph = graph
    this.#variables = variables
    this.#words = words
    this.#part = part
    this.#before = before
    const { rows } = part
    const bounds = rows === null ? [] : [rows.first, rows.first + rows.count, 1]
    const ends = bounds.map((bound) => graph.intScalar(bound))
    this.#rows = rows === null ? null : graph.add('Range', ends, { Tidx: int32 })
  }

  float(op: string, ...inputs: readonly NodeRef[]): NodeRef {
    return this.#graph.add(op, inputs, { T: typeAttribute('float32') })
  }

  /** A variable's values as 32-bit floats. */
  read(kind: ParameterKind, type: 'float32' | 'bfloat16'): NodeRef {
    const { handle } = variableOf(this.#variables, kind, this.#part.name)
    const dtype = typeAttribute(type)
    const own =
      this.#rows === null
        ? this.#graph.add('ReadVariableOp', [handle].concat(this.#before), { dtype })
        : this.#graph.add('ResourceGather', [handle, this.#rows].concat(this.#before), {
            dtype,
            Tindices: int32,
          })
    return type === 'float32' ? own : this.#converted('Cast', own, 'bfloat16', 'float32')
  }

  /** x + (to − x) · (1 − β). */
  movedOn(x: NodeRef, to: NodeRef, beta: number): NodeRef {
    const way = this.float('Mul', this.float('Sub', to, x), this.#graph.floatScalar(1 - beta))
    return this.float('AddV2', x, way)
  }

  /** 32 random bits for each element, the same whenever this update is done. */
  chance(seed: NodeRef): NodeRef {
    const graph = this.#graph
    const pair = graph.add('Pack', [seed, graph.intScalar(this.#part.place)], {
      T: int32,
      N: intAttribute(2),
      axis: intAttribute(0),
    })
    const shape = graph.intVector(this.#part.shape)
    return graph.add('StatelessRandomUniformFullInt', [shape, pair].concat(this.#before), {
      dtype: typeAttribute('uint32'),
      T: int32,
      Tseed: int32,
    })
  }

  upperHalf(bits: NodeRef): NodeRef {
    return this.#bits('RightShift', bits, this.#words.sixteen)
  }

  /** The number plus chance below its last kept bit, cut off after that: what bf16 holds. */
  rounded(x: NodeRef, chance: NodeRef): NodeRef {
    const bits = this.#converted('Bitcast', x, 'float32', 'uint32')
    const raised = this.#bits('AddV2', bits, this.#bits('BitwiseAnd', chance, this.#words.low))
    const kept = this.#bits('BitwiseAnd', raised, this.#words.high)
    return this.#converted(
      'Cast',
      this.#converted('Bitcast', kept, 'uint32', 'float32'),
      'float32',
      'bfloat16',
    )
  }

  write(kind: ParameterKind, value: NodeRef): NodeRef {
    return this.#assign(kind, value, { whole: 'AssignVariableOp', some: 'ResourceScatterUpdate' }, 'bfloat16')
  }

  subtract(step: NodeRef): NodeRef {
    const ops = { whole: 'AssignSubVariableOp', some: 'ResourceScatterSub' }
    return this.#assign('parameter', step, ops, 'float32')
  }

  after(nodes: readonly NodeRef[]): NodeRef {
    const controls = nodes.map((node) => `^${node}`)
    return this.#graph.add('NoOp', controls)
  }

  #assign(
    kind: ParameterKind,
    value: NodeRef,
    { whole, some }: { readonly whole: string; readonly some: string },
    type: ElementType,
  ): NodeRef {
    const { handle } = variableOf(this.#variables, kind, this.#part.name)
    const dtype = typeAttribute(type)
    if (this.#rows === null) return this.#graph.add(whole, [handle, value], { dtype })
    return this.#graph.add(some, [handle, this.#rows, value], { dtype, Tindices: int32 })
  }

  #bits(op: string, a: NodeRef, b: NodeRef): NodeRef {
    return this.#graph.add(op, [a, b], { T: typeAttribute('uint32') })
  }

  #converted(op: 'Cast' | 'Bitcast', x: NodeRef, from: ElementType, to: ElementType): NodeRef {
    const [source, target] = [typeAttribute(from), typeAttribute(to)]
    if (op === 'Bitcast') return this.#graph.add(op, [x], { T: source, type: target })
    return this.#graph.add(op, [x], { SrcT: source, DstT: target })
  }
}
