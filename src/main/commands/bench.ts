import { cpus } from 'node:os'
import { z } from 'zod'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { BenchResult } from '../tools/bench/result.ts'
import type { FixedShape } from '../tools/bench/fixedWorkload.ts'
import type { CommandCall, Register } from './command.ts'
import { addCommand } from './command.ts'

const count = (least: number, fallback: number) => z.coerce.number().int().min(least).default(fallback)

const Input = z.object({
  model: z.string().optional(),
  random: z.string().optional(),
  workload: z.enum(['fixed', 'rl']).default('fixed'),
  batch: count(1, 32),
  prompt: count(1, 32),
  new: count(1, 64),
  trainBatch: count(0, 16),
  trainLength: count(2, 128),
  problems: count(1, 192),
  repeat: count(1, 3),
  sampler: z.enum(['auto', 'onnx', 'graph']).default('auto'),
  xla: z.enum(['auto', 'on', 'off']).default('auto'),
  compute: z.enum(['f32', 'bf16']).default('f32'),
})
type Input = z.infer<typeof Input>

const Output = z.object({
  workload: z.enum(['fixed', 'rl']),
  parameters: z.number().describe('trainable parameters of the model'),
  rates: z
    .record(
      z.string(),
      z.object({
        tokens: z.number().describe('of one repetition'),
        seconds: z.array(z.number()).describe('of each repetition'),
        tokensPerSecond: z.number().describe('median'),
      }),
    )
    .describe('fixed: generation, prefill, update; rl: step, rollout, update (tokens are the sampled ones)'),
  memory: z.object({
    afterWarmUp: z.number().describe('resident bytes'),
    atEnd: z.number(),
  }),
  device: z.string(),
  versions: z.record(z.string(), z.string()),
})
type Output = z.infer<typeof Output>

/** `recheck bench`: how fast this machine samples and trains a model. */
export const register: Register = (program, context) => {
  addCommand(program, context, {
    name: 'bench',
    summary: 'measure sampling and training of a model on this machine',
    examples: [
      'recheck bench --model resources/models/builtin --workload rl',
      'recheck bench --random bench/shapes/tiny.json --batch 32 --prompt 32 --new 64 --json',
    ],
    input: Input,
    output: Output,
    run: async (input, call) => {
      const output = await measure(input, call)
      return { output, text: table(output) }
    },
  })
    .option('--model <folder>', 'model folder')
    .option('--random <file>', 'spec of a model with random weights, as bench/shapes/tiny.json')
    .option('--workload <name>', 'fixed lengths, or rl: whole training steps of three turns', 'fixed')
    .option('--batch <n>', 'fixed: rows that decode together', '32')
    .option('--prompt <n>', 'fixed: tokens of each prompt', '32')
    .option('--new <n>', 'fixed: new tokens of each row', '64')
    .option('--train-batch <n>', 'fixed: rows of an update; 0 = no update', '16')
    .option('--train-length <n>', 'fixed: tokens of each of them', '128')
    .option('--problems <n>', 'rl: problems of a step', '192')
    .option('--sampler <name>', 'auto, onnx or graph; as `sampler` of a run', 'auto')
    .option('--xla <when>', 'auto, on or off; as `xla` of a run', 'auto')
    .option('--compute <precision>', 'of updates: f32 or bf16; as `model.compute` of a run', 'f32')
    .option('--repeat <n>', 'repetitions after the warm-up', '3')
}

async function measure(input: Input, call: CommandCall): Promise<Output> {
  const { versions } = await import('../tools/bench/versions.ts')
  const { withBenchModel } = await import('../tools/bench/model.ts')
  if ((input.model === undefined) === (input.random === undefined)) {
    throw new RecheckError('usage.invalid', 'recheck bench: expected exactly one of --model and --random')
  }
  return withBenchModel(input, async ({ folder, parameters }) => ({
    workload: input.workload,
    parameters,
    ...(await runWorkload(input, folder, call)),
    device: await deviceName(),
    versions: await versions(),
  }))
}

/** The processor, and what updates ran on where that was something else. */
async function deviceName(): Promise<string> {
  const { startTensorflow } = await import('../host/tensorflow/backend.ts')
  const { kind } = await startTensorflow()
  const processor = `${cpus()[0]?.model ?? 'CPU'}, ${cpus().length} cores`
  return kind === 'cuda' ? `${processor}; updates on a CUDA card` : processor
}

async function runWorkload(input: Input, folder: string, { nowMs }: CommandCall): Promise<BenchResult> {
  const sampler = { sampler: input.sampler, xla: input.xla, device: 'auto' as const }
  if (input.workload === 'rl') {
    const { runRlWorkload } = await import('../tools/bench/rlWorkload.ts')
    const { problems, repeat, compute } = input
    return runRlWorkload({ folder, problems, repeat, sampler, compute, nowMs })
  }
  const { openModelFolder: openCheckpoint, readParameters } = await import('../host/model/modelFolder.ts')
  const { runFixedWorkload } = await import('../tools/bench/fixedWorkload.ts')
  const checkpoint = await openCheckpoint(folder)
  const shape: FixedShape = input
  return runFixedWorkload({
    config: checkpoint.config,
    parameters: await readParameters(checkpoint),
    shape,
    sampler,
    nowMs,
  })
}

function table({ rates, memory, device }: Output): string {
  const lines = Object.entries(rates).map(
    ([name, { tokens, tokensPerSecond, seconds }]) =>
      `${name.padEnd(11)} ${tokensPerSecond.toFixed(0).padStart(8)} tok/s   ` +
      `${Math.round(tokens)} tokens in ${seconds.map((time) => time.toFixed(3)).join(', ')} s`,
  )
  const grown = (memory.atEnd - memory.afterWarmUp) / 1e6
  return [
    device,
    ...lines,
    `memory      ${(memory.atEnd / 1e6).toFixed(0)} MB, ${grown.toFixed(0)} MB more than after the warm-up`,
  ].join('\n')
}
