/**
 * Complex numbers in doubles, each with a bound on its rounding error, so that a difference can be told from
 * noise.
 */
export interface Complex {
  readonly re: number
  readonly im: number
  /** Estimated bound on |computed − true|. */
  readonly error: number
}

const epsilon = 2 ** -52

export function complex(re: number, im = 0, error = epsilon * Math.hypot(re, im)): Complex {
  return { re, im, error }
}

export function size({ re, im }: Complex): number {
  return Math.hypot(re, im)
}

/** Real up to its own rounding error. */
export function isReal(a: Complex): boolean {
  return Math.abs(a.im) <= 8 * a.error + 1e-13 * Math.abs(a.re)
}

function rounded(re: number, im: number, inherited: number): Complex {
  return { re, im, error: inherited + 2 * epsilon * Math.hypot(re, im) }
}

export function add(a: Complex, b: Complex): Complex {
  return rounded(a.re + b.re, a.im + b.im, a.error + b.error)
}

export function negate(a: Complex): Complex {
  return { re: -a.re, im: -a.im, error: a.error }
}

export function multiply(a: Complex, b: Complex): Complex {
  const inherited = size(a) * b.error + size(b) * a.error + a.error * b.error
  return rounded(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re, inherited)
}

/** Not finite at b = 0: a pole. */
export function divide(a: Complex, b: Complex): Complex {
  const square = b.re * b.re + b.im * b.im
  const re = (a.re * b.re + a.im * b.im) / square
  const im = (a.im * b.re - a.re * b.im) / square
  const below = Math.sqrt(square)
  return rounded(re, im, (a.error + Math.hypot(re, im) * b.error) / below)
}

export function exponential(a: Complex): Complex {
  const radius = Math.exp(a.re)
  return rounded(radius * Math.cos(a.im), radius * Math.sin(a.im), radius * (a.error + epsilon * size(a)))
}

/** Principal value; −∞ at 0. A negative real keeps im = π whatever the sign of its zero. */
export function logarithm(a: Complex): Complex {
  const angle = a.im === 0 ? (a.re < 0 ? Math.PI : 0) : Math.atan2(a.im, a.re)
  return rounded(Math.log(size(a)), angle, a.error / size(a))
}

/** a^b, principal; whole exponents by multiplication, so that they stay real and exact where they can. */
export function power(a: Complex, b: Complex): Complex {
  if (b.im === 0 && Number.isInteger(b.re) && Math.abs(b.re) <= 64) return integerPower(a, b.re)
  if (a.re === 0 && a.im === 0) return b.re > 0 ? complex(0) : complex(NaN)
  if (a.im === 0 && b.im === 0 && (a.re > 0 || Number.isInteger(b.re))) {
    const value = a.re ** b.re
    const relative =
      Math.abs(b.re) * (a.error / Math.abs(a.re)) + Math.abs(Math.log(Math.abs(a.re))) * b.error
    return rounded(value, 0, Math.abs(value) * relative)
  }
  return exponential(multiply(b, logarithm(a)))
}

function integerPower(a: Complex, exponent: number): Complex {
  let result = complex(1, 0, 0)
  for (let i = 0; i < Math.abs(exponent); i++) result = multiply(result, a)
  return exponent < 0 ? divide(complex(1, 0, 0), result) : result
}

/** ᵈ√a; the real root of a negative real where d is odd, as school has it. */
export function root(a: Complex, degree: number): Complex {
  if (a.im === 0 && a.re < 0 && degree % 2 === 1) return negate(root(negate(a), degree))
  if (a.re === 0 && a.im === 0) return complex(0, 0, a.error ** (1 / degree))
  if (a.im === 0 && a.re > 0) {
    const value = degree === 2 ? Math.sqrt(a.re) : degree === 3 ? Math.cbrt(a.re) : a.re ** (1 / degree)
    return rounded(value, 0, (value * a.error) / (degree * a.re))
  }
  if (a.im === 0 && degree === 2) {
    const value = Math.sqrt(-a.re)
    return rounded(0, value, (value * a.error) / (-2 * a.re))
  }
  return exponential(multiply(complex(1 / degree), logarithm(a)))
}
