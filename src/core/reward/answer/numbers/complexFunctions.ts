/**
 * The functions that answers use, on complex arguments; an argument outside a function's domain gives NaN.
 */
import type { Complex } from './complexNumber.ts'
import {
  add,
  complex,
  divide,
  exponential,
  isReal,
  logarithm,
  multiply,
  negate,
  root,
  size,
} from './complexNumber.ts'

const i = complex(0, 1, 0)
const unit = complex(1, 0, 0)
const two = complex(2, 0, 0)
const half = complex(0.5, 0, 0)

const undefinedValue = complex(NaN, NaN, NaN)

/** @returns null for a function that is not known */
export function callFunction(name: string, args: readonly Complex[]): Complex | null {
  const [a, b] = args
  switch (name) {
    case 'log':
      return divide(logarithm(a), logarithm(b))
    case 'binom':
      return binomial(a, b)
    case 'degree':
      return multiply(a, complex(Math.PI / 180))
    default:
      return unary[name]?.(a) ?? null
  }
}

const unary: Readonly<Record<string, (a: Complex) => Complex>> = {
  sin: sine,
  cos: cosine,
  tan: (a) => divide(sine(a), cosine(a)),
  cot: (a) => divide(cosine(a), sine(a)),
  sec: (a) => divide(unit, cosine(a)),
  csc: (a) => divide(unit, sine(a)),
  arcsin: arcsine,
  arccos: (a) => add(complex(Math.PI / 2), negate(arcsine(a))),
  arctan: arctangent,
  arccot: (a) => add(complex(Math.PI / 2), negate(arctangent(a))),
  arcsec: (a) => add(complex(Math.PI / 2), negate(arcsine(divide(unit, a)))),
  arccsc: (a) => arcsine(divide(unit, a)),
  sinh: (a) => multiply(half, add(exponential(a), negate(exponential(negate(a))))),
  cosh: (a) => multiply(half, add(exponential(a), exponential(negate(a)))),
  tanh: (a) => {
    const square = exponential(multiply(two, a))
    return divide(add(square, negate(unit)), add(square, unit))
  },
  ln: logarithm,
  exp: exponential,
  abs: (a) => ({ re: size(a), im: 0, error: a.error }),
  floor: (a) => step(a, Math.floor),
  ceil: (a) => step(a, Math.ceil),
  factorial: (a) => gamma(add(a, unit)),
}

function sine(a: Complex): Complex {
  const growth = Math.cosh(a.im)
  return withError(Math.sin(a.re) * growth, Math.cos(a.re) * Math.sinh(a.im), a, growth)
}

function cosine(a: Complex): Complex {
  const growth = Math.cosh(a.im)
  return withError(Math.cos(a.re) * growth, -Math.sin(a.re) * Math.sinh(a.im), a, growth)
}

/** The argument's own rounding grows with its size: sin(10⁹) has lost nine digits. */
function withError(re: number, im: number, argument: Complex, slope: number): Complex {
  return { re, im, error: slope * (argument.error + 2 ** -52) }
}

/** −i·ln(ia + √(1 − a²)); the real function on [−1, 1] */
function arcsine(a: Complex): Complex {
  const slope = 1 / Math.max(1e-8, Math.sqrt(Math.abs(1 - a.re * a.re)))
  if (a.im === 0 && Math.abs(a.re) <= 1) return withError(Math.asin(a.re), 0, a, slope)
  const under = root(add(unit, negate(multiply(a, a))), 2)
  return multiply(negate(i), logarithm(add(multiply(i, a), under)))
}

/** (i/2)·(ln(1 − ia) − ln(1 + ia)) */
function arctangent(a: Complex): Complex {
  if (a.im === 0) return withError(Math.atan(a.re), 0, a, 1 / (1 + a.re * a.re))
  const turned = multiply(i, a)
  const difference = add(logarithm(add(unit, negate(turned))), negate(logarithm(add(unit, turned))))
  return multiply(multiply(half, i), difference)
}

/** Undefined so close to a jump that rounding decides the side. */
function step(a: Complex, round: (x: number) => number): Complex {
  if (!isReal(a)) return undefinedValue
  const nearest = Math.round(a.re)
  if (Math.abs(a.re - nearest) <= a.error && a.error > 0)
    return a.re === nearest ? complex(nearest, 0, 0) : undefinedValue
  return complex(round(a.re), 0, 0)
}

/**
 * Lanczos's approximation, g = 7, nine terms; relative error about 1e−15 (Numerical Recipes, 3rd ed., 6.1).
 */
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]

/** Γ on the reals; whole arguments exactly. */
function gamma(a: Complex): Complex {
  if (!isReal(a) || Math.abs(a.re) > 150) return undefinedValue
  const x = a.re
  if (Number.isInteger(x)) return x <= 0 ? undefinedValue : wholeFactorial(x - 1)
  if (x < 0.5) {
    const reflected = gamma(complex(1 - x, 0, a.error))
    return divide(complex(Math.PI / Math.sin(Math.PI * x)), reflected)
  }
  const shifted = x - 1
  const sum = lanczos.reduce((total, c, k) => (k === 0 ? c : total + c / (shifted + k)), 0)
  const t = shifted + 7.5
  const value = Math.sqrt(2 * Math.PI) * t ** (shifted + 0.5) * Math.exp(-t) * sum
  return { re: value, im: 0, error: Math.abs(value) * (1e-13 + 5 * a.error) }
}

function wholeFactorial(n: number): Complex {
  let value = 1
  for (let k = 2; k <= n; k++) value *= k
  return complex(value)
}

function binomial(n: Complex, k: Complex): Complex {
  const below = multiply(gamma(add(k, unit)), gamma(add(add(n, negate(k)), unit)))
  return divide(gamma(add(n, unit)), below)
}
