import { canonicalQuestion, textHash } from './canonicalQuestion.ts'

/**
 * Hash, below 2³², of an answer without what does not change it: case, spaces, dollar signs, the commas of
 * thousands, a decimal part of zeros. Tells whether two rows with one question also have one answer, without
 * keeping the texts; it does no algebra.
 */
export function answerHash(answer: string): number {
  // most answers are whole numbers, which need no more than to be hashed
  const form = /^-?\d+$/.test(answer) ? answer : answerForm(answer)
  return textHash(form) % 2 ** 32
}

function answerForm(answer: string): string {
  return canonicalQuestion(answer)
    .replace(/(\d),(?=\d{3}(?!\d))/g, '$1')
    .replace(/^([+-]?\d+)\.0+$/, '$1')
}
