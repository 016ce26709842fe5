import type { Attributes, GraphNode, NodeRef } from '../../graph/graphBuilder.ts'

/** Of nodes in the order they were added, those that lead to what is fetched. */
export function leadingTo(nodes: readonly GraphNode[], fetched: readonly NodeRef[]): GraphNode[] {
  const used = new Set(fetched.map(nodeOf))
  const leading: GraphNode[] = []
  // nodes come after those that they use
  for (const node of [...nodes].reverse()) {
    if (!used.has(node.name)) continue
    leading.unshift(node)
    for (const input of node.inputs) used.add(nodeOf(input))
  }
  return leading
}

/**
 * Nodes of the forward pass whose numbers the backward pass uses, be it that it computes them again: a node
 * that is recomputed from a held input counts for the one it repeats.
 *
 * @param forward   nodes up to the log-probs
 * @param backward  those after
 * @returns         names, of float32 nodes
 */
export function usedBackward(forward: readonly GraphNode[], backward: readonly GraphNode[]): string[] {
  const known = new Map(forward.map((node) => [keyOf(node, new Map()), node.name]))
  const repeated = new Map<string, string>()
  const used = new Set<string>()
  for (const node of backward) {
    const first = isHeld(node) ? node.inputs[0] : repeatedNode(node, repeated, known)
    if (first !== undefined) {
      repeated.set(node.name, repeated.get(first) ?? first)
      continue
    }
    for (const input of node.inputs) used.add(originOf(input, repeated))
  }
  return forward
    .filter(({ name, op, attributes }) => used.has(name) && op !== 'Reshape' && isFloat(attributes))
    .map(({ name }) => name)
}

function repeatedNode(
  node: GraphNode,
  repeated: ReadonlyMap<string, string>,
  known: ReadonlyMap<string, string>,
): string | undefined {
  const reads = node.inputs.some((input) => repeated.has(input.split(':')[0]))
  return reads ? known.get(keyOf(node, repeated)) : undefined
}

/** A tensor under another name, that waits for something. */
function isHeld({ op, inputs }: GraphNode): boolean {
  return op === 'Identity' && inputs.length > 1
}

/**
 * Nodes of equal keys compute the same. Constants are not compared: whoever reads them names the same one.
 */
function keyOf(node: GraphNode, repeated: ReadonlyMap<string, string>): string {
  if (node.op === 'Const') return node.name
  const inputs = node.inputs.map((input) => {
    const [name, ...output] = input.split(':')
    return [originOf(input, repeated), ...output].join(':') + (name.startsWith('^') ? '^' : '')
  })
  return JSON.stringify([node.op, inputs, node.attributes])
}

/** The node behind an input, or the one it repeats. */
function originOf(input: string, repeated: ReadonlyMap<string, string>): string {
  const name = nodeOf(input)
  return repeated.get(name) ?? name
}

function nodeOf(input: NodeRef): string {
  return input.split(':')[0].replace(/^\^/, '')
}

function isFloat({ T }: Attributes): boolean {
  return T?.kind === 'type' && T.value === 'float32'
}
