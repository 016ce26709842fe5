import type { FunctionBuilder } from './functionBuilder.ts'
import type { Attributes, FunctionResult, GraphBuilder, GraphNode, NodeRef } from './graphBuilder.ts'
import {
  boolAttribute,
  functionAttribute,
  intAttribute,
  typeAttribute,
  typesAttribute,
} from './graphBuilder.ts'

/** The node that says how a call ran: int32, 1 compiled, 0 node by node. */
export const ranCompiled = (functionName: string): string => `${functionName}/ranCompiled`

/**
 * A call of a function that XLA compiles beside the runs that ask for it: until that is done for a set of
 * shapes the same function runs node by node. That `_XlaCompile` does not wait is said by
 * `--tf_xla_async_compilation` in `TF_XLA_FLAGS`; without it a set of shapes is compiled at its second use, and
 * the call waits. Variables have to be the last of the function's arguments.
 *
 * @returns the call's results
 */
export function addBackgroundCall(
  graph: GraphBuilder,
  builder: FunctionBuilder,
  inputs: readonly NodeRef[],
): NodeRef[] {
  const { name, inputTypes, resultTypes } = builder
  const chosen = chooserOf(builder)
  graph.addFunction(chosen)
  // a branch rather than a call: shapes are inferred through calls when a graph is loaded, and `_XlaCompile` has
  // no rule for that
  const always = graph.constant('bool', [], Uint8Array.of(1))
  const node = graph.addNamed(`${name}/call`, 'If', [always, ...inputs], {
    Tcond: typeAttribute('bool'),
    Tin: typesAttribute(inputTypes),
    Tout: typesAttribute(chosen.results.map(({ type }) => type)),
    then_branch: functionAttribute(chosen.name),
    else_branch: functionAttribute(chosen.name),
    output_shapes: { kind: 'shapes', value: [] },
  })
  const isCompiled = `${node}:${resultTypes.length}`
  graph.addNamed(ranCompiled(name), 'Identity', [isCompiled], { T: typeAttribute('int32') })
  return resultTypes.map((_, index) => (index === 0 ? node : `${node}:${index}`))
}

/**
 * The nodes that TensorFlow makes for clusters of its own (`build_xla_ops_pass.cc`): the function's results by
 * whichever way there is, and whether that was the compiled one.
 */
function chooserOf({ name, inputTypes, resultTypes }: FunctionBuilder) {
  const values = inputTypes.filter((type) => type !== 'resource')
  if (inputTypes.slice(0, values.length).includes('resource'))
    throw new RangeError(`${name}: variables have to be its last arguments`)
  const inputs = inputTypes.map((type, index) => ({ name: `argument${index}`, type }))
  const refs = inputs.map((input) => input.name)
  const nodes: GraphNode[] = []
  const add = (node: string, op: string, from: readonly NodeRef[], attributes: Attributes): string => {
    nodes.push({ name: node, op, inputs: from, attributes })
    return node
  }
  const hasNoReferences = { _XlaHasReferenceVars: boolAttribute(false) }
  add('compile', '_XlaCompile', refs, {
    Tconstants: typesAttribute([]),
    must_compile: boolAttribute(false),
    Targs: typesAttribute(values),
    Nresources: intAttribute(inputTypes.length - values.length),
    function: functionAttribute(name),
    ...hasNoReferences,
  })
  const isCompiled = 'compile:compilation_successful:0'
  add('key', 'Switch', ['compile:key:0', isCompiled], { T: typeAttribute('string') })
  add('compiled', '_XlaRun', [...refs, 'key:output_true:0'], {
    Targs: typesAttribute(inputTypes),
    Tresults: typesAttribute(resultTypes),
    ...hasNoReferences,
  })
  // what is switched away from a node keeps it from running
  const plainInputs = inputs.map((input, index) => {
    const node = add(`input${index}`, 'Switch', [input.name, isCompiled], { T: typeAttribute(input.type) })
    return `${node}:output_false:0`
  })
  add('plain', 'StatefulPartitionedCall', plainInputs, {
    Tin: typesAttribute(inputTypes),
    Tout: typesAttribute(resultTypes),
    f: functionAttribute(name),
  })
  const results: FunctionResult[] = resultTypes.map((type, index) => {
    const T = typeAttribute(type)
    const ways = [`plain:output:${index}`, `compiled:results:${index}`]
    add(`result${index}`, 'Merge', ways, { N: intAttribute(2), T })
    return { name: `result${index}`, type, ref: `result${index}:output:0` }
  })
  add('ranCompiled', 'Cast', [isCompiled], { SrcT: typeAttribute('bool'), DstT: typeAttribute('int32') })
  results.push({ name: 'ranCompiled', type: 'int32', ref: 'ranCompiled:y:0' })
  return { name: `${name}/chooser`, inputs, results, nodes, effects: ['compile'], compiled: false }
}
