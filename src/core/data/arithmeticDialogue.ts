import type { Random } from '../random.ts'
import type { Exercise } from './arithmeticProblem.ts'
import { questionOf } from './arithmeticProblem.ts'
import type { Dialogue } from './dialogue.ts'
import type { AnswerMarker } from './promptTemplate.ts'

/** Steps of a solution or a check, such as `86-41=45 45/3=15`, and what they end in. */
interface Working {
  readonly steps: string
  readonly result: number
}

/** What is shown when the sentence of a verdict is due: those that `parseVerdict` reads. */
const sentences = { correct: 'The answer is correct.', wrong: 'The answer is wrong.' }

/**
 * A worked example of the three turns: with a correct attempt it ends at the verdict; a wrong one, which is
 * not learned, is found wrong by the inverse operation (an equation by substitution) and revised. Same random
 * stream, same dialogue.
 */
export function arithmeticDialogue(
  exercise: Exercise,
  { isWrong, marker, random }: { isWrong: boolean; marker: AnswerMarker; random: Random },
): Dialogue {
  const correct = solution(exercise)
  const attempt = isWrong ? wrongSolution(exercise, random) : correct
  const check = checkOf(exercise, attempt.result)
  const isFound = check.result === check.wanted
  const verdict = `${check.steps} want ${check.wanted}. ${isFound ? sentences.correct : sentences.wrong}`
  const turns = [
    { text: withAnswer(attempt, marker), isTrained: !isWrong },
    { text: verdict, isTrained: true },
  ]
  return {
    question: questionOf(exercise),
    turns: isWrong ? turns.concat({ text: withAnswer(correct, marker), isTrained: true }) : turns,
  }
}

/** The solution in the built-in model's wording, with its answer marked. */
export function solutionText(exercise: Exercise, marker: AnswerMarker): string {
  return withAnswer(solution(exercise), marker)
}

/** The verdict on the correct answer, check included. */
export function correctVerdictText(exercise: Exercise): string {
  const { steps, wanted } = checkOf(exercise, solution(exercise).result)
  return `${steps} want ${wanted}. ${sentences.correct}`
}

function withAnswer({ steps, result }: Working, marker: AnswerMarker): string {
  return marker === 'hash' ? `${steps} #### ${result}` : `${steps} \\boxed{${result}}`
}

function solution(exercise: Exercise): Working {
  switch (exercise.kind) {
    case 'sum':
      return operation(exercise.left, '+', exercise.right)
    case 'difference':
      return operation(exercise.left, '-', exercise.right)
    case 'product':
      return operation(exercise.left, '*', exercise.right)
    case 'equation': {
      const { coefficient, x } = exercise
      return solved(exercise, coefficient * x, x)
    }
  }
}

/** `86-41=45 45/3=15`; the numbers after the equals signs are given, correct or not. */
function solved(exercise: Extract<Exercise, { kind: 'equation' }>, moved: number, x: number): Working {
  const { coefficient, constant } = exercise
  const right = coefficient * exercise.x + constant
  const first = `${right}${constant < 0 ? '+' : '-'}${Math.abs(constant)}=${moved}`
  return { steps: `${first} ${moved}/${coefficient}=${x}`, result: x }
}

/** A slip of the kind that small models make: a neighbour, a carry lost or one digit changed. */
function wrongSolution(exercise: Exercise, random: Random): Working {
  if (exercise.kind !== 'equation') {
    const { steps, result } = solution(exercise)
    const slipped = withSlip(result, random)
    return { steps: steps.replace(/=-?\d+$/, `=${slipped}`), result: slipped }
  }
  const { coefficient, x } = exercise
  const moved = coefficient * x
  const isFirstStep = random.next() < 0.5
  const slippedX = withSlip(x, random)
  // a slip in the first step that still divides: the second step is then sound
  return solved(exercise, isFirstStep ? coefficient * slippedX : moved, slippedX)
}

function withSlip(value: number, random: Random): number {
  const sizes = Math.abs(value) < 20 ? [1, 1, 2, 3] : [1, 1, 2, 10, 10, 20]
  const size = sizes[random.nextInt(sizes.length)]
  const slipped = random.next() < 0.5 ? value + size : value - size
  // of a number that was not negative none comes out negative
  return value >= 0 && slipped < 0 ? value + size : slipped
}

/** The inverse operation on an answer, and what it has to come to. */
function checkOf(exercise: Exercise, answer: number): Working & { readonly wanted: number } {
  switch (exercise.kind) {
    case 'sum':
      return check(operation(answer, '-', exercise.right), exercise.left)
    case 'difference':
      return check(operation(answer, '+', exercise.right), exercise.left)
    case 'product':
      return check(operation(exercise.right, '*', exercise.left), answer)
    case 'equation': {
      const { coefficient, constant, x } = exercise
      const product = operation(coefficient, '*', answer)
      const sum = operation(product.result, constant < 0 ? '-' : '+', Math.abs(constant))
      return check({ steps: `${product.steps} ${sum.steps}`, result: sum.result }, coefficient * x + constant)
    }
  }
}

function check({ steps, result }: Working, wanted: number): Working & { readonly wanted: number } {
  return { steps, result, wanted }
}

function operation(left: number, sign: '+' | '-' | '*', right: number): Working {
  const result = sign === '+' ? left + right : sign === '-' ? left - right : left * right
  return { steps: `${left}${sign}${right}=${result}`, result }
}
