import type { GraphBuilder, NodeRef } from '../../graph/graphBuilder.ts'
import { shapeAttribute, typeAttribute } from '../../graph/graphBuilder.ts'
import { addCacheMoves } from './cacheMoves.ts'
import { addDecode } from './decodeFunction.ts'
import { addExtend } from './extendFunction.ts'
import { samplerNames } from './samplerNames.ts'
import type { SamplerGraphSetup, SamplerParts } from './samplerParts.ts'

/**
 * The decoder with its draws as functions of a graph, on the graph's own variables: what an update writes is
 * what the next call reads. Caches are variables too, of as many slots and positions as the last `reserve`
 * said; lengths, slots and what is drawn are the caller's. Nothing in it depends on the number of rows or
 * tokens, so one graph serves all.
 */
export function addSampler(graph: GraphBuilder, setup: SamplerGraphSetup): void {
  const parts: SamplerParts = {
    ...setup,
    graph,
    caches: addCacheVariables(graph, setup.config.layers),
    drawInputs: [
      graph.placeholder(samplerNames.inverseTemperature, 'float32', []),
      graph.placeholder(samplerNames.topK, 'int32', []),
      graph.placeholder(samplerNames.topP, 'float32', []),
    ],
  }
  addCacheMoves(parts)
  for (const kind of setup.draws) {
    addExtend(parts, kind)
    addDecode(parts, kind)
  }
}

function addCacheVariables(graph: GraphBuilder, layers: number): NodeRef[] {
  return Array.from({ length: 2 * layers }, (_, i) => {
    const name = `sampler/cache/${i >> 1}/${i % 2 === 0 ? 'keys' : 'values'}`
    return graph.addNamed(name, 'VarHandleOp', [], {
      dtype: typeAttribute('float32'),
      // as long and as many as a run needs
      shape: shapeAttribute(null),
      shared_name: { kind: 'text', value: name },
      container: { kind: 'text', value: '' },
    })
  })
}
