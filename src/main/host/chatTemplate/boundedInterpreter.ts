import { Interpreter, type Node, type Scope, type TemplateValue } from './jinja.ts'
import { heldArguments, passedArguments } from './callArguments.ts'
import { requireNumber, stringFilters, stringMethods } from './pythonStrings.ts'
import { isEqual, isIn, requireJson, valueTests, written } from './pythonValues.ts'
import type { RenderBudget } from './renderBudget.ts'
import { LoopControl, runLoop } from './templateLoop.ts'
import {
  blockOf,
  Held,
  isBinary,
  isCall,
  isFilter,
  isFilterBlock,
  isLoop,
  isMember,
  isOutput,
  isTest,
  valueFrom,
  withParts,
  type ArgumentNode,
  type BinaryNode,
  type FilterNode,
  type MemberNode,
  type TestNode,
} from './templateParts.ts'

/** Expressions that name a value which is there already. */
const lookUps: ReadonlySet<string> = new Set([
  'Identifier',
  'StringLiteral',
  'IntegerLiteral',
  'FloatLiteral',
])
/** Filters whose arguments the engine reads as they are written. */
const literalFilters: ReadonlySet<string> = new Set(['selectattr', 'rejectattr'])
/** Filters that may write far more than they are given. */
const growingFilters: ReadonlySet<string> = new Set(['join', 'indent', 'tojson'])
const sortingFilters: ReadonlySet<string> = new Set(['sort', 'dictsort'])
/** Filters that write texts out of other values. */
const writingFilters: ReadonlySet<string> = new Set(['join', 'string'])

/** Characters of a text that a method reads in the time of one step. */
const stepCharacters = 16

/**
 * Jinja with a limit on what a rendering costs, checked before each operation that could pass it, and with
 * Python's results where the engine's own differ: transformers renders the same templates with Python's
 * Jinja.
 *
 * `run` throws TemplateLimitError where the template asks for too much, another Error where it raises one
 * itself or does what Python refuses. Its program has been through `markOutputs`.
 */
export class BoundedInterpreter extends Interpreter {
  readonly #budget: RenderBudget

  constructor(scope: Scope, budget: RenderBudget) {
    super(scope)
    this.#budget = budget
  }

  override evaluate(node: Node | undefined, scope: Scope): TemplateValue {
    if (node instanceof Held) return node.value
    this.#budget.enter()
    try {
      // the engine's `first` of an empty list gives nothing at all
      const value = this.#valueOf(node, scope) ?? valueFrom(undefined)
      const size = this.#budget.sizeOf(value)
      if (node !== undefined && !lookUps.has(node.type)) this.#budget.make(size)
      return value
    } finally {
      this.#budget.leave()
    }
  }

