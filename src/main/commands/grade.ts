import { z } from 'zod'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { Register } from './command.ts'
import { addCommand } from './command.ts'

const Input = z.object({ tsv: z.string().describe('path of the table') })

const Output = z.object({
  total: z.int().describe('rows of the table'),
  agree: z.int().describe('rows where the grader decides as the table expects'),
  rows: z.array(
    z.object({
      line: z.int().describe('of the file, from 1'),
      expected: z.boolean(),
      got: z.boolean(),
      why: z.string().describe('remark of the row, then the rule that decided'),
    }),
  ),
})

/** `recheck grade --tsv FILE`: the answer grader on a table of pairs. */
export const register: Register = (program, context) => {
  addCommand(program, context, {
    name: 'grade',
    summary: 'grade a table of known answers and answers, and compare with what it expects',
    examples: [
      'recheck grade --tsv tests/fixtures/golden/answers.tsv',
      'recheck grade --tsv tests/fixtures/golden/gsm8k_answers.tsv --json',
    ],
    input: Input,
    output: Output,
    run: async ({ tsv }) => {
      const { readFile } = await import('node:fs/promises')
      const { gradeTable } = await import('../../core/reward/answer/gradeTable.ts')
      const text = await readFile(tsv, 'utf8').catch((cause: Error) => {
        throw new RecheckError('grade.unreadable', `recheck grade: cannot read ${tsv}: ${cause.message}`)
      })
      const table = gradeTable(text, tsv)
      const wrong = table.rows.filter(({ expected, got }) => expected !== got)
      const lines = wrong.map(
        ({ line, expected, why }) => `line ${line}: expected ${expected ? 'equal' : 'not equal'}; ${why}`,
      )
      const summary = `${table.agree} of ${table.total} rows graded as expected`
      return {
        output: { ...table, rows: [...table.rows] },
        text: [...lines, summary].join('\n'),
        exitCode: wrong.length === 0 ? 0 : 1,
      }
    },
  }).requiredOption(
    '--tsv <file>',
    'table: gold, prediction (or text_ends_with, or marker and text), equal, why',
  )
}
