import { z } from 'zod'
import { mergeConfigs, parseSetting } from '../../shared/config/layers.ts'
import type { RunChange } from '../owner/resumeWithChanges.ts'
import { addCommand, type CommandCall, type CommandResult, type Register } from './command.ts'
import { findStoredRun, runArgument } from './runArgument.ts'
import { collect } from './runConfigOptions.ts'
import { RunOutput } from './runResult.ts'

const Input = z
  .object({
    run: z.string(),
    steps: z.coerce.number().int().min(1).optional(),
    set: z.array(z.string()).default([]),
    from: z.coerce.number().int().min(0).optional(),
  })
  .refine(({ steps, set, from }) => steps === undefined || (set.length === 0 && from === undefined), {
    message: '--steps extends a finished run; --set and --from are for the others',
  })

/** Null: goes on as it was. */
function changeOf({ set, from }: { set: readonly string[]; from?: number | undefined }): RunChange | null {
  if (set.length === 0 && from === undefined) return null
  return { settings: mergeConfigs(...set.map(parseSetting)), fromStep: from ?? null }
}

export const register: Register = (program, context) => {
  addCommand(program, context, {
    name: 'resume',
    summary: 'go on with a run that was stopped, interrupted or failed; or give a finished one more steps',
    examples: [
      'recheck resume run-20261122-153045-7f3a9c',
      'recheck resume 7f3a9c --steps 20',
      'recheck resume 7f3a9c --set optimizer.learningRate=1e-5',
      'recheck resume 7f3a9c --from 40 --set microBatch=8',
    ],
    input: Input,
    output: RunOutput,
    run: resumeRun,
  })
    .argument('<run>', runArgument)
    .option('--steps <n>', 'finished runs of stage 2: how many steps more')
    .option('--from <step>', 'go back to the checkpoint of this step, 0 = the beginning')
    .option('--set <path=value>', 'another value for the steps to come; may be given again', collect, [])
}

async function resumeRun(
  input: z.output<typeof Input>,
  call: CommandCall,
): Promise<CommandResult<RunOutput>> {
  const { withRuns } = await import('./runAccess.ts')
  const { readLog } = await import('../store/eventLog.ts')
  const { noteWhereItRuns } = await import('./startedRun.ts')
  const { endOfRun } = await import('./endOfRun.ts')
  const change = changeOf(input)
  const run = await findStoredRun(call, input.run)
  const { runId } = run
  const need = { address: 'recheck resume', check: () => Promise.resolve() }
  return withRuns(call, need, async (runs) => {
    const before = await runs.read((db) => readLog(db, runId, { after: 0, limit: 1 })[0]?.sequence ?? 0)
    if (input.steps === undefined) await runs.resume(runId, change)
    else await runs.extend(runId, input.steps)
    // what is changed, and what the learning rate does: as it stands in the run's log
    const said = await runs.read((db) => readLog(db, runId, { after: before, limit: 10 }))
    for (const { code, message } of said)
      if (code === 'run.changed' || code === 'run.extended') call.note(message)
    await noteWhereItRuns(runs, run, call)
    return endOfRun(runs, runId, call)
  })
}
