import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StepBudget } from '../../../../src/core/reward/answer/budget.ts'
import type * as complexNumbers from '../../../../src/core/reward/answer/numbers/complexNumber.ts'
import { evaluateExpression } from '../../../../src/core/reward/answer/numbers/evaluate.ts'
import { exactRoot } from '../../../../src/core/reward/answer/numbers/exactRoot.ts'
import { expressionKey } from '../../../../src/core/reward/answer/numbers/expression.ts'
import { readNumeral } from '../../../../src/core/reward/answer/numbers/numeral.ts'
import { parseExpression } from '../../../../src/core/reward/answer/parse/parseExpression.ts'
import { perfectMatching } from '../../../../src/core/reward/answer/perfectMatching.ts'
import { polynomialKey } from '../../../../src/core/reward/answer/numbers/polynomial.ts'
import {
  rational,
  terminates,
  toMillionths,
  toNumber,
} from '../../../../src/core/reward/answer/numbers/rational.ts'
import { joinThousands } from '../../../../src/core/reward/answer/parse/thousands.ts'
import { tokenize } from '../../../../src/core/reward/answer/parse/tokens/tokens.ts'
import { assertClose } from '../../../assertClose.ts'

const budget = (): StepBudget => new StepBudget(100_000)
const key = (text: string): string => expressionKey(parseExpression(tokenize(text, budget()), budget()))

function valueAt(text: string, variables: Readonly<Record<string, number>> = {}): complexNumbers.Complex {
  const expression = parseExpression(tokenize(text, budget()), budget())
  return evaluateExpression(expression, new Map(Object.entries(variables)), budget()).value
}

test('rationals: lowest terms, sign below never, rounding half away from zero', () => {
  assert.deepEqual(rational(6n, -4n), { numerator: -3n, denominator: 2n })
  assert.equal(toMillionths(rational(2n, 3n)), 666_667n)
  assert.equal(toMillionths(rational(-2n, 3n)), -666_667n)
  assert.equal(toMillionths(rational(1n, 2_000_000n)), 1n)
  assert.equal(terminates(rational(7n, 80n)), true)
  assert.equal(terminates(rational(7n, 60n)), false)
  assert.throws(() => rational(1n, 0n), /rational: expected a denominator ≠ 0, got 1\/0/)
})

test('rationals as doubles, also where numerator and denominator overflow', () => {
  assert.equal(toNumber(rational(1n, 3n)), 1 / 3)
  assertClose(toNumber(rational(10n ** 400n, 3n * 10n ** 399n)), 10 / 3, 1e-15)
  assertClose(toNumber(rational(-(10n ** 320n), 10n ** 330n)) / -1e-10, 1, 1e-14)
})

test('numerals: what is one, and its value', () => {
  const numeral = (text: string): string => {
    const read = readNumeral(joinThousands(tokenize(text, budget()), true))
    return read ? `${read.form} ${read.value.numerator}/${read.value.denominator}` : 'none'
  }
  assert.equal(numeral('0012'), 'integer 12/1')
  assert.equal(numeral('-7.50'), 'decimal -15/2')
  assert.equal(numeral('1.5\\times10^{-3}'), 'scientific 3/2000')
  assert.equal(numeral('0.1\\overline{6}'), 'repeating 1/6')
  assert.equal(numeral('12,345,678'), 'integer 12345678/1')
  assert.equal(numeral('2e-1'), 'none')
  assert.equal(numeral('1e-1'), 'scientific 1/10')
  for (const text of ['1/2', '2\\cdot3', '10^3', 'x', '1,23', '--5', ''])
    assert.equal(numeral(text), 'none', text)
})

