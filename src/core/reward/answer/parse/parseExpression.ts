/**
 * A formula from tokens. A parser of our own, since none of the kept libraries reads LaTeX answers the way
 * graders need them (mixed numbers, `\frac12`, subscripts, degrees) within a bound on steps, and a reward
 * must not wait for a computer algebra system. Grammar: sum → product → signed → power → primary;
 * juxtaposition multiplies.
 */
import type { StepBudget } from '../budget.ts'
import { NotGradable } from '../budget.ts'
import type { Expression } from '../numbers/expression.ts'
import type { FormulaReader } from './formulaReader.ts'
import { readSubscript } from './formulaReader.ts'
import { readCommand, startsCall } from './parseCommand.ts'
import { readNumber } from './parseNumber.ts'
import { TokenCursor } from './tokens/tokenCursor.ts'
import type { Token } from './tokens/token.ts'

/** @throws NotGradable where the tokens are no formula of this grammar */
export function parseExpression(tokens: readonly Token[], budget: StepBudget): Expression {
  const cursor = new TokenCursor(tokens, budget)
  const reader: FormulaReader = {
    cursor,
    sum: () => parseSum(reader),
    power: () => parsePower(reader),
    primary: () => parsePrimary(reader),
    exponent: () => parseExponent(reader),
    bareArgument: () => parseBareArgument(reader),
  }
  const expression = parseSum(reader)
  if (!cursor.isDone) throw new NotGradable(`no formula: ${cursor.peek()?.text} is left over`)
  return expression
}

function parseSum(reader: FormulaReader): Expression {
  const { cursor } = reader
  const terms = [parseProduct(reader)]
  for (;;) {
    if (cursor.takeSymbol('+')) terms.push(parseProduct(reader))
    else if (cursor.takeSymbol('-')) terms.push({ kind: 'negative', of: parseProduct(reader) })
    else break
  }
  return terms.length === 1 ? terms[0] : { kind: 'sum', terms }
}

function parseProduct(reader: FormulaReader): Expression {
  const { cursor } = reader
  let factors = [parseSigned(reader)]
  for (;;) {
    if (takeTimes(cursor)) factors.push(parseSigned(reader))
    else if (takeOver(cursor))
      factors = [{ kind: 'quotient', over: productOf(factors), under: parseSigned(reader) }]
    else if (startsFactor(cursor)) factors.push(parseImplicit(reader, factors.at(-1)))
    else break
  }
  return productOf(factors)
}

function productOf(factors: readonly Expression[]): Expression {
  return factors.length === 1 ? factors[0] : { kind: 'product', factors }
}

function takeTimes(cursor: TokenCursor): boolean {
  const isTimes = cursor.isAt('command', 'cdot') || cursor.isAt('command', 'times') || cursor.isSymbol('*')
  if (isTimes) cursor.next()
  return isTimes
}

function takeOver(cursor: TokenCursor): boolean {
  const isOver = cursor.isSymbol('/') || cursor.isAt('command', 'div')
  if (isOver) cursor.next()
  return isOver
}

function parseImplicit(reader: FormulaReader, before: Expression | undefined): Expression {
  const { cursor } = reader
  // `2 3` is no product; `x 3` and \frac{1}{1}12 are
  if (cursor.peek()?.kind === 'number' && cursor.peek(-1)?.kind === 'number' && before?.kind === 'number')
    throw new NotGradable('two numbers side by side')
  return parsePower(reader)
}

/** Whether the next token can begin a factor without a sign of multiplication. */
function startsFactor(cursor: TokenCursor): boolean {
  const token = cursor.peek()
  switch (token?.kind) {
    case undefined:
    case 'text':
    case 'begin':
    case 'end':
      return false
    case 'number':
    case 'letter':
      return true
    case 'command':
      return !['cdot', 'times', 'div', 'rfloor', 'rceil', 'pm', 'mp', 'circ', 'ldots', 'cup', 'cap'].includes(
        token.text,
      )
    case 'symbol':
      return ['(', '[', '{'].includes(token.text) || (token.text === '|' && !cursor.isInsideBars)
  }
}

function parseSigned(reader: FormulaReader): Expression {
  const { cursor } = reader
  if (cursor.takeSymbol('+')) return cursor.nested(() => parseSigned(reader))
  if (cursor.takeSymbol('-')) return { kind: 'negative', of: cursor.nested(() => parseSigned(reader)) }
  return parsePower(reader)
}

