import { z } from 'zod'
import { mergeConfigs, type ConfigLayer } from '../../shared/config/layers.ts'
import { parseConfig, type RunConfig } from '../../shared/config/parseConfig.ts'
import { evaluatedProblemSchema } from '../../shared/runs/evaluation/evaluationResult.ts'
import type { MemoryPlan } from '../../shared/memoryPlan.ts'
import type { CheckpointRecord } from '../../shared/runs/records.ts'
import type { RemotePlace } from '../../shared/runs/remotePlace.ts'
import type { ModelEvaluation } from '../tools/evaluateModel.ts'
import { findStoredCheckpoints } from './chosenModel.ts'
import { addCommand, type CommandCall, type CommandResult, type Register } from './command.ts'
import { noteMemory } from './noteMemory.ts'
import { addPlaceOptions, placeOptionsShape } from './placeOptions.ts'
import { runArgument } from './runArgument.ts'
import { addConfigOptions, configOptionsShape, readConfigOptions } from './runConfigOptions.ts'
import { ProportionOutput } from './runResult.ts'

const Input = z.object({
  ...configOptionsShape,
  ...placeOptionsShape,
  model: z.string().optional(),
  run: z.string().optional(),
  step: z.coerce.number().int().min(0).optional(),
  data: z.string().optional(),
  split: z.enum(['validation', 'test']).default('test'),
  samples: z.coerce.number().int().min(1).default(1),
  greedy: z.boolean().default(false),
  force: z.boolean().default(false),
})
type Input = z.infer<typeof Input>

const Group = z.object({
  group: z.string().nullable(),
  problems: z.number(),
  attempt: ProportionOutput,
  final: ProportionOutput,
  verifier: ProportionOutput,
  correctRecall: ProportionOutput,
  wrongRecall: ProportionOutput,
})
const IntervalOutput = z.object({ estimate: z.number(), low: z.number(), high: z.number() })
const CurvePoint = z.object({
  method: z.string(),
  n: z.number().describe('samples of a problem'),
  tokensPerProblem: z.number(),
  accuracy: IntervalOutput,
})
const Output = z.object({
  model: z.string(),
  runId: z.string().nullable(),
  step: z.number().nullable().describe('of the checkpoint; null: the model folder’s own weights'),
  split: z.string(),
  samples: z.number(),
  greedy: z.boolean(),
  proportions: z.record(z.string(), ProportionOutput).describe('95 % Wilson intervals'),
  bySubject: z.array(Group),
  byLevel: z.array(Group),
  atEqualTokens: z
    .array(CurvePoint.extend({ bound: z.string(), selfCorrectionAhead: IntervalOutput.nullable() }))
    .describe('one self-correction, and the votes that cost just less and just more'),
  tokenCurve: z.array(CurvePoint).describe('accuracy against generated tokens'),
  problems: z.array(evaluatedProblemSchema),
})
type Output = z.infer<typeof Output>

export const register: Register = (program, context) => {
  const command = addCommand(program, context, {
    name: 'eval',
    summary: 'evaluate a model folder or a run’s checkpoint on held-out problems',
    examples: [
      'recheck eval --model resources/models/builtin --samples 4',
      'recheck eval --run 7f3a9c --json > after.json',
      'recheck eval --model builtin --greedy --set data.test=200',
      'recheck eval --run 7f3a9c --engine ray --address http://head:8265 --shared /nfs/recheck --gpus 1',
    ],
    input: Input,
    output: Output,
    run: evaluate,
  })
  addConfigOptions(command)
    .option('--model <folder>', 'model folder, name of a model, or `builtin`')
    .option(
      '--run <run>',
      `a run (${runArgument}): its config and its newest checkpoint; RUN@120 for that of step 120, RUN@best for the best by validation`,
    )
    .option('--step <n>', 'with --run: the checkpoint of this step')
    .option('--data <source>', 'arithmetic, math, gsm8k, or a JSONL, CSV or Parquet file')
    .option('--split <name>', 'validation or test (default test)')
    .option('--samples <m>', 'rollouts a problem (default 1)')
    .option('--greedy', 'temperature 0')
    .option('--force', 'start though the memory plan says that it does not fit')
  addPlaceOptions(command)
}

async function evaluate(input: Input, call: CommandCall): Promise<CommandResult<Output>> {
  const { readPlace } = await import('./readPlace.ts')
  const place = await readPlace(input, call)
  const base = input.run === undefined ? null : await runToEvaluate(input, call)
  const config = await evaluationConfig(input, base?.config ?? null)
  const { fetchWhatIsMissing } = await import('./library/fetchWhatIsMissing.ts')
  await fetchWhatIsMissing(config, call, input.yes)
  const evaluation = await evaluateOn(place, { input, call, base, config })
  const facts = {
    model: config.model.path,
    runId: base?.runId ?? null,
    split: input.split,
    samples: input.samples,
  }
  const tables = { ...evaluation, bySubject: [...evaluation.bySubject], byLevel: [...evaluation.byLevel] }
  return {
    output: {
      ...facts,
      greedy: input.greedy,
      ...tables,
      proportions: { ...evaluation.proportions },
      atEqualTokens: [...evaluation.atEqualTokens],
      tokenCurve: [...evaluation.tokenCurve],
      problems: [...evaluation.problems],
    },
    text: textOf(evaluation),
  }
}

