import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { canonicalOf, parseExercise } from '../../../core/data/arithmeticProblem.ts'

/**
 * Canonical forms of the problems that the built-in model never saw in its own training (`problems.jsonl` of
 * its folder). Arithmetic splits leave them out, so that they stay a test that no run has trained on.
 */
export async function reservedProblems(builtinModelFolder: string): Promise<ReadonlySet<string>> {
  const path = reservedProblemsFile(builtinModelFolder)
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '')
  return new Set(lines.map((line, i) => canonicalLine(line, `${path}:${i + 1}`)))
}

export function reservedProblemsFile(builtinModelFolder: string): string {
  return join(builtinModelFolder, 'problems.jsonl')
}

function canonicalLine(line: string, place: string): string {
  const { problem } = JSON.parse(line) as { readonly problem: string }
  const exercise = parseExercise(problem)
  if (exercise) return canonicalOf(exercise)
  throw new RecheckError(
    'data.invalid',
    `${place}: expected an arithmetic question such as "What is 47 + 38?", got ${JSON.stringify(problem)}`,
  )
}
