import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import type { RunStatus } from '../../shared/records.ts'
import { runStatuses } from '../../shared/records.ts'
import { isOver } from '../../shared/runTransitions.ts'
import type { CommandCall, Register } from './command.ts'
import { addCommand } from './command.ts'

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
    run: async (input, call) => {
      const { askOwner } = await import('../owner/controlChannel.ts')
      const { runId } = await readRunOf(call, input.run)
      const when = input.now ? 'now' : 'after-step'
      await askOwner(call.dataFolder, { command: 'stop', runId, when }, { signal: call.signal })
      const status = input.wait ? await statusWhenOver(call, runId) : (await readRunOf(call, runId)).status
      const text = isOver(status)
        ? `${runId} is ${status}`
        : `${runId} stops ${input.now ? 'now' : 'after this step'}`
      return { output: { runId, status }, text }
    },
  })
    .argument('<run>', 'id of the run, the beginning of it, or its name')
    .option('--now', 'give up the step at hand')
    .option('--wait', 'return when the run has stopped')
}

async function readRunOf(call: CommandCall, wanted: string): Promise<{ runId: string; status: RunStatus }> {
  const { systemClock } = await import('../host/machine/clock.ts')
  const { readStore } = await import('../owner/withStore.ts')
  const { findRun } = await import('../store/runStore.ts')
  return readStore(call.dataFolder, systemClock, (db) => findRun(db, wanted))
}

async function statusWhenOver(call: CommandCall, runId: string): Promise<RunStatus> {
  for (;;) {
    const { status } = await readRunOf(call, runId)
    if (isOver(status) || call.signal.aborted) return status
    await wait(lookEveryMs)
  }
}