/** Here, or by a job of a cluster. */
async function evaluateOn(
  place: RemotePlace | null,
  { input, call, base, config }: Asked,
): Promise<ModelEvaluation> {
  const setup = {
    config,
    split: input.split,
    workingFolder: process.cwd(),
    signal: call.signal,
    checkpoints: base === null ? null : { dataDir: call.dataFolder, records: base.checkpoints },
    trained: base === null ? null : parseConfig(base.config, `run ${base.runId}`),
    force: input.force,
    onNotice: (notice: string) => call.note(notice),
    onMemory: (plan: MemoryPlan) => noteMemory(plan, call),
  }
  if (place === null) {
    const { evaluateModel } = await import('../tools/evaluateModel.ts')
    return evaluateModel({
      ...setup,
      onProgress: (activity, done, total) =>
        call.progress.update({ activity: `sampling ${activity}`, done, total, unit: 'completions' }),
    })
  }
  const { evaluateElsewhere } = await import('../tools/elsewhere/evaluateElsewhere.ts')
  const { placeAccess } = await import('./readPlace.ts')
  const { systemClock } = await import('../host/machine/clock.ts')
  return evaluateElsewhere({
    ...setup,
    place,
    access: placeAccess(),
    clock: systemClock,
    dataDir: call.dataFolder,
    onProgress: (activity, done, total, unit) => call.progress.update({ activity, done, total, unit }),
  })
}

interface Asked {
  readonly input: Input
  readonly call: CommandCall
  readonly base: RunToEvaluate | null
  readonly config: RunConfig
}

interface RunToEvaluate {
  readonly runId: string
  readonly config: ConfigLayer
  readonly checkpoints: readonly CheckpointRecord[]
}

async function runToEvaluate(input: Input, call: CommandCall): Promise<RunToEvaluate> {
  const step = input.step === undefined ? '' : `@${input.step}`
  const { run, checkpoints } = await findStoredCheckpoints(call, `${input.run ?? ''}${step}`)
  return { runId: run.runId, config: JSON.parse(run.config) as ConfigLayer, checkpoints }
}

async function evaluationConfig(input: Input, runConfig: ConfigLayer | null): Promise<RunConfig> {
  const given = await readConfigOptions(input, runConfig === null ? 'builtin' : null)
  const isNamed = ['arithmetic', 'math', 'gsm8k'].includes(input.data ?? '')
  const layer: ConfigLayer = {
    evalSamples: input.samples,
    ...(input.model === undefined ? {} : { model: { path: input.model } }),
    ...(input.data === undefined ? {} : { data: { source: isNamed ? input.data : { path: input.data } } }),
    ...(input.greedy ? { sampling: { temperature: 0 } } : {}),
  }
  return parseConfig(mergeConfigs(runConfig ?? {}, given, layer), 'recheck eval')
}

function textOf(evaluation: ModelEvaluation): string {
  const { proportions, problems } = evaluation
  const lines = Object.entries(proportions).map(([name, share]) => {
    const value = share.value === null ? '–' : share.value.toFixed(3)
    const interval =
      share.low === null || share.high === null ? '' : ` [${share.low.toFixed(3)}, ${share.high.toFixed(3)}]`
    return `  ${name.padEnd(34)} ${value}${interval}  (${share.successes} of ${share.trials})`
  })
  return [`${problems.length} problems, 95 % Wilson intervals:`, ...lines, ...votesText(evaluation)].join(
    '\n',
  )
}

/** Whether self-correction is worth its tokens; nothing with one sample a problem. */
function votesText({ atEqualTokens, tokenCurve }: ModelEvaluation): string[] {
  if (atEqualTokens.length === 0) return []
  const equal = atEqualTokens.map(({ bound, selfCorrectionAhead: ahead, ...row }) => {
    const less = { equal: '', below: ', just less', above: ', just more' }[bound]
    const difference = ahead === null ? '' : `; self-correction ahead by ${intervalText(ahead)}`
    return `${curveText(row)}${less}${difference}`
  })
  return ['At equal generated tokens, of one self-correction:', ...equal, 'Accuracy against tokens:'].concat(
    tokenCurve.map(curveText),
  )
}

function curveText({ method, n, tokensPerProblem, accuracy }: ModelEvaluation['tokenCurve'][number]): string {
  const tokens = `${tokensPerProblem.toFixed(1)} tokens a problem`
  return `  ${method.padEnd(20)} n ${String(n).padEnd(3)} ${tokens.padEnd(24)} ${intervalText(accuracy)}`
}

function intervalText({ estimate, low, high }: { estimate: number; low: number; high: number }): string {
  return `${estimate.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`
}
