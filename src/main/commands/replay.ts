import { z } from 'zod'
import type { Replay, ReplayedRow } from '../tools/replayBatch.ts'
import { addCommand, type CommandCall, type Register } from './command.ts'
import { runArgument } from './runArgument.ts'
import { formatTable } from '../../shared/text/textTable.ts'
import { formatValue } from './runText.ts'

const Input = z.object({ run: z.string(), step: z.coerce.number().int().min(0).optional() })

const Output = z.strictObject({
  runId: z.string(),
  step: z.int(),
  path: z.string().describe('the batch that was kept'),
  error: z.string().describe('what the trainer said of the whole batch'),
  rows: z.array(
    z.strictObject({
      row: z.int().describe('place in the batch'),
      tokens: z.int(),
      loss: z.number().nullable(),
      gradientNorm: z.number().nullable().describe('before clipping'),
      problem: z.string().nullable().describe('what is not finite'),
      largestInput: z.strictObject({ name: z.string(), value: z.union([z.number(), z.string()]) }),
      text: z.string(),
    }),
  ),
})

/** `recheck replay RUN` */
export const register: Register = (program, context) => {
  addCommand(program, context, {
    name: 'replay',
    summary: 'give each rollout of a refused batch to the trainer by itself: which one is not finite?',
    examples: ['recheck replay 7f3a9c', 'recheck replay 7f3a9c --step 12 --json'],
    input: Input,
    output: Output,
    run: async (input, call) => {
      const { runId, replay } = await replayOf(input, call)
      const rows = replay.rows.map((row) => ({ ...row, largestInput: inJson(row.largestInput) }))
      return { output: { runId, ...replay, rows }, text: textOf(runId, replay) }
    },
  })
    .argument('<run>', runArgument)
    .option('--step <n>', 'of several batches kept, that of this step')
}

async function replayOf(
  { run: wanted, step }: z.output<typeof Input>,
  call: CommandCall,
): Promise<{ readonly runId: string; readonly replay: Replay }> {
  const { systemClock } = await import('../host/machine/clock.ts')
  const { replayBatch } = await import('../tools/replayBatch.ts')
  const { readStore } = await import('../owner/withStore.ts')
  const { readCheckpoints } = await import('../store/checkpointStore.ts')
  const { findRun } = await import('../store/runs/findRun.ts')
  const found = await readStore(call.dataFolder, systemClock, (db) => {
    const run = findRun(db, wanted)
    return { run, checkpoints: readCheckpoints(db, run.runId) }
  })
  const replay = await replayBatch({
    ...found,
    dataDir: call.dataFolder,
    step: step ?? null,
    onProgress: (done, total) =>
      call.progress.update({ activity: 'replaying', done, total, unit: 'rollouts' }),
  })
  return { runId: found.run.runId, replay }
}

/** JSON has no place for NaN and infinity: they are words. */
function inJson({ name, value }: ReplayedRow['largestInput']): { name: string; value: number | string } {
  return { name, value: Number.isFinite(value) ? value : String(value) }
}

function textOf(runId: string, { step, error, rows }: Replay): string {
  const table = formatTable(
    ['rollout', 'tokens', 'loss', 'gradient norm', 'largest input', 'begins'],
    rows.map(({ row, tokens, loss, gradientNorm, problem, largestInput, text }) => [
      String(row),
      String(tokens),
      problem ?? formatValue(loss),
      formatValue(gradientNorm),
      `${largestInput.name} ${formatValue(largestInput.value)}`,
      text.replaceAll(/\s+/g, ' ').slice(0, 50),
    ]),
  )
  const bad = rows.filter(({ problem }) => problem !== null)
  const verdict =
    bad.length === 0
      ? 'Each rollout by itself is finite: only their sum is not.'
      : `Not finite by itself: rollout ${bad.map(({ row }) => row).join(', ')} of ${rows.length}.`
  const wayOut = `To go on with other settings: recheck resume ${runId} --set policyBeta=… (of the loss; or smaller updates from before: --from STEP --set optimizer.learningRate=…)`
  return `Step ${step}: ${error}\n\n${table}\n\n${verdict}\n${wayOut}`
}
