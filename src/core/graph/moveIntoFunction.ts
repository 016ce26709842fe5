import type { FunctionArgument, FunctionResult, GraphBuilder, GraphNode, NodeRef } from './graphBuilder.ts'
import { boolAttribute, functionAttribute, typeAttribute, typesAttribute } from './graphBuilder.ts'
import { outputNames, type OutputNames } from './outputNames.ts'
import { compiledAttribute } from './savedModel.ts'

/** Ops of training that functions of the sampler do not use. */
const trainingOutputs: Readonly<Record<string, OutputNames>> = {
  AssignAddVariableOp: ['none'],
  Neg: ['y'],
  ResourceScatterAdd: ['none'],
  ReverseV2: ['output'],
  SparseSoftmaxCrossEntropyWithLogits: ['loss', 'backprop'],
  UnsortedSegmentSum: ['output'],
}

/** What a subgraph is given from outside. */
const given: ReadonlySet<string> = new Set(['Placeholder', 'VarHandleOp'])

/**
 * Makes a function that XLA compiles of all that leads to a float32 node, up to what is fed and the variables;
 * the node becomes the call's result. Nodes that others use too stay where they are as well.
 *
 * @param effects ops of the subgraph that have to run for what they do
 */
export function moveIntoFunction(graph: GraphBuilder, target: string, effects: ReadonlySet<string>): void {
  const byName = new Map(graph.nodes.map((node) => [node.name, node]))
  const needed = leadingTo(target, byName)
  const inside = graph.nodes.filter(({ name, op }) => needed.has(name) && !given.has(op))
  const outside = graph.nodes.filter(({ name, op }) => needed.has(name) && given.has(op))
  // variables last
  const inputs = [...outside].sort((a, b) => Number(a.op === 'VarHandleOp') - Number(b.op === 'VarHandleOp'))
  const args = new Map(
    inputs.map((node, index): [string, FunctionArgument] => [node.name, argumentOf(node, index)]),
  )
  const named = (ref: NodeRef): string => insideRef(ref, args, byName)
  const nodes = inside.map((node) => ({
    ...node,
    name: localName(node.name),
    inputs: node.inputs.map(named),
  }))
  const name = `${target}/compiled`
  const results: FunctionResult[] = [{ name: 'result', type: 'float32', ref: named(target) }]
  graph.addFunction({
    name,
    inputs: [...args.values()],
    results,
    nodes,
    effects: inside.filter(({ op }) => effects.has(op)).map((node) => localName(node.name)),
    compiled: true,
  })
  const call = graph.addNamed(
    `${target}/call`,
    'StatefulPartitionedCall',
    inputs.map((node) => node.name),
    {
      Tin: typesAttribute([...args.values()].map(({ type }) => type)),
      Tout: typesAttribute(['float32']),
      f: functionAttribute(name),
      [compiledAttribute]: boolAttribute(true),
    },
  )
  graph.replace(target, 'Identity', [call], { T: typeAttribute('float32') })
}

function localName(name: string): string {
  return name.replaceAll('/', '.')
}

function leadingTo(target: string, byName: ReadonlyMap<string, GraphNode>): ReadonlySet<string> {
  const found = new Set([target])
  const waiting = [target]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const node = byName.get(name)
    if (node === undefined || given.has(node.op)) continue
    for (const input of node.inputs) {
      const from = nodeOf(input)
      if (found.has(from)) continue
      found.add(from)
      waiting.push(from)
    }
  }
  return found
}

function nodeOf(ref: NodeRef): string {
  return ref.replace(/^\^/, '').replace(/:\d+$/, '')
}

function argumentOf({ op, attributes }: GraphNode, index: number): FunctionArgument {
  const { dtype } = attributes
  if (op === 'VarHandleOp') return { name: `argument${index}`, type: 'resource' }
  if (dtype?.kind !== 'type') throw new RangeError(`${op}: no type`)
  return { name: `argument${index}`, type: dtype.value }
}

function insideRef(
  ref: NodeRef,
  args: ReadonlyMap<string, FunctionArgument>,
  byName: ReadonlyMap<string, GraphNode>,
): NodeRef {
  const name = nodeOf(ref)
  const argument = args.get(name)
  if (argument !== undefined) return argument.name
  if (ref.startsWith('^')) return `^${localName(name)}`
  const op = byName.get(name)?.op ?? ''
  const known: Readonly<Record<string, OutputNames>> = outputNames
  const names = known[op] ?? trainingOutputs[op]
  const index = Number(/:(\d+)$/.exec(ref)?.[1] ?? 0)
  if (names === undefined) throw new RangeError(`${name}: the outputs of ${op} are not known by name`)
  return 'list' in names
    ? `${localName(name)}:${names.list}:${index}`
    : `${localName(name)}:${names[index] ?? ''}:0`
}
