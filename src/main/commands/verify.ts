import { z } from 'zod'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { Register } from './command.ts'
import { addCommand } from './command.ts'

const Input = z.object({
  folder: z.string(),
  engine: z.string().optional(),
})

const Output = z.object({
  folder: z.string(),
  passed: z.boolean().describe('every row passed'),
  rows: z.array(
    z.object({
      engine: z.string().describe('what computed it'),
      quantity: z.string().describe('what was compared'),
      difference: z.number().nullable().describe('largest absolute difference; null: not a number'),
      limit: z.number().describe('largest difference that passes'),
      passed: z.boolean(),
    }),
  ),
})
type Output = z.infer<typeof Output>

/** `recheck verify DIR`: a model folder compared with stored results. */
export const register: Register = (program, context) => {
  addCommand(program, context, {
    name: 'verify',
    summary: 'compare what a model folder computes with the results stored beside it',
    examples: [
      'recheck verify tests/fixtures/golden/qwen2',
      'recheck verify tests/fixtures/golden/gpt2 --json',
    ],
    input: Input,
    output: Output,
    run: async ({ folder, engine }, call) => {
      const rows = await collectRows(folder, engine, call.signal)
      const passed = rows.every((row) => row.passed)
      return { output: { folder, passed, rows }, text: table(rows), exitCode: passed ? 0 : 1 }
    },
  })
    .argument('<folder>', 'model folder with expected.json and expected.safetensors')
    .option('--engine <name>', 'only this engine')
}

async function collectRows(
  folder: string,
  engine: string | undefined,
  signal: AbortSignal,
): Promise<Output['rows']> {
  const { verifyEngines } = await import('../host/tensorflow/verifyEngines.ts')
  const { verifyFolder } = await import('../tools/verify/verifyFolder.ts')
  const chosen = Object.entries(verifyEngines).filter(([name]) => engine === undefined || name === engine)
  if (chosen.length === 0) {
    throw new RecheckError(
      'usage.invalid',
      `recheck verify: unknown engine "${engine}". Known: ${Object.keys(verifyEngines).join(', ')}`,
    )
  }
  const rows: Output['rows'] = []
  for await (const row of verifyFolder(
    folder,
    chosen.map(([, open]) => open),
  )) {
    rows.push({ ...row, difference: Number.isNaN(row.difference) ? null : row.difference })
    if (signal.aborted) throw new RecheckError('verify.stopped', 'recheck verify: interrupted')
  }
  return rows
}

function table(rows: Output['rows']): string {
  const width = Math.max(...rows.map((row) => row.quantity.length))
  const lines = rows.map(
    ({ engine, quantity, difference, limit, passed }) =>
      `${passed ? 'pass' : 'FAIL'}  ${engine}  ${quantity.padEnd(width)}  ` +
      `${(difference ?? NaN).toExponential(2).padStart(9)}  limit ${limit.toExponential(2)}`,
  )
  const failed = rows.filter((row) => !row.passed).length
  return [...lines, failed === 0 ? `all ${rows.length} passed` : `${failed} of ${rows.length} failed`].join(
    '\n',
  )
}
