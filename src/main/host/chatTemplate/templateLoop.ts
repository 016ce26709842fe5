import { Environment, type Node, type Scope, type TemplateValue } from './jinja.ts'
import { blockOf, valueFrom, type LoopNode } from './templateParts.ts'

/** `{% break %}` and `{% continue %}` on their way to the loop around them. */
export class LoopControl extends Error {
  readonly isBreak: boolean
  constructor(isBreak: boolean) {
    super(`{% ${isBreak ? 'break' : 'continue'} %} outside a loop`)
    this.isBreak = isBreak
  }
}

type Evaluate = (node: Node, environment: Scope) => TemplateValue

/**
 * A loop of a template, as Jinja runs it: what is set inside one round is unknown in the next. (The engine's
 * own loop keeps it, and makes all scopes before it begins.)
 */
export function runLoop(node: LoopNode, environment: Scope, evaluate: Evaluate): string {
  const { iterable } = node
  const all = itemsOf(evaluate(iterable.lhs ?? iterable, environment))
  const scopeOf = (item: TemplateValue): Scope => {
    const scope = new Environment(environment)
    bind(node.loopvar, item, scope)
    return scope
  }
  const { test } = iterable
  const items = test ? all.filter((item) => evaluate(test, scopeOf(item)).__bool__().value) : all
  if (items.length === 0) return textOf(evaluate(blockOf(node.defaultBlock), new Environment(environment)))
  let text = ''
  for (const [index, item] of items.entries()) {
    const scope = scopeOf(item)
    scope.setVariable('loop', loopValue(items, index))
    try {
      text += textOf(evaluate(blockOf(node.body), scope))
    } catch (thrown) {
      if (!(thrown instanceof LoopControl)) throw thrown
      if (thrown.isBreak) break
    }
  }
  return text
}

function itemsOf({ type, value }: TemplateValue): readonly TemplateValue[] {
  if (Array.isArray(value)) return value
  if (value instanceof Map) return [...value.keys()].map(valueFrom)
  if (typeof value === 'string') return [...value].map(valueFrom)
  if (type === 'UndefinedValue') return []
  throw new Error('a loop runs over a list, a dictionary or a text')
}

/** `for x in …` or `for key, value in …` */
function bind(target: LoopNode['loopvar'], item: TemplateValue, scope: Scope): void {
  if (typeof target.value === 'string') return void scope.setVariable(target.value, item)
  const names = Array.isArray(target.value) ? (target.value as readonly LoopNode['loopvar'][]) : []
  const items = itemsOf(item)
  if (names.length !== items.length)
    throw new Error(`a loop takes ${names.length} values a round, and got ${items.length}`)
  names.forEach((name, index) => bind(name, items[index] ?? valueFrom(undefined), scope))
}

function loopValue(items: readonly TemplateValue[], index: number): TemplateValue {
  const last = items.length - 1
  const loop = valueFrom({
    index: index + 1,
    index0: index,
    revindex: items.length - index,
    revindex0: last - index,
    first: index === 0,
    last: index === last,
    length: items.length,
    depth: 1,
    depth0: 0,
  })
  if (loop.value instanceof Map) {
    if (index > 0) loop.value.set('previtem', items[index - 1] ?? valueFrom(undefined))
    if (index < last) loop.value.set('nextitem', items[index + 1] ?? valueFrom(undefined))
  }
  return loop
}

function textOf({ value }: TemplateValue): string {
  return typeof value === 'string' ? value : ''
}
