import type { Problem } from './problem.ts'

export const ARITHMETIC_KINDS = ['sum', 'difference', 'product', 'equation'] as const
export type ArithmeticKind = (typeof ARITHMETIC_KINDS)[number]

/**
 * One exercise before it is put into words. An equation is `a·x + b = c`, or `a·x − b = c` with a negative
 * `b`.
 */
export type Exercise =
  | { readonly kind: 'sum' | 'difference' | 'product'; readonly left: number; readonly right: number }
  | { readonly kind: 'equation'; readonly coefficient: number; readonly x: number; readonly constant: number }

/** The question in the built-in model's wording (`resources/models/builtin/problems.jsonl`). */
export function questionOf(exercise: Exercise): string {
  if (exercise.kind !== 'equation')
    return `What is ${exercise.left} ${signOf(exercise.kind)} ${exercise.right}?`
  const { coefficient, constant } = exercise
  const sign = constant < 0 ? '-' : '+'
  return `Find x: ${coefficient}*x ${sign} ${Math.abs(constant)} = ${resultOf(exercise)}`
}

export function answerOf(exercise: Exercise): string {
  return String(exercise.kind === 'equation' ? exercise.x : resultOf(exercise))
}

/** The same text for the same problem: sums and products do not care for the order of their operands. */
export function canonicalOf(exercise: Exercise): string {
  if (exercise.kind === 'equation') {
    const { coefficient, constant } = exercise
    return `${coefficient}x${constant < 0 ? '' : '+'}${constant}=${resultOf(exercise)}`
  }
  const { kind, left, right } = exercise
  if (kind === 'difference') return `${left}-${right}`
  return `${Math.min(left, right)}${signOf(kind)}${Math.max(left, right)}`
}

export function arithmeticProblem(exercise: Exercise, level: string): Problem {
  const question = questionOf(exercise)
  return {
    id: `arithmetic/${question}`,
    question,
    answer: answerOf(exercise),
    canonical: canonicalOf(exercise),
    subject: exercise.kind,
    level,
  }
}

const OPERATION = /^What is (-?\d+) ([-+*]) (-?\d+)\?$/
const EQUATION = /^Find x: (-?\d+)\*x ([-+]) (\d+) = (-?\d+)$/

/** The exercise behind a question in the built-in model's wording; null for any other text. */
export function parseExercise(question: string): Exercise | null {
  const operation = OPERATION.exec(question)
  if (operation) {
    const [, left, sign, right] = operation
    const kind = sign === '+' ? 'sum' : sign === '-' ? 'difference' : 'product'
    return { kind, left: Number(left), right: Number(right) }
  }
  const equation = EQUATION.exec(question)
  if (!equation) return null
  const coefficient = Number(equation[1])
  const constant = (equation[2] === '-' ? -1 : 1) * Number(equation[3])
  const x = (Number(equation[4]) - constant) / coefficient
  return Number.isInteger(x) ? { kind: 'equation', coefficient, x, constant } : null
}

function resultOf(exercise: Exercise): number {
  switch (exercise.kind) {
    case 'sum':
      return exercise.left + exercise.right
    case 'difference':
      return exercise.left - exercise.right
    case 'product':
      return exercise.left * exercise.right
    case 'equation':
      return exercise.coefficient * exercise.x + exercise.constant
  }
}

function signOf(kind: 'sum' | 'difference' | 'product'): string {
  switch (kind) {
    case 'sum':
      return '+'
    case 'difference':
      return '-'
    case 'product':
      return '*'
  }
}
