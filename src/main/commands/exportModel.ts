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
})
const Output = z.object({
  runId: z.string(),
  step: z.int().describe('steps done at the checkpoint'),
  folder: z.string(),
  parameters: z.int(),
  dtype: z.enum(['f32', 'bf16']),
  licence: z.string().nullable().describe('of the model that the run began with'),
})

/** `recheck export-model RUN[@step|best] DIR`. */
export const register: Register = (program, context) => {
  addCommand(program, context, {
    name: 'export-model',
    summary: 'write the model of a run as a Hugging Face folder that transformers loads, with a model card',
    examples: [
      'recheck export-model 7f3a9c@best my-model',
      'recheck export-model run-20261122-153045-7f3a9c my-model --dtype bf16',
      'recheck export-model 7f3a9c my-adapter --adapter',
    ],
    input: Input,
    output: Output,
    run: exportTrainedModel,
  })
    .argument('<run>', `${runArgument}: ${trainedRunOption}`)
    .argument('<folder>', 'new folder')
    .option('--dtype <name>', 'weights as f32 (default, exact) or bf16 (half the size, rounded)')
    .option('--adapter', 'only the adapter that the run trains (model.lora), in the format of PEFT')
}

async function exportTrainedModel(
  input: z.infer<typeof Input>,
  call: CommandCall,
): Promise<CommandResult<z.infer<typeof Output>>> {
  const { assertMayExportModel, exportModel } = await import('../tools/exportModel.ts')
  const folder = resolve(input.folder)
  assertMayExportModel(folder, call.dataFolder)
  if (input.adapter && input.dtype !== 'f32')
    throw new RecheckError('usage.invalid', 'an adapter is written as f32, exactly: leave --dtype out.')
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
    dtype: input.dtype,
    adapterAlone: input.adapter,
    workingFolder: process.cwd(),
    version,
    nowMs: systemClock.nowMs(),
    report: (progress) => call.progress.update(progress),
    signal: call.signal,
  })
  for (const line of damaged) call.note(line)
  const runId = found.named.run.runId
  const output = { runId, step, folder, parameters, dtype: input.dtype, licence }
  return {
    output,
    text:
      `${folder}\n  step ${step} of run ${runId}, ${parameters.toLocaleString('en-US')} parameters as ${input.dtype}; ` +
      `licence of its base: ${licence ?? 'not stated'} (README.md)${input.adapter ? '' : `\nTalk with it: recheck chat ${folder}`}`,
  }
}
