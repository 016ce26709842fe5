import { NotGradable } from '../budget.ts'
import type { Expression } from '../numbers/expression.ts'
import type { FormulaReader } from './formulaReader.ts'
import { readSubscript } from './formulaReader.ts'
import { readDigits } from '../numbers/numeral.ts'
import type { TokenCursor } from './tokens/tokenCursor.ts'
import { functionNames } from './tokens/tokenNames.ts'

const greek = new Set(
  (
    'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau upsilon phi chi psi omega ' +
    'Gamma Delta Theta Lambda Xi Sigma Upsilon Phi Psi Omega ell hbar'
  ).split(' '),
)

/** Whether a function without brackets ends here: in \sin x\cos x the sine is of x alone. */
export function startsCall(cursor: TokenCursor): boolean {
  const token = cursor.peek()
  return token?.kind === 'command' && functionNames.has(token.text)
}

/** A value that begins with a command. */
export function readCommand(reader: FormulaReader): Expression {
  const { cursor } = reader
  const { text: name } = cursor.next()
  if (functionNames.has(name)) return readCall(reader, name)
  if (greek.has(name)) return { kind: 'variable', name: `\\${name}${readSubscript(cursor)}` }
  switch (name) {
    case 'pi':
      return { kind: 'constant', name: 'pi' }
    case 'infty':
      return { kind: 'constant', name: 'infinity' }
    case 'imath':
      return { kind: 'constant', name: 'i' }
    case 'frac':
      return { kind: 'quotient', over: readArgument(reader), under: readArgument(reader) }
    case 'sqrt':
      return readRoot(reader)
    case 'plainsqrt':
      return { kind: 'root', degree: 2, of: reader.primary() }
    case 'plaincbrt':
      return { kind: 'root', degree: 3, of: reader.primary() }
    case 'abs':
      return { kind: 'call', name: 'abs', args: [reader.primary()] }
    case 'binom':
      return { kind: 'call', name: 'binom', args: [readArgument(reader), readArgument(reader)] }
    case 'lfloor':
      return readUntil(reader, 'rfloor', 'floor')
    case 'lceil':
      return readUntil(reader, 'rceil', 'ceil')
    default:
      throw new NotGradable(`no formula: \\${name} is unknown`)
  }
}

function readUntil(reader: FormulaReader, closing: string, name: string): Expression {
  const inner = reader.sum()
  if (!reader.cursor.isAt('command', closing)) throw new NotGradable(`\\${closing} is missing`)
  reader.cursor.next()
  return { kind: 'call', name, args: [inner] }
}

/** A TeX argument: a group, or exactly one character or command. */
function readArgument(reader: FormulaReader): Expression {
  const { cursor } = reader
  const token = cursor.peek()
  if (token?.kind === 'number') {
    const digit = readDigits(cursor.takeDigit())
    if (!digit) throw new NotGradable('expected a digit')
    return { kind: 'number', value: digit.value }
  }
  if (token?.kind === 'symbol' && token.text !== '{')
    throw new NotGradable(`expected an argument, got ${token.text}`)
  return reader.primary()
}

function readRoot(reader: FormulaReader): Expression {
  const { cursor } = reader
  if (!cursor.takeSymbol('[')) return { kind: 'root', degree: 2, of: readRadicand(reader) }
  const degree = Number(cursor.next().text)
  cursor.expectSymbol(']')
  if (!Number.isInteger(degree) || degree < 2 || degree > 64)
    throw new NotGradable('a root of unknown degree')
  return { kind: 'root', degree, of: readRadicand(reader) }
}

/** `\sqrt(2)` is not TeX, but what it means is plain. */
function readRadicand(reader: FormulaReader): Expression {
  return reader.cursor.isSymbol('(') ? reader.primary() : readArgument(reader)
}

/** \sin x, \sin^2 x, \sin^{-1}x, \log_2 8, \ln(x); a log without base is decimal. */
function readCall(reader: FormulaReader, name: string): Expression {
  const { cursor } = reader
  let base = name === 'log' || name === 'lg' ? readBase(reader) : null
  const exponent = cursor.isSymbol('^') && !isDegree(cursor) ? readExponent(reader) : null
  base ??= name === 'log' ? readBase(reader) : null
  const isBracketed = ['(', '[', '{', '|'].some((open) => cursor.isSymbol(open))
  const argument = isBracketed ? reader.primary() : reader.bareArgument()
  const inverse = exponent !== null && isMinusOne(exponent) && inverses[name]
  if (inverse) return { kind: 'call', name: inverse, args: [argument] }
  const call = makeCall(name, argument, base)
  return exponent === null ? call : { kind: 'power', base: call, exponent }
}

const inverses: Readonly<Record<string, string>> = {
  sin: 'arcsin',
  cos: 'arccos',
  tan: 'arctan',
  cot: 'arccot',
  sec: 'arcsec',
  csc: 'arccsc',
}

function makeCall(name: string, argument: Expression, base: Expression | null): Expression {
  if (name !== 'log' && name !== 'lg') return { kind: 'call', name, args: [argument] }
  const ten: Expression = { kind: 'number', value: { numerator: 10n, denominator: 1n } }
  return { kind: 'call', name: 'log', args: [argument, base ?? ten] }
}

function readBase(reader: FormulaReader): Expression | null {
  return reader.cursor.takeSymbol('_') ? readArgument(reader) : null
}

function readExponent(reader: FormulaReader): Expression {
  reader.cursor.expectSymbol('^')
  // \sin^2x: one digit, as TeX reads it
  return reader.cursor.peek()?.kind === 'number' ? readArgument(reader) : reader.exponent()
}

function isDegree(cursor: TokenCursor): boolean {
  return cursor.isAt('command', 'circ', 1)
}

function isMinusOne(expression: Expression): boolean {
  const of = expression.kind === 'negative' ? expression.of : expression
  if (of.kind !== 'number' || of.value.denominator !== 1n) return false
  return expression.kind === 'negative' ? of.value.numerator === 1n : of.value.numerator === -1n
}
