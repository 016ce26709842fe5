/** Quantities of several parts, `8 hours and 30 minutes`: equal where they are equal in total. */
import type { StepBudget } from './budget.ts'
import { literalRational } from './compareLeaves.ts'
import type { Equivalence } from './equivalence.ts'
import { readDigits } from './numbers/numeral.ts'
import type { Rational } from './numbers/rational.ts'
import { add, isEqual, multiply, rational } from './numbers/rational.ts'
import { readLeaf } from './parse/leaf.ts'
import type { Token } from './parse/tokens/token.ts'
import { isSymbol } from './parse/tokens/token.ts'
import { readUnit } from './parse/units.ts'

interface Quantity {
  readonly kind: string
  /** In the kind's smallest unit. */
  readonly total: Rational
}

/** Units that parts of one quantity are written in, and their size in the smallest. */
const sizes: Readonly<Record<string, Readonly<Record<string, bigint>>>> = {
  time: { week: 604_800n, day: 86_400n, hour: 3_600n, minute: 60n, second: 1n },
  months: { year: 12n, month: 1n },
  'metric length': { km: 1_000_000n, m: 1_000n, dm: 100n, cm: 10n, mm: 1n },
  'imperial length': { mile: 63_360n, yard: 36n, foot: 12n, inch: 1n },
  'metric weight': { ton: 1_000_000_000n, kg: 1_000_000n, g: 1_000n, mg: 1n },
  'imperial weight': { pound: 16n, ounce: 1n },
  'metric volume': { liter: 1_000n, ml: 1n },
  'imperial volume': { gallon: 16n, quart: 4n, pint: 2n, cup: 1n },
  dollars: { dollar: 100n, cent: 1n },
  euros: { euro: 100n, cent: 1n },
  pounds: { 'pound sterling': 100n, pence: 1n },
  rupees: { rupee: 100n, paisa: 1n },
  yuan: { yuan: 10n, jiao: 1n },
}

/**
 * @returns null where neither answer has several parts. Single units are not converted: 1 hour is not 60
 *   minutes
 */
export function compoundsAgree(
  known: readonly Token[],
  given: readonly Token[],
  budget: StepBudget,
): Equivalence | null {
  const [a, b] = [readCompound(known), readCompound(given)]
  if (a === null && b === null) return null
  const left = a ?? readSingle(known, b?.kind, budget)
  const right = b ?? readSingle(given, a?.kind, budget)
  if (left === null || right === null || left.kind !== right.kind)
    return { agrees: false, reason: 'a quantity of several parts is not one number' }
  const agrees = isEqual(left.total, right.total)
  return { agrees, reason: agrees ? 'equal in total' : 'different in total' }
}

interface Part {
  readonly digits: string
  readonly unit: string
}

/** Two parts or more of one kind, the largest first. */
function readCompound(tokens: readonly Token[]): Quantity | null {
  const parts: Part[] = []
  for (let at = 0; at < tokens.length;) {
    if (parts.length > 0 && isBetween(tokens[at])) at++
    const [number, unit] = tokens.slice(at, at + 2)
    const name = number?.kind === 'number' ? unitName(unit, parts) : null
    if (name === null) return null
    parts.push({ digits: number.text, unit: name })
    at += 2
  }
  return parts.length < 2 ? null : totalOf(parts)
}

function isBetween(token: Token): boolean {
  return isSymbol(token, ',') || (token.kind === 'text' && token.text === 'and')
}

function unitName(token: Token | undefined, before: readonly Part[]): string | null {
  if (token?.kind !== 'text' && token?.kind !== 'letter') return null
  // 8h30m
  const isAfterHours = token.text === 'm' && before.at(-1)?.unit === 'hour'
  const reading = readUnit(isAfterHours ? 'minute' : token.text, 1)
  return reading.kind === 'unit' && reading.factor === 1n ? reading.unit : null
}

function totalOf(parts: readonly Part[]): Quantity | null {
  const found = Object.entries(sizes).find(([, units]) =>
    parts.every(({ unit }) => Object.hasOwn(units, unit)),
  )
  if (found === undefined) return null
  const [kind, units] = found
  let total = rational(0n)
  for (const [i, { digits, unit }] of parts.entries()) {
    const numeral = readDigits(digits)
    const isSmaller = i === 0 || units[unit] < units[parts[i - 1].unit]
    if (numeral === null || !isSmaller) return null
    total = add(total, multiply(numeral.value, rational(units[unit])))
  }
  return { kind, total }
}

/** One number with a unit of the wanted kind: 8.5 hours, $3.50. */
function readSingle(tokens: readonly Token[], kind: string | undefined, budget: StepBudget): Quantity | null {
  const leaf = readLeaf(tokens)
  if (kind === undefined || leaf.kind !== 'value' || leaf.isPercent || leaf.unit === null) return null
  const units = sizes[kind]
  const value = Object.hasOwn(units, leaf.unit) ? literalRational(leaf, budget) : null
  return value === null || leaf.unit === null
    ? null
    : { kind, total: multiply(value, rational(units[leaf.unit])) }
}
