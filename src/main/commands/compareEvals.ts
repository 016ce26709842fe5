import { z } from 'zod'
import type { EvaluatedProblem } from '../../shared/runs/evaluation/evaluationResult.ts'
import { evaluationDocumentSchema } from '../../shared/runs/evaluation/evaluationResult.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { Register } from './command.ts'
import { addCommand } from './command.ts'

const Input = z.object({ first: z.string(), second: z.string() })

export const CompareEvalsOutput = z.strictObject({
  problems: z.int().describe('in both evaluations'),
  onlyA: z.int().describe('left out: in the first alone'),
  onlyB: z.int().describe('left out: in the second alone'),
  metrics: z.array(
    z.strictObject({
      name: z.enum(['accuracy/attempt', 'accuracy/final', 'verifier/accuracy']),
      a: z.number(),
      b: z.number(),
      difference: z
        .strictObject({ estimate: z.number(), low: z.number(), high: z.number() })
        .describe('b − a, paired bootstrap over problems, 95 %'),
      mcNemar: z
        .strictObject({ onlyA: z.int(), onlyB: z.int(), p: z.number().describe('exact, two-sided') })
        .nullable()
        .describe('null where an evaluation has several samples a problem'),
    }),
  ),
})

/** `recheck compare-evals A B`: two documents of `recheck eval --json`, problem by problem. */
export const register: Register = (program, context) => {
  addCommand(program, context, {
    name: 'compare-evals',
    summary: 'compare two evaluations on the same problems, with paired intervals',
    examples: [
      'recheck compare-evals before.json after.json',
      'recheck compare-evals before.json after.json --json',
    ],
    input: Input,
    output: CompareEvalsOutput,
    run: async ({ first, second }) => {
      const { compareEvaluations } = await import('../../core/train/evaluation/compareEvaluations.ts')
      const compared = compareEvaluations(await readProblems(first), await readProblems(second))
      const output = CompareEvalsOutput.parse(compared)
      return { output, text: table(output) }
    },
  })
    .argument('<first>', 'what `recheck eval --json` printed')
    .argument('<second>', 'the same, of the other policy')
}

async function readProblems(path: string): Promise<readonly EvaluatedProblem[]> {
  const { readFile } = await import('node:fs/promises')
  try {
    return evaluationDocumentSchema.parse(JSON.parse(await readFile(path, 'utf8'))).problems
  } catch (thrown) {
    const message = thrown instanceof z.ZodError ? z.prettifyError(thrown) : (thrown as Error).message
    throw new RecheckError(
      'eval.unreadable',
      `recheck compare-evals: ${path} is not a document of "recheck eval --json": ${message}`,
    )
  }
}

function table({ problems, onlyA, onlyB, metrics }: z.infer<typeof CompareEvalsOutput>): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
  const points = (share: number): string => `${share >= 0 ? '+' : '−'}${Math.abs(100 * share).toFixed(1)}`
  const lines = metrics.map(({ name, a, b, difference, mcNemar }) => {
    const { estimate, low, high } = difference
    const interval = `${points(estimate)} points [${points(low)}, ${points(high)}]`
    const test = mcNemar === null ? '' : `  McNemar p = ${mcNemar.p.toPrecision(2)}`
    return `${name.padEnd(17)}  ${percent(a)} → ${percent(b)}  ${interval}${test}`
  })
  const leftOut = onlyA + onlyB === 0 ? '' : `; left out: ${onlyA} of the first, ${onlyB} of the second`
  return [
    ...lines,
    `${problems} problems in both${leftOut}; 95 % intervals, problems resampled in pairs`,
  ].join('\n')
}