function parsePower(reader: FormulaReader): Expression {
  const { cursor } = reader
  let base = parsePrimary(reader)
  for (;;) {
    if (cursor.takeSymbol('!')) base = { kind: 'call', name: 'factorial', args: [base] }
    else if (takeDegree(cursor)) base = { kind: 'call', name: 'degree', args: [base] }
    else if (cursor.takeSymbol('%'))
      base = {
        kind: 'quotient',
        over: base,
        under: { kind: 'number', value: { numerator: 100n, denominator: 1n } },
      }
    else if (cursor.takeSymbol('^')) base = { kind: 'power', base, exponent: parseTower(reader) }
    else return base
  }
}

function takeDegree(cursor: TokenCursor): boolean {
  const braced =
    cursor.isSymbol('^') &&
    cursor.isSymbol('{', 1) &&
    cursor.isAt('command', 'circ', 2) &&
    cursor.isSymbol('}', 3)
  const bare = cursor.isSymbol('^') && cursor.isAt('command', 'circ', 1)
  const count = braced ? 4 : bare ? 2 : cursor.isSymbol('°') ? 1 : 0
  for (let i = 0; i < count; i++) cursor.next()
  return count > 0
}

/** 2^3^2 is 2^{3^2}. */
function parseTower(reader: FormulaReader): Expression {
  const { cursor } = reader
  const exponent = parseExponent(reader)
  if (!cursor.takeSymbol('^')) return exponent
  return { kind: 'power', base: exponent, exponent: cursor.nested(() => parseTower(reader)) }
}

/**
 * One group, or one sign and number or symbol; `2^10` is read as plain text writes it, with the whole number.
 */
function parseExponent(reader: FormulaReader): Expression {
  const { cursor } = reader
  if (cursor.takeSymbol('-')) return { kind: 'negative', of: cursor.nested(() => parseExponent(reader)) }
  if (cursor.peek()?.kind === 'number') return readNumber(reader, { mixed: false })
  return cursor.nested(() => parsePrimary(reader))
}

function parsePrimary(reader: FormulaReader): Expression {
  const { cursor } = reader
  const token = cursor.peek()
  switch (token?.kind) {
    case 'number':
      return readNumber(reader, { mixed: true })
    case 'letter':
      return parseLetter(reader)
    case 'command':
      return cursor.nested(() => readCommand(reader))
    case 'symbol':
      return parseBracket(reader)
    case 'text':
    case 'begin':
    case 'end':
    case undefined:
      throw new NotGradable(`no formula: ${token?.text ?? 'the end'} where a value should stand`)
  }
}

function parseLetter(reader: FormulaReader): Expression {
  const { cursor } = reader
  const { text } = cursor.next()
  if (!cursor.isSymbol('_') && (text === 'e' || text === 'i')) return { kind: 'constant', name: text }
  return { kind: 'variable', name: text + readSubscript(cursor) + readPrimes(cursor) }
}

function readPrimes(cursor: TokenCursor): string {
  let primes = ''
  while (cursor.takeSymbol("'")) primes += "'"
  return primes
}

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

function parseBracket(reader: FormulaReader): Expression {
  const { cursor } = reader
  const open = cursor.next().text
  if (open === '|') return parseBars(reader)
  if (!Object.hasOwn(closing, open)) throw new NotGradable(`no formula: ${open} where a value should stand`)
  const inner = cursor.withBars(false, () => parseSum(reader))
  cursor.expectSymbol(closing[open])
  const isNumber = inner.kind === 'number' && inner.value.denominator === 1n
  if (isNumber && open === '(' && cursor.isSymbol('_'))
    return { kind: 'based', digits: inner.value.numerator.toString(), base: readSubscript(cursor).slice(1) }
  return inner
}

function parseBars(reader: FormulaReader): Expression {
  const { cursor } = reader
  const inner = cursor.withBars(true, () => parseSum(reader))
  cursor.expectSymbol('|')
  return { kind: 'call', name: 'abs', args: [inner] }
}

/** Argument of a function without brackets: factors up to a sign, an operator or the next function. */
function parseBareArgument(reader: FormulaReader): Expression {
  const { cursor } = reader
  if (cursor.takeSymbol('-')) return { kind: 'negative', of: cursor.nested(() => parseBareArgument(reader)) }
  const factors = [parsePower(reader)]
  while (startsFactor(cursor) && !startsCall(cursor) && !cursor.isSymbol('('))
    factors.push(parseImplicit(reader, factors.at(-1)))
  return productOf(factors)
}
