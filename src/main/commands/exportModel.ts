import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { trainedRunOption } from './chosenModel.ts'
import { addCommand, type CommandCall, type CommandResult, type Register } from './command.ts'
import { runArgument } from './runArgument.ts'

const Input = z.object({
  run: z.string(),
  folder: z.string(),
  dtype: z.enum(['f32', 'bf16']).default('f32'),
  adapter: z.boolean().default(false),
  gguf: z.boolean().default(false),
})
const Output = z.object({
  runId: z.string(),
  step: z.int().describe('steps done at the checkpoint'),
  folder: z.string().describe('what was written: the folder, or the one file'),
  parameters: z.int(),
  dtype: z.enum(['f32', 'bf16', 'f16']),
  licence: z.string().nullable().describe('of the model that the run began with'),
})

/** `recheck export-model RUN[@step|best] DIR`. */
export const register: Register = (program, context) => {
  addCommand(program, context, {
    name: 'export-model',
    summary: 'write the model of a run as a Hugging Face folder or a GGUF file, with a model card',
    examples: [
      'recheck export-model 7f3a9c@best my-model',
      'recheck export-model run-20261122-153045-7f3a9c my-model --dtype bf16',
      'recheck export-model 7f3a9c my-adapter --adapter',
      'recheck export-model 7f3a9c@best my-model.gguf --gguf   # for llama.cpp',
    ],
    input: Input,
    output: Output,
    run: exportTrainedModel,
  })
    .argument('<run>', `${runArgument}: ${trainedRunOption}`)
    .argument('<folder>', 'new folder; with --gguf also a new file, NAME.gguf')
    .option('--dtype <name>', 'weights as f32 (default, exact) or bf16 (half the size, rounded)')
    .option('--adapter', 'only the adapter that the run trains (model.lora), in the format of PEFT')
    .option('--gguf', 'one GGUF file for llama.cpp: matrices as f16, norms and biases as f32')
}

async function exportTrainedModel(
  input: z.infer<typeof Input>,
  call: CommandCall,
): Promise<CommandResult<z.infer<typeof Output>>> {
  const { assertMayExportModel, exportModel } = await import('../tools/exportModel.ts')
  const folder = resolve(input.folder)
  const form = formOf(input)
  assertMayExportModel(folder, form, call.dataFolder)
  const { systemClock } = await import('../host/machine/clock.ts')
  const { projectFolder } = await import('../host/machine/paths.ts')
  const { readStore } = await import('../owner/withStore.ts')
  const { findCheckpoints } = await import('../store/runs/namedCheckpoint.ts')
  const { readEvaluations } = await import('../store/evaluationStore.ts')
  const found = await readStore(call.dataFolder, systemClock, (db) => {
    const named = findCheckpoints(db, input.run)
    return { named, evaluations: readEvaluations(db, named.run.runId) }
  })
  const { version } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as {
    version: string
  }
  const { step, parameters, licence, damaged } = await exportModel({
    ...found,
    dataDir: call.dataFolder,
    folder,
    form,
    dtype: input.dtype,
    workingFolder: process.cwd(),
    version,
    nowMs: systemClock.nowMs(),
    report: (progress) => call.progress.update(progress),
    signal: call.signal,
  })
  for (const line of damaged) call.note(line)
  const runId = found.named.run.runId
  const dtype = form === 'gguf' ? ('f16' as const) : input.dtype
  const output = { runId, step, folder, parameters, dtype, licence }
  return {
    output,
    text:
      `${folder}\n  step ${step} of run ${runId}, ${parameters.toLocaleString('en-US')} parameters as ${dtype}; ` +
      `licence of its base: ${licence ?? 'not stated'}${folder.endsWith('.gguf') ? '' : ' (README.md)'}` +
      (form === 'model' ? `\nTalk with it: recheck chat ${folder}` : ''),
  }
}

function formOf({ adapter, gguf, dtype }: z.infer<typeof Input>): 'model' | 'adapter' | 'gguf' {
  if (adapter && gguf) throw new RecheckError('usage.invalid', 'give --adapter or --gguf, not both.')
  if (adapter && dtype !== 'f32')
    throw new RecheckError('usage.invalid', 'an adapter is written as f32, exactly: leave --dtype out.')
  if (gguf && dtype !== 'f32')
    throw new RecheckError('usage.invalid', 'a GGUF file is written as f16: leave --dtype out.')
  return adapter ? 'adapter' : gguf ? 'gguf' : 'model'
}
