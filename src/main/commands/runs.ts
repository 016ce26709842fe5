import { z } from 'zod'
import { formatTime } from '../../shared/text/format.ts'
import { runStatuses, storedStages, type Run } from '../../shared/runs/records.ts'
import { testRank, testScoreText } from '../../shared/runs/evaluation/testScore.ts'
import type { Register } from './command.ts'
import { addCommand } from './command.ts'
import { formatTable } from '../../shared/text/textTable.ts'
import { formatProgress, formatValue } from './runText.ts'

const Input = z.object({
  status: z.enum(runStatuses).optional(),
  tag: z.string().optional(),
  all: z.boolean().default(false),
  limit: z.coerce.number().int().min(1),
  sort: z.enum(['newest', 'test']),
})

const Output = z.strictObject({
  runs: z.array(
    z.strictObject({
      runId: z.string(),
      name: z.string(),
      stage: z.enum(storedStages),
      status: z.enum(runStatuses),
      step: z.int(),
      stepsDone: z.int(),
      totalSteps: z.int(),
      createdAtMs: z.number(),
      activeMs: z.number(),
      tags: z.array(z.string()),
      configHash: z.string(),
      testScore: z
        .object({ step: z.int(), successes: z.int(), trials: z.int() })
        .nullable()
        .describe('Acc@final of the newest evaluation on the test split'),
      latest: z.record(z.string(), z.number().nullable()).describe('latest value of each metric'),
    }),
  ),
  total: z.int().describe('runs that the filter lets through; `runs` holds the first of them'),
})

/** `recheck runs` */
export const register: Register = (program, context) => {
  addCommand(program, context, {
    name: 'runs',
    summary: 'list runs with their scores on the test split, newest first or best first',
    examples: [
      'recheck runs',
      'recheck runs --status interrupted',
      'recheck runs --sort test',
      'recheck runs --tag demo --json',
    ],
    input: Input,
    output: Output,
    run: async (input, call) => {
      const { systemClock } = await import('../host/machine/clock.ts')
      const { readStore } = await import('../owner/withStore.ts')
      const { listRuns } = await import('../store/runs/runStore.ts')
      const all = await readStore(call.dataFolder, systemClock, (db) => listRuns(db))
      const chosen = sorted(
        all.filter((run) => isWanted(run, input)),
        input.sort,
      )
      const runs = chosen.slice(0, input.limit)
      return { output: { runs: runs.map(listed), total: chosen.length }, text: textOf(runs, chosen.length) }
    },
  })
    .option('--status <status>', `only runs that are ${runStatuses.join(', ')}`)
    .option('--tag <tag>', 'only runs with this tag')
    .option('--all', 'archived runs too')
    .option(
      '--sort <order>',
      'newest, or test: by the lower end of the test score’s 95 % interval, best first',
      'newest',
    )
    .option('--limit <n>', 'at most so many', '50')
}

function isWanted(run: Run, input: z.infer<typeof Input>): boolean {
  if (run.archived && !input.all) return false
  if (input.status !== undefined && run.status !== input.status) return false
  return input.tag === undefined || run.tags.includes(input.tag)
}

/** @param runs newest first, which stays the order of those without a score */
function sorted(runs: readonly Run[], order: z.infer<typeof Input>['sort']): readonly Run[] {
  if (order === 'newest') return runs
  const rank = ({ testScore }: Run): number => testRank(testScore) ?? -1
  return runs.toSorted((a, b) => rank(b) - rank(a))
}

function listed(run: Run): z.infer<typeof Output>['runs'][number] {
  const { runId, name, stage, status, step, stepsDone, totalSteps, createdAtMs, activeMs, configHash } = run
  return {
    runId,
    name,
    stage,
    status,
    step,
    stepsDone,
    totalSteps,
    createdAtMs,
    activeMs,
    configHash,
    tags: [...run.tags],
    testScore: run.testScore === null ? null : { ...run.testScore },
    latest: { ...run.latest },
  }
}

const titles = [
  'run',
  'name',
  'status',
  'test Acc@final',
  'step',
  'stage',
  'training Acc@final',
  'made',
] as const

function textOf(runs: readonly Run[], total: number): string {
  if (total === 0) return 'No such runs. "npm run demo" makes one.'
  const rows = runs.map((run) => [
    run.runId,
    run.name,
    run.status,
    run.testScore === null ? '–' : testScoreText(run.testScore),
    formatProgress(run),
    run.stage,
    formatValue(run.latest['accuracy/final']),
    formatTime(run.createdAtMs),
  ])
  const table = formatTable(titles, rows)
  return runs.length < total ? `${table}\n${runs.length} of ${total} runs; --limit shows more` : table
}
