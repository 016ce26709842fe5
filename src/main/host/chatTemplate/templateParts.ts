import { Environment, parse, type Node, type TemplateValue } from './jinja.ts'

export interface CallNode extends Node {
  readonly callee: Node
  readonly args: readonly ArgumentNode[]
}
export interface FilterNode extends Node {
  readonly operand: Node
  readonly filter: Node
}
export interface FilterBlock extends Node {
  readonly body: readonly Node[]
  readonly filter: Node
}
export interface BinaryNode extends Node {
  readonly operator: { readonly value: string }
  readonly left: Node
  readonly right: Node
}
export interface MemberNode extends Node {
  readonly object: Node
  readonly property: Node & { readonly value?: unknown }
  readonly computed: boolean
}
export interface TestNode extends Node {
  readonly operand: Node
  readonly test: { readonly value: string }
  readonly negate: boolean
}
export interface LoopNode extends Node {
  readonly loopvar: Node & { readonly value?: unknown }
  readonly iterable: Node & { readonly lhs?: Node; readonly test?: Node }
  readonly body: readonly Node[]
  readonly defaultBlock: readonly Node[]
}
export interface ArgumentNode extends Node {
  readonly key?: { readonly value: string }
  readonly value?: Node
  readonly argument?: Node
}

/** An expression whose value is written into the prompt: `{{ … }}`. */
export interface OutputNode extends Node {
  readonly expression: Node
}

/** A value in the place of the expression that gave it, so that no expression is evaluated twice. */
export class Held {
  readonly type = 'Held'
  readonly value: TemplateValue
  constructor(value: TemplateValue) {
    this.value = value
  }
}

const isA =
  <N extends Node>(type: string) =>
  (node: Node): node is N =>
    node.type === type
export const isCall = isA<CallNode>('CallExpression')
export const isFilter = isA<FilterNode>('FilterExpression')
export const isFilterBlock = isA<FilterBlock>('FilterStatement')
export const isBinary = isA<BinaryNode>('BinaryExpression')
export const isMember = isA<MemberNode>('MemberExpression')
export const isTest = isA<TestNode>('TestExpression')
export const isLoop = isA<LoopNode>('For')
export const isOutput = isA<OutputNode>('Output')

/** Fields of a statement that hold statements. */
const bodies = ['body', 'alternate', 'defaultBlock'] as const
const statements: ReadonlySet<string> = new Set([
  'Program',
  'Set',
  'If',
  'For',
  'Macro',
  'CallStatement',
  'FilterStatement',
  'Break',
  'Continue',
  'Comment',
  'StringLiteral',
])

interface Statement extends Node {
  readonly body?: readonly Node[]
  readonly alternate?: readonly Node[]
  readonly defaultBlock?: readonly Node[]
}

/** What the engine's own parts inherit from: it looks into no others when it reads a macro. */
const part: object = Object.getPrototypeOf(Object.getPrototypeOf(parse([])))

/** Marks every expression of a parsed template that is written out. */
export function markOutputs<S extends Statement>(node: S): S {
  for (const name of bodies) {
    const body = node[name]
    if (body !== undefined)
      Object.assign(node, {
        [name]: body.map((each) => (statements.has(each.type) ? markOutputs(each) : outputOf(each))),
      })
  }
  return node
}

function outputOf(expression: Node): OutputNode {
  return Object.assign(Object.create(part) as Node, { type: 'Output', expression })
}

/** The same part with others in it. */
export function withParts<N extends Node>(node: N, parts: Partial<N>): N {
  return { ...node, ...parts }
}

/** A plain value as the engine holds it. */
export function valueFrom(value: unknown): TemplateValue {
  return new Environment().set('value', value)
}

export function blockOf(body: readonly Node[]): Node & { readonly body: readonly Node[] } {
  return { type: 'Program', body }
}
