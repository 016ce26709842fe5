import type { Command } from 'commander'
import { z } from 'zod'
import type { Stage } from '../../shared/records.ts'
import { addCommand, type CommandCall, type CommandContext, type CommandResult } from './command.ts'
import { addConfigOptions, configOptionsShape, readConfigOptions } from './runConfigOptions.ts'
import { RunOutput } from './runResult.ts'
import { oneLine } from '../host/machine/terminalText.ts'

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

/** The command owns the data folder while its run lasts. */
async function startAndFollow(
  stage: Stage,
  input: Input,
  call: CommandCall,
): Promise<CommandResult<RunOutput>> {
  const { startRun } = await import('../owner/startRuns.ts')
  const { withOwner, endOfRun } = await import('./ownedRun.ts')
  const config = await readConfigOptions(input, 'builtin')
  const source = input.config ?? `preset ${input.preset ?? 'builtin'}`
  return withOwner(call, `recheck ${stage === 'estimate-v-star' ? 'estimate' : 'train'}`, async (owner) => {
    const run = await startRun(owner, process.execPath, {
      stage,
      config,
      source,
      vStarId: input.vStar ?? null,
      group: null,
    })
    call.note(`${run.runId} (${oneLine(run.name)})`)
    return endOfRun(owner, run.runId, call)
  })
}