  #valueOf(node: Node | undefined, scope: Scope): TemplateValue | undefined {
    if (node === undefined) return super.evaluate(node, scope)
    if (isOutput(node)) return valueFrom(written(this.evaluate(node.expression, scope)))
    if (isFilter(node)) return this.#filtered(node, scope)
    if (isFilterBlock(node)) {
      const operand = new Held(this.evaluate(blockOf(node.body), scope))
      return this.#filtered({ type: 'FilterExpression', operand, filter: node.filter }, scope)
    }
    if (isMember(node)) return this.#member(node, scope)
    if (isBinary(node)) return this.#binary(node, scope)
    if (isLoop(node)) return valueFrom(runLoop(node, scope, (part, scope) => this.evaluate(part, scope)))
    if (isTest(node)) return this.#tested(node, scope)
    if (node.type === 'Break' || node.type === 'Continue') throw new LoopControl(node.type === 'Break')
    return super.evaluate(node, scope)
  }

  #member(node: MemberNode, scope: Scope): TemplateValue {
    const object = this.evaluate(node.object, scope)
    if (object.type === 'UndefinedValue') throw new Error(`${nameOf(node.object)} is undefined`)
    const text = object.value
    if (typeof text !== 'string') {
      if (Array.isArray(text) && !node.computed && nameOf(node.property) === 'length')
        return valueFrom(undefined)
      return super.evaluate(withParts(node, { object: new Held(object) }), scope)
    }
    this.#budget.spend(text.length / stepCharacters)
    if (node.property.type === 'SliceExpression') {
      return super.evaluate(withParts(node, { object: new Held(object) }), scope)
    }
    const property = node.computed ? this.evaluate(node.property, scope).value : node.property.value
    if (typeof property === 'number') return valueFrom([...text].at(property))
    const method = stringMethods.get(String(property))
    return valueFrom(method && ((...given: unknown[]) => method(text, passedArguments(given), this.#budget)))
  }

  #binary(node: BinaryNode, scope: Scope): TemplateValue {
    const operator = node.operator.value
    if (operator === 'and' || operator === 'or') return super.evaluate(node, scope)
    const [left, right] = [this.evaluate(node.left, scope), this.evaluate(node.right, scope)]
    const [a, b] = [left.value, right.value]
    switch (operator) {
      case '==':
      case '!=':
        return valueFrom(isEqual(left, right) === (operator === '=='))
      case 'in':
      case 'not in':
        if (typeof a === 'string' && typeof b === 'string') this.#budget.search(b, a)
        return valueFrom(isIn(left, right) === (operator === 'in'))
      case '~':
        return valueFrom(written(left) + written(right))
      case '+':
        if ((typeof a === 'string') !== (typeof b === 'string'))
          throw new Error('a text is added to what is no text')
        break
      case '%':
      case '//':
      case '/':
        if (b === 0) throw new Error('division by zero')
        if (operator === '%' && typeof a === 'number' && typeof b === 'number') requireSameSign(a, b)
    }
    return super.evaluate(withParts(node, { left: new Held(left), right: new Held(right) }), scope)
  }

  #filtered(node: FilterNode, scope: Scope): TemplateValue | undefined {
    const operand = this.evaluate(node.operand, scope)
    const call = isCall(node.filter) ? node.filter : null
    const name = nameOf(call?.callee ?? node.filter)
    if (literalFilters.has(name))
      return super.evaluate(withParts(node, { operand: new Held(operand) }), scope)
    const given = (call?.args ?? []).map((each) => this.#heldArgument(each, scope))
    const own = stringFilters.get(name)
    if (own !== undefined && typeof operand.value === 'string') {
      this.#budget.spend(operand.value.length / stepCharacters)
      return valueFrom(own(operand.value, heldArguments(given), this.#budget))
    }
    if (name === 'int' && operand.type === 'FloatValue') return valueFrom(Math.trunc(Number(operand.value)))
    if (name === 'tojson') requireJson(operand)
    if (name === 'float' && typeof operand.value === 'string') requireNumber(operand.value)
    this.#chargeFilter(name, operand, given)
    const held = new Held(writingFilters.has(name) ? writtenItems(operand, name) : operand)
    const filter = call === null ? node.filter : { ...call, args: given }
    return super.evaluate(withParts(node, { operand: held, filter }), scope)
  }

  #tested(node: TestNode, scope: Scope): TemplateValue {
    const operand = this.evaluate(node.operand, scope)
    const test = valueTests.get(node.test.value)
    if (test !== undefined) return valueFrom(test(operand) !== node.negate)
    return super.evaluate(withParts(node, { operand: new Held(operand) }), scope)
  }

  /**
   * A filter may look at each item once for each character of its arguments; sorting compares each log₂ n
   * times.
   */
  #chargeFilter(name: string, operand: TemplateValue, given: readonly ArgumentNode[]): void {
    const { characters, items } = this.#budget.sizeOf(operand)
    const { positional, named } = heldArguments(given)
    let argumentCharacters = 0
    let width = 0
    for (const each of [...positional, ...named.values()]) {
      argumentCharacters += charactersOf(each)
      if (typeof each === 'number') width = Math.max(width, each)
    }
    const rounds = sortingFilters.has(name) ? Math.log2(2 + items) : 0
    this.#budget.spend(items * rounds + (characters * rounds + items * argumentCharacters) / 64)
    if (!growingFilters.has(name)) return
    const lines = typeof operand.value === 'string' ? operand.value.split('\n').length : 0
    this.#budget.requireText(6 * characters + (items + lines) * (4 + argumentCharacters + 8 * width))
  }

  #heldArgument(node: ArgumentNode, scope: Scope): ArgumentNode {
    const held = (part: Node): Held => new Held(this.evaluate(part, scope))
    if (node.type === 'KeywordArgumentExpression' && node.value) return { ...node, value: held(node.value) }
    return node.argument ? { ...node, argument: held(node.argument) } : held(node)
  }
}

function nameOf(node: Node & { readonly value?: unknown }): string {
  return typeof node.value === 'string' ? node.value : node.type
}

function charactersOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  return Array.isArray(value)
    ? value.reduce((sum: number, each: TemplateValue) => sum + charactersOf(each.value), 0)
    : 0
}

/** Python's remainder has the sign of the divisor, JavaScript's that of the dividend. */
function requireSameSign(dividend: number, divisor: number): void {
  if (dividend < 0 !== divisor < 0 && dividend !== 0)
    throw new Error('a remainder of numbers with different signs')
}

/** Each item as the text that Python would write. */
function writtenItems(value: TemplateValue, name: string): TemplateValue {
  return Array.isArray(value.value) && name === 'join'
    ? valueFrom(value.value.map(written))
    : valueFrom(written(value))
}
