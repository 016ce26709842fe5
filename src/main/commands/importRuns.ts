import { resolve } from 'node:path'
import { z } from 'zod'
import { importFormats, importText } from '../../shared/runs/imports/importedRun.ts'
import { plainLine } from '../../shared/text/plainText.ts'
import { addCommand, type CommandCall, type CommandResult, type Register } from './command.ts'

const Input = z.object({ path: z.string(), stepColumn: z.string().optional() })
type Input = z.infer<typeof Input>

const Output = z.strictObject({
  runs: z.array(
    z.strictObject({
      runId: z.string(),
      name: z.string(),
      format: z.enum(importFormats).describe('table: CSV, JSON or Parquet with a column of steps'),
      metrics: z.int(),
      points: z.int(),
      state: z
        .enum(['new', 'again', 'restored'])
        .describe('again: it was here already, nothing was added; restored: it was here, and deleted'),
      notes: z.array(z.string()).describe('what was left out, or read otherwise than it is written'),
    }),
  ),
})
type Output = z.infer<typeof Output>

/** `recheck import-runs` */
export const register: Register = (program, context) => {
  addCommand(program, context, {
    name: 'import-runs',
    summary: 'take in runs that TensorBoard, W&B, trackio or a table has logged, as read-only runs',
    examples: [
      'recheck import-runs runs/',
      'recheck import-runs wandb-history.csv',
      'recheck import-runs ~/.cache/huggingface/trackio/my-project.db',
      'recheck import-runs losses.csv --step-column update',
    ],
    input: Input,
    output: Output,
    run: importRuns,
  })
    .argument(
      '<path>',
      'folder of TensorBoard (each folder in it with event files is a run) or one event file; history or a panel of W&B as CSV or JSON; project of trackio (.db or .parquet); .csv, .tsv, .json, .jsonl or .parquet with a row a step',
    )
    .option(
      '--step-column <name>',
      'of a table: the column that counts the steps (default: step, global_step, …)',
    )
}

async function importRuns({ path, stepColumn }: Input, call: CommandCall): Promise<CommandResult<Output>> {
  const { assertIsThere } = await import('../tools/imports/readRuns.ts')
  const { withRuns } = await import('./runAccess.ts')
  const wanted = { path: resolve(path), name: resolve(path), stepColumn: stepColumn ?? null }
  const check = (): Promise<void> => assertIsThere(wanted.path)
  await check() // before a data folder is made for it
  const runs = await withRuns(call, { address: 'recheck import-runs', check }, (access) =>
    access.importRuns(wanted, {
      signal: call.signal,
      onProgress: (progress) => call.progress.update(progress),
    }),
  )
  call.progress.stop()
  const output: Output = { runs: runs.map((run) => ({ ...run, notes: [...run.notes] })) }
  return { output, text: textOf(output) }
}

function textOf({ runs }: Output): string {
  return runs
    .flatMap((run) => [
      `${run.runId}  ${plainLine(importText(run))}`,
      ...run.notes.map((note) => `  ${plainLine(note)}`),
    ])
    .join('\n')
}
