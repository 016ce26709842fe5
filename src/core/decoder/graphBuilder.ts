import type { OnnxAttribute, OnnxNode } from '../graph/onnxModel.ts'

export type NodeDomain = OnnxNode['domain']
export type NodeAttributes = Readonly<Record<string, OnnxAttribute>>

/** A node before its outputs have names. */
export interface NodePlan {
  readonly op: string
  readonly inputs: readonly string[]
  readonly attributes?: NodeAttributes
  readonly domain?: NodeDomain
}

/** Nodes of a graph in the making; values are named t0, t1, … unless a name is given. */
export class OnnxGraphBuilder {
  readonly nodes: OnnxNode[] = []
  #count = 0

  /** @returns the name of the node's one output */
  add(
    op: string,
    inputs: readonly string[],
    attributes: NodeAttributes = {},
    domain: NodeDomain = '',
  ): string {
    return this.addNamed({ op, inputs, attributes, domain }, [this.fresh()])[0]
  }

  /** @returns the names of the node's outputs, as many as asked for */
  addMany(plan: NodePlan, outputs: number): string[] {
    return this.addNamed(
      plan,
      Array.from({ length: outputs }, () => this.fresh()),
    )
  }

  /** '' as an output's name leaves an optional output out. */
  addNamed({ op, inputs, attributes = {}, domain = '' }: NodePlan, outputs: string[]): string[] {
    this.nodes.push({ op, domain, inputs, outputs, attributes })
    return outputs
  }

  fresh(): string {
    return `t${this.#count++}`
  }
}