test('TeX takes one character as an argument; a plain exponent is read whole', () => {
  assert.equal(key('\\frac12'), '(/ 1/1 2/1)')
  assert.equal(key('\\frac1112'), '(* (/ 1/1 1/1) 12/1)')
  assert.equal(key('\\sqrt12'), '(* (root 2 1/1) 2/1)')
  assert.equal(key('2^10'), '(^ 2/1 10/1)')
  assert.equal(key('-x^2'), '(- (^ $x 2/1))')
  assert.equal(key('1/2x'), '(* (/ 1/1 2/1) $x)')
  assert.equal(key('\\sin 2x\\cos x'), '(* (sin (* 2/1 $x)) (cos $x))')
  assert.equal(key('\\sin^2x'), '(^ (sin $x) 2/1)')
  assert.equal(key('2\\frac12x'), '(* 5/2 $x)')
})

test('roots as rationals times roots of primes', () => {
  const root = (numerator: bigint, denominator: bigint, degree: number): string | null => {
    const found = exactRoot(rational(numerator, denominator), degree, budget())
    return found && polynomialKey(found)
  }
  assert.equal(root(12n, 1n, 2), '2/1·root:2:3^1')
  assert.equal(root(1n, 2n, 2), '1/2·root:2:2^1')
  assert.equal(root(-8n, 27n, 3), '-2/3·')
  assert.equal(root(4n, 1n, 4), '1/1·root:2:2^1')
  assert.equal(root(-4n, 1n, 2), '2/1·i^1')
  assert.equal(root(0n, 1n, 2), '')
  assert.equal(root(-16n, 1n, 4), null)
  // beyond trial division: 1000003² is found as a square
  assert.equal(root(1000003n ** 2n, 1n, 2), '1000003/1·')
})

test('functions against values of mpmath, on the reals and off them', () => {
  // mpmath 1.3, 15 digits
  const expected: readonly (readonly [string, number, number])[] = [
    ['\\arcsin 2', 1.5707963267949, 1.31695789692482],
    ['\\arctan(1+i)', 1.01722196789785, 0.402359478108525],
    ['\\sin(1+i)', 1.29845758141598, 0.634963914784736],
    ['\\tan(1+i)', 0.271752585319512, 1.08392332733869],
    ['\\ln(-2)', 0.693147180559945, 3.14159265358979],
    ['(1+i)^{0.5}', 1.09868411346781, 0.455089860562227],
    ['(0.5)!', 0.886226925452758, 0],
    ['(-0.5)!', 1.77245385090552, 0],
    ['\\tanh 0.5', 0.46211715726001, 0],
    ['\\log_2 10', 3.32192809488736, 0],
    ['\\sqrt[3]{-8}', -2, 0],
    ['\\sec 1', 1.85081571768093, 0],
    ['|3+4i|', 5, 0],
  ]
  for (const [text, re, im] of expected) {
    const value = valueAt(text)
    assertClose(value.re, re, 1e-13 * Math.max(1, Math.abs(re)) + 5e-15 * 10)
    // the sign of an imaginary part on a branch cut is a convention
    assertClose(Math.abs(value.im), Math.abs(im), 1e-13)
  }
})

test('the error bound covers the true error where digits cancel', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['\\sqrt{10^{10}+1}-10^5', 4.999999999875e-6],
    ['1-\\cos(10^{-5})', 4.99999999995833e-11],
    ['\\sin^2 1+\\cos^2 1-1', 0],
    ['e^{20}-e^{20.000001}', -485.165437992469],
  ]
  for (const [text, truth] of cases) {
    const { re, error } = valueAt(text)
    assert.ok(
      Math.abs(re - truth) <= error + 1e-14 * Math.abs(truth),
      `${text}: ${re} ± ${error}, truly ${truth}`,
    )
    assert.ok(error < 1e-4)
  }
})

test('a perfect matching is found where pairing greedily would fail', () => {
  // 0 fits both, 1 fits only 0: greedy gives 0 → 0 and leaves 1 alone
  const fits = [
    [true, true],
    [true, false],
  ]
  assert.equal(
    perfectMatching(2, (i, j) => fits[i]?.[j] === true, budget()),
    true,
  )
  assert.equal(
    perfectMatching(2, (_, j) => j === 0, budget()),
    false,
  )
  assert.equal(
    perfectMatching(0, () => false, budget()),
    true,
  )
})
