import { z } from 'zod'
import { addCommand, type Register } from './command.ts'
import { RunOutput } from './runResult.ts'

const Input = z.object({ run: z.string(), steps: z.coerce.number().int().min(1).optional() })

export const register: Register = (program, context) => {
  addCommand(program, context, {
    name: 'resume',
    summary: 'go on with a run that was stopped, interrupted or failed; or give a finished one more steps',
    examples: ['recheck resume run-20261122-153045-7f3a9c', 'recheck resume 7f3a9c --steps 20'],
    input: Input,
    output: RunOutput,
    run: async (input, call) => {
      const { withOwner, endOfRun } = await import('./ownedRun.ts')
      const { findRun } = await import('../store/runStore.ts')
      return withOwner(call, 'recheck resume', async (owner) => {
        const { runId } = findRun(owner.db, input.run)
        if (input.steps === undefined) await owner.resume(runId)
        else owner.extend(runId, input.steps)
        return endOfRun(owner, runId, call)
      })
    },
  })
    .argument('<run>', 'id of the run, or its end')
    .option('--steps <n>', 'finished runs: how many steps more')
}
