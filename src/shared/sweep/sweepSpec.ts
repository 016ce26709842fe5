import { z } from 'zod'
import { configProblems } from '../config/problems.ts'
import { nameText } from '../text/labels.ts'
import { firstLines } from '../text/plainText.ts'
import { RecheckError } from '../errors/recheckError.ts'

const layer = z.record(z.string(), z.unknown())
const bounds = z.tuple([z.number(), z.number()])
const count = z.int().min(1)

const distribution = z.union([
  z.strictObject({ choice: z.array(z.unknown()).min(1).max(64) }),
  z.strictObject({ uniform: bounds }),
  z.strictObject({ logUniform: bounds }),
])

/** A table of trials: the same config but for the fields that are varied, each with the same seeds. */
export const sweepSchema = z.strictObject({
  /** Also the group of its runs. */
  name: nameText(80),
  preset: z.string().optional(),
  /** What all trials share, over the preset. */
  config: layer.default({}),
  /** Named configs, to compare methods; the first is what the others are compared with. */
  points: z.record(z.string().min(1).max(80), layer).optional(),
  /** Every combination of the values of each field (dotted path). */
  grid: z.record(z.string(), z.array(z.unknown()).min(1).max(64)).optional(),
  random: z
    .strictObject({
      trials: count.max(1000),
      seed: z.int().min(0).default(0),
      fields: z.record(z.string(), distribution),
    })
    .optional(),
  seeds: z.array(z.int().min(0)).min(1).max(100).default([0]),
  /** Of the validation split: what points are ranked by. */
  metric: z.enum(['accuracy/final', 'accuracy/attempt', 'verifier/accuracy']).default('accuracy/final'),
  /** No trial begins beyond these. */
  budget: z
    .strictObject({
      runs: count.optional(),
      tokens: count.optional(),
      hours: z.number().positive().optional(),
    })
    .default({}),
  /** Successive halving: all points to the first number of steps, the better share of them on to the next. */
  halving: z
    .strictObject({ steps: z.array(count).min(2).max(10), keep: z.number().gt(0).lt(1).default(0.5) })
    .optional(),
})
export type SweepSpec = z.output<typeof sweepSchema>
export type Distribution = z.output<typeof distribution>

/** @throws RecheckError `sweep.invalid`, every problem with path, expected and got */
export function parseSweep(value: unknown, source: string): SweepSpec {
  const parsed = sweepSchema.safeParse(value, { reportInput: true })
  const lines = parsed.success
    ? crossProblems(parsed.data)
    : configProblems(parsed.error.issues, value).map(
        ({ path, expected, got }) => `${path}: expected ${expected}, got ${got}`,
      )
  if (parsed.success && lines.length === 0) return parsed.data
  throw new RecheckError(
    'sweep.invalid',
    `${source} is not a valid sweep:\n  ${firstLines(lines).join('\n  ')}\nAn example is in docs/sweeps.md.`,
  )
}

function crossProblems({ points, grid, random, seeds, halving }: SweepSpec): string[] {
  const given = [points, grid, random].filter((each) => each !== undefined).length
  const problems: string[] = []
  if (given !== 1) problems.push(`points, grid, random: expected exactly one of them, got ${given}`)
  if (new Set(seeds).size !== seeds.length)
    problems.push(`seeds: expected each once, got ${seeds.join(', ')}`)
  if (
    halving !== undefined &&
    halving.steps.some((steps, index) => index > 0 && steps <= (halving.steps[index - 1] ?? 0))
  )
    problems.push(`halving.steps: expected growing numbers, got ${halving.steps.join(', ')}`)
  for (const [path, each] of Object.entries(random?.fields ?? {})) {
    if ('choice' in each) continue
    const [low, high] = 'uniform' in each ? each.uniform : each.logUniform
    if (!(low < high) || ('logUniform' in each && low <= 0))
      problems.push(
        `random.fields.${path}: expected a lower and a higher bound${'logUniform' in each ? ' above 0' : ''}, got ${low}, ${high}`,
      )
  }
  return problems
}
