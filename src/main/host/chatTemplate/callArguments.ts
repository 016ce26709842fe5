import type { TemplateValue } from './jinja.ts'
import { Held, type ArgumentNode } from './templateParts.ts'

/** What a call in a template passes, as plain values. */
export interface CallArguments {
  readonly positional: readonly unknown[]
  readonly named: ReadonlyMap<string, unknown>
}

/** Of a function: the engine passes plain values, and the keyword arguments as one map at the end. */
export function passedArguments(given: readonly unknown[]): CallArguments {
  const last = given.at(-1)
  if (!(last instanceof Map)) return { positional: given, named: new Map() }
  const named = [...(last as ReadonlyMap<string, TemplateValue>)].map(
    ([name, { value }]) => [name, value] as const,
  )
  return { positional: given.slice(0, -1), named: new Map(named) }
}

/** Of a filter, whose arguments have been evaluated already. */
export function heldArguments(nodes: readonly ArgumentNode[]): CallArguments {
  const positional: unknown[] = []
  const named = new Map<string, unknown>()
  for (const node of nodes) {
    const part = node.argument ?? node.value
    if (node instanceof Held) positional.push(node.value.value)
    else if (part instanceof Held && node.key) named.set(node.key.value, part.value.value)
    else if (part instanceof Held) addSpread(part.value, positional, named)
  }
  return { positional, named }
}

/** `*list` and `**dictionary` */
function addSpread({ value }: TemplateValue, positional: unknown[], named: Map<string, unknown>): void {
  if (Array.isArray(value)) for (const each of value) positional.push(each.value)
  if (value instanceof Map) for (const [name, each] of value) named.set(name, each.value)
}
