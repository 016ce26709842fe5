import type { Command } from 'commander'
import { z } from 'zod'
import { mergeConfigs, type ConfigLayer } from '../../shared/config/layers.ts'
import { Shards } from '../../shared/runs/remotePlace.ts'
import type { Stage } from '../../shared/runs/records.ts'
import { addCommand, type CommandCall, type CommandContext, type CommandResult } from './command.ts'
import { addPlaceOptions, placeOptionsShape } from './placeOptions.ts'
import { addConfigOptions, configOptionsShape, readConfigOptions } from './runConfigOptions.ts'
import { RunOutput } from './runResult.ts'

const Input = z.object({
  ...configOptionsShape,
  ...placeOptionsShape,
  vStar: z.string().optional(),
  force: z.boolean().default(false),
})
const EstimateInput = Input.omit({ vStar: true }).extend({ shards: Shards.optional() })
type Input = z.infer<typeof Input> & { readonly shards?: number | undefined }
const WarmUpInput = z.object({
  ...configOptionsShape,
  ...placeOptionsShape,
  rollouts: z.string().optional(),
  force: z.boolean().default(false),
})

export function register(program: Command, context: CommandContext): void {
  registerWarmUp(program, context)
  registerEstimate(program, context)
  registerTrain(program, context)
}

function registerWarmUp(program: Command, context: CommandContext): void {
  const command = addCommand(program, context, {
    name: 'sft',
    summary: 'stage 0 alone: warm a model up by supervised fine-tuning; its result is a model folder',
    examples: [
      'recheck sft --preset builtin-from-scratch',
      'recheck sft --config run.yaml --set warmUp.steps=80',
      'recheck sft --preset builtin --rollouts 7f3a9c',
      'recheck sft --set model.path=./model --set \'warmUp.source={"path":"conversations.jsonl"}\'',
    ],
    input: WarmUpInput,
    output: RunOutput,
    run: runWarmUp,
  })
  addPlaceOptions(addConfigOptions(command))
    .option(
      '--rollouts <run>',
      'imitate the correct training rollouts of this run, in the place of warmUp.source',
    )
    .option('--force', 'start though the memory plan says that it does not fit')
}

function registerEstimate(program: Command, context: CommandContext): void {
  const command = addCommand(program, context, {
    name: 'estimate',
    summary: 'stage 1: estimate V* of every training problem with the reference policy',
    examples: [
      'recheck estimate --preset builtin',
      'recheck estimate --config run.yaml --set vStar.samples=8 --json',
      'recheck estimate --config run.yaml --shards 7 --engine ray --address http://head:8265 --shared /nfs/recheck',
    ],
    input: EstimateInput,
    output: RunOutput,
    run: (input, call) => startAndFollow('estimate-v-star', input, call),
  })
  addPlaceOptions(addForce(addConfigOptions(command))).option(
    '--shards <n>',
    'split the problems into so many parts: here one after the other, with ray a job each; the estimate is the same',
  )
}

function registerTrain(program: Command, context: CommandContext): void {
  const command = addCommand(program, context, {
    name: 'train',
    summary:
      'stage 2: train self-correction; a warm-up runs first where the config has one, stage 1 where no fitting estimate exists',
    examples: [
      'recheck train --preset builtin',
      'recheck train --config run.yaml --set steps=100',
      'recheck train --preset builtin --v-star vstar-0123456789abcdef',
      'recheck train --config run.yaml --engine ray --address http://head:8265 --shared /nfs/recheck --gpus 1',
    ],
    input: Input,
    output: RunOutput,
    run: (input, call) => startAndFollow('self-correction', input, call),
  })
  addPlaceOptions(addForce(addConfigOptions(command))).option(
    '--v-star <id>',
    'V* estimate to train against (else a fitting one is found or made)',
  )
}

function addForce(command: Command): Command {
  return command.option(
    '--force',
    'start though the memory plan says that it does not fit, and go on where the probe or V* says that nothing can be learned (onNoSignal=warn)',
  )
}

async function runWarmUp(
  { rollouts, set, ...input }: z.output<typeof WarmUpInput>,
  call: CommandCall,
): Promise<CommandResult<RunOutput>> {
  const own = { ...input, set }
  if (rollouts === undefined) return startAndFollow('warm-up', own, call)
  const { findStoredRun } = await import('./runArgument.ts')
  const { readStore } = await import('../owner/withStore.ts')
  const { systemClock } = await import('../host/machine/clock.ts')
  const { writeRolloutConversations } = await import('../tools/rolloutConversations.ts')
  const { runId } = await findStoredRun(call, rollouts)
  const { path, kept, total } = await readStore(call.dataFolder, systemClock, (db) =>
    writeRolloutConversations(db, call.dataFolder, runId),
  )
  call.note(`${kept} of ${total} training rollouts of ${runId} are imitated: ${path}`)
  return startAndFollow(
    'warm-up',
    { ...own, set: set.concat(`warmUp.source=${JSON.stringify({ path })}`) },
    call,
  )
}

const commandNames: Readonly<Record<Stage, string>> = {
  'warm-up': 'sft',
  'estimate-v-star': 'estimate',
  'self-correction': 'train',
}

/** A run that is only a warm-up has one, with its defaults where the config says nothing of it. */
function withWarmUp(stage: Stage, config: ConfigLayer): ConfigLayer {
  return stage === 'warm-up' && (config.warmUp ?? null) === null
    ? mergeConfigs(config, { warmUp: {} })
    : config
}

/** The command owns the data folder while its run lasts, or hands the run over to who owns it. */
async function startAndFollow(
  stage: Stage,
  input: Input,
  call: CommandCall,
): Promise<CommandResult<RunOutput>> {
  const { withRuns } = await import('./runAccess.ts')
  const { checkedPlan } = await import('../owner/startRuns.ts')
  const { needOf, startAndName } = await import('./startedRun.ts')
  const { readPlace } = await import('./readPlace.ts')
  const { endOfRun } = await import('./endOfRun.ts')
  const plan = checkedPlan({
    stage,
    config: mergeConfigs(
      withWarmUp(stage, await readConfigOptions(input, 'builtin')),
      input.force ? { onNoSignal: 'warn' } : {},
    ),
    source: input.config ?? `preset ${input.preset ?? 'builtin'}`,
    vStarId: input.vStar ?? null,
    group: null,
    force: input.force,
    place: await readPlace(input, call),
    shards: input.shards ?? null,
  })
  const { fetchWhatIsMissing } = await import('./library/fetchWhatIsMissing.ts')
  await fetchWhatIsMissing(plan.config, call, input.yes)
  const address = `recheck ${commandNames[stage]}`
  return withRuns(call, needOf(address, plan), async (runs) =>
    endOfRun(runs, await startAndName(runs, plan, call, 'table'), call),
  )
}
