import type { NodeRef } from '../../graph/graphBuilder.ts'
import { sizeOf } from '../../model/parameterTable.ts'

/** Bytes of parameters that are worked on at a time. */
const bytesAtATime = 64e6

/**
 * Adds a node for each parameter. Those of large ones wait for the ones before, so that what they make on the
 * way is not there for all of them at once; small ones run together.
 *
 * @param add     gets the nodes to wait for
 * @param arrays  of 32-bit floats of a parameter's size that are made on the way
 * @returns       the nodes, in the parameters' order
 */
export function inTurn<Parameter extends { readonly shape: readonly number[] }>(
  parameters: readonly Parameter[],
  add: (parameter: Parameter, before: readonly NodeRef[]) => NodeRef,
  arrays = 1,
): NodeRef[] {
  const nodes: NodeRef[] = []
  let before: readonly NodeRef[] = []
  let group: NodeRef[] = []
  let bytes = 0
  for (const parameter of parameters) {
    const own = 4 * arrays * sizeOf(parameter.shape)
    if (group.length > 0 && bytes + own > bytesAtATime) {
      before = group
      group = []
      bytes = 0
    }
    const node = add(parameter, before)
    nodes.push(node)
    group.push(node)
    bytes += own
  }
  return nodes
}
