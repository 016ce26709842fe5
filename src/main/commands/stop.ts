import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import type { RunStatus } from '../../shared/runs/records.ts'
import { runStatuses } from '../../shared/runs/records.ts'
import { isOver } from '../../shared/runs/runTransitions.ts'
import { addCommand, type CommandCall, type CommandResult, type Register } from './command.ts'
import { findStoredRun, runArgument } from './runArgument.ts'

const Input = z.object({ run: z.string(), now: z.boolean().default(false), wait: z.boolean().default(false) })
const Output = z.strictObject({
  runId: z.string(),
  status: z.enum(runStatuses).describe('when the command ends'),
})

const lookEveryMs = 250

/** `recheck stop RUN` */
export const register: Register = (program, context) => {
  addCommand(program, context, {
    name: 'stop',
    summary: 'stop a run, whichever process owns it; it can be resumed',
    examples: [
      'recheck stop run-20260727-101500-3fa9c2',
      'recheck stop demo --now',
      'recheck stop demo --wait',
    ],
    input: Input,
    output: Output,
    run: stopRun,
  })
    .argument('<run>', runArgument)
    .option('--now', 'give up the step at hand')
    .option('--wait', 'return when the run has stopped')
}

async function stopRun(
  input: z.output<typeof Input>,
  call: CommandCall,
): Promise<CommandResult<z.output<typeof Output>>> {
  const { withRuns } = await import('./runAccess.ts')
  const { readRun } = await import('../store/runs/runStore.ts')
  const { runId } = await findStoredRun(call, input.run)
  const need = { address: 'recheck stop', check: () => Promise.resolve() }
  return withRuns(call, need, async (runs) => {
    const statusNow = (): Promise<RunStatus> => runs.read((db) => readRun(db, runId).status)
    await runs.stop(runId, input.now ? 'now' : 'after-step', call.signal)
    let status = await statusNow()
    while (input.wait && !isOver(status) && !call.signal.aborted) {
      await wait(lookEveryMs)
      status = await statusNow()
    }
    const text = isOver(status)
      ? `${runId} is ${status}`
      : `${runId} stops ${input.now ? 'now' : 'after this step'}`
    return { output: { runId, status }, text }
  })
}
