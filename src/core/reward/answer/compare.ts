import { type Rational, isEqual, rational } from './rational.ts'

export type Grader = 'math' | 'number' | 'exact'

export interface Agreement {
  readonly agrees: boolean
  /** In plain words, for people: which rule decided. */
  readonly reason: string
}

/** Whether an extracted answer equals the known one. Never throws; the known answer comes first. */
export function answersAgree(knownAnswer: string, answer: string, grader: Grader): boolean {
  return explainAgreement(knownAnswer, answer, grader).agrees
}

/** As `answersAgree`, with the rule that decided. */
export function explainAgreement(knownAnswer: string, answer: string, grader: Grader): Agreement {
  const known = knownAnswer.trim()
  const given = answer.trim()
  if (given === '') return { agrees: false, reason: 'empty answer' }
  if (known === given) return { agrees: true, reason: 'same text' }
  if (grader === 'exact') return { agrees: false, reason: 'different text' }
  const knownNumber = plainNumber(known)
  const givenNumber = plainNumber(given)
  if (!knownNumber || !givenNumber) return { agrees: false, reason: 'different text' }
  return { agrees: isEqual(knownNumber, givenNumber), reason: 'numbers compared exactly' }
}

function plainNumber(text: string): Rational | null {
  const match = /^([-+]?)(\d{1,3}(?:,\d{3})+|\d{1,200})?(?:\.(\d{0,200}))?$/.exec(text)
  if (!match || (match[2] === undefined && !match[3])) return null
  const whole = (match[2] ?? '0').replaceAll(',', '')
  const decimals = match[3] ?? ''
  const value = rational(BigInt(whole + decimals), 10n ** BigInt(decimals.length))
  return match[1] === '-' ? { ...value, numerator: -value.numerator } : value
}
