import type { Command } from 'commander'
import { z } from 'zod'
import type { Stage } from '../../shared/records.ts'
import { addCommand, type CommandCall, type CommandContext, type CommandResult } from './command.ts'
import { addConfigOptions, configOptionsShape, readConfigOptions } from './runConfigOptions.ts'
import { RunOutput } from './runResult.ts'

const Input = z.object({ ...configOptionsShape, vStar: z.string().optional() })
type Input = z.infer<typeof Input>

export function register(program: Command, context: CommandContext): void {
  registerEstimate(program, context)
  registerTrain(program, context)
}

function registerEstimate(program: Command, context: CommandContext): void {
  const command = addCommand(program, context, {
    name: 'estimate',
    summary: 'stage 1: estimate V* of every training problem with the reference policy',
    examples: [
      'recheck estimate --preset builtin',
      'recheck estimate --config run.yaml --set vStar.samples=8 --json',
    ],
    input: Input,
    output: RunOutput,
    run: (input, call) => startAndFollow('estimate-v-star', input, call),
  })
  addConfigOptions(command)
}

function registerTrain(program: Command, context: CommandContext): void {
  const command = addCommand(program, context, {
    name: 'train',
    summary: 'stage 2: train self-correction; stage 1 runs first where no fitting estimate exists',
    examples: [
      'recheck train --preset builtin',
      'recheck train --config run.yaml --set steps=100',
      'recheck train --preset builtin --v-star vstar-0123456789abcdef',
    ],
    input: Input,
    output: RunOutput,
    run: (input, call) => startAndFollow('self-correction', input, call),
  })
  addConfigOptions(command).option(
    '--v-star <id>',
    'V* estimate to train against (else a fitting one is found or made)',
  )
}

/** The command owns the data folder while its run lasts, or hands the run over to who owns it. */
async function startAndFollow(
  stage: Stage,
  input: Input,
  call: CommandCall,
): Promise<CommandResult<RunOutput>> {
  const { withRuns } = await import('./runAccess.ts')
  const { checkedPlan, needOf, startAndName } = await import('./startedRun.ts')
  const { endOfRun } = await import('./endOfRun.ts')
  const plan = checkedPlan({
    stage,
    config: await readConfigOptions(input, 'builtin'),
    source: input.config ?? `preset ${input.preset ?? 'builtin'}`,
    vStarId: input.vStar ?? null,
    group: null,
  })
  const address = `recheck ${stage === 'estimate-v-star' ? 'estimate' : 'train'}`
  return withRuns(call, needOf(address, plan), async (runs) =>
    endOfRun(runs, await startAndName(runs, plan, call), call),
  )
}
