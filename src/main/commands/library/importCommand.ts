import { statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { addCommand, type CommandCall, type CommandContext, type CommandResult } from '../command.ts'
import { formatBytes } from '../../../shared/text/format.ts'
import type { Progress } from '../../../shared/runs/runEvent.ts'
import type { GgufImport, ImportedModel } from '../../host/model/gguf/importGguf.ts'

const ImportInput = z.object({ file: z.string(), onto: z.string().optional(), as: z.string().optional() })
const ImportOutput = z.object({
  name: z.string(),
  folder: z.string(),
  parameters: z.int(),
  bytes: z.int(),
  licence: z.string().nullable(),
  sha256: z.string().describe('of the file; empty for a model folder'),
  notices: z.array(z.string()).describe('what of the file was left aside'),
})
type ImportOutput = z.infer<typeof ImportOutput>

/** `recheck models import`: in the group `recheck models`. */
export function registerImport(models: Command, context: CommandContext): void {
  addCommand(models, context, {
    name: 'import',
    summary: 'make a model of a GGUF file, a model folder, or an adapter and the model it was made for',
    examples: [
      'recheck models import SmolLM2-135M-Instruct.Q4_1.gguf --as smollm2-135m-instruct',
      'recheck models import downloads/qwen2.5-0.5b-instruct-q8_0.gguf',
      'recheck models import downloads/Qwen2.5-0.5B-Instruct --as qwen2.5-0.5b',
      'recheck models import my-adapter --onto smollm2-135m-instruct --as smollm2-mine',
    ],
    input: ImportInput,
    output: ImportOutput,
    run: importFile,
  })
    .argument(
      '<file>',
      'GGUF file of a llama, qwen2, qwen3 or gpt2 model: F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K; or a Hugging Face folder, which is copied; with --onto the folder of a LoRA adapter as PEFT writes it',
    )
    .option('--onto <model>', 'folder or name of the model that the adapter is merged into')
    .option(
      '--as <name>',
      'name of the new model (default: the name of the file without .gguf, or of the folder)',
    )
}

async function importFile(
  input: z.infer<typeof ImportInput>,
  call: CommandCall,
): Promise<CommandResult<ImportOutput>> {
  const told = {
    report: (progress: Progress) => call.progress.update(progress),
    signal: call.signal,
  }
  const { model, parameters, notices } = await imported(input, told)
  for (const notice of notices) call.note(notice)
  const output: ImportOutput = {
    name: model.name,
    folder: model.folder,
    parameters,
    bytes: model.source?.bytes ?? 0,
    licence: model.source?.licence ?? null,
    sha256: model.source?.sha256 ?? '',
    notices: [...notices],
  }
  return { output, text: textOf(output) }
}

async function imported(
  { file, onto, as }: z.infer<typeof ImportInput>,
  told: Pick<GgufImport, 'report' | 'signal'>,
): Promise<ImportedModel> {
  if (onto === undefined && isFolder(file)) {
    const { importModelFolder } = await import('../../host/model/importFolder.ts')
    return importModelFolder({ folder: file, name: as ?? basename(resolve(file)), ...told })
  }
  if (onto === undefined) {
    const { importGguf } = await import('../../host/model/gguf/importGguf.ts')
    return importGguf({ path: file, name: as ?? basename(file).replace(/\.gguf$/i, ''), ...told })
  }
  const { importAdapter } = await import('../../host/model/peft/importAdapter.ts')
  const { modelFolderOf } = await import('../../run/namedModelFolder.ts')
  const base = modelFolderOf(onto, process.cwd())
  return {
    ...(await importAdapter({ folder: file, base, name: as ?? basename(file), ...told })),
    notices: [],
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function textOf({ name, folder, parameters, bytes, licence }: ImportOutput): string {
  return [
    `${name}: ${parameters.toLocaleString('en-US')} parameters, ${formatBytes(bytes)}, licence ${licence ?? 'not stated'}`,
    `  ${folder}`,
    `Use it by its name: recheck chat ${name}, or model.path: ${name} in a config.`,
  ].join('\n')
}
