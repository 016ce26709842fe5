import { addBackgroundCall } from './backgroundCall.ts'
import type { FunctionBuilder } from './functionBuilder.ts'
import type { GraphBuilder, NodeRef } from './graphBuilder.ts'
import { boolAttribute, functionAttribute, typeAttribute, typesAttribute } from './graphBuilder.ts'
import { compiledAttribute } from './savedModel.ts'

/** One call of a function from the graph itself. */
export interface FunctionCall {
  /** Nodes for the function's arguments, in their order. */
  readonly inputs: readonly NodeRef[]
  /** Names of the nodes to fetch its results from, in their order. */
  readonly outputs: readonly string[]
  /** The node to fetch where there is no result. */
  readonly done: string
}

/** Adds a function to the graph's library, and nodes that call it. */
export function addCalledFunction(graph: GraphBuilder, builder: FunctionBuilder, call: FunctionCall): void {
  const made = builder.build()
  graph.addFunction(made)
  if (builder.compilation === 'in-background') {
    const results = addBackgroundCall(graph, builder, call.inputs)
    results.forEach((result, index) => {
      const T = typeAttribute(made.results[index]?.type ?? 'float32')
      graph.addNamed(call.outputs[index], 'Identity', [result], { T })
    })
    graph.barrier(call.done, results.slice(0, 1))
    return
  }
  const node = graph.addNamed(`${made.name}/call`, 'StatefulPartitionedCall', call.inputs, {
    Tin: typesAttribute(builder.inputTypes),
    Tout: typesAttribute(builder.resultTypes),
    f: functionAttribute(made.name),
    // stands at the call too, as TensorFlow's own Python writes it
    [compiledAttribute]: boolAttribute(made.compiled),
  })
  made.results.forEach(({ type }, index) => {
    const output = index === 0 ? node : `${node}:${index}`
    graph.addNamed(call.outputs[index], 'Identity', [output], { T: typeAttribute(type) })
  })
  graph.barrier(call.done, [node])
}
