import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { z } from 'zod'
import type { SamplingSettings } from '../../core/sampling/sampler.ts'

/** How `generate` and `chat` draw; the same options for both. */
export const samplingInput = {
  maxTokens: z.coerce.number().int().min(1).default(256),
  temperature: z.coerce.number().min(0).default(1),
  topP: z.coerce.number().gt(0).max(1).default(1),
  topK: z.coerce.number().int().min(0).default(0),
  seed: z.coerce.number().int().min(0).default(0),
  sampler: z.enum(['onnx', 'graph', 'op-by-op']).default('onnx'),
}

export interface SamplingInput {
  readonly maxTokens: number
  readonly temperature: number
  readonly topP: number
  readonly topK: number
  readonly seed: number
}

export function addSamplingOptions(command: Command): Command {
  return command
    .option('--max-tokens <n>', 'most new tokens (default 256, less where the model has no room)')
    .option('--temperature <t>', '0 takes the likeliest token (default 1)')
    .option('--top-p <p>', 'draw from the likeliest tokens that hold this share (default 1: off)')
    .option('--top-k <k>', 'draw from the k likeliest tokens (default 0: off)')
    .option('--seed <n>', 'same seed, same text (default 0)')
    .option(
      '--sampler <name>',
      'onnx (default), graph: the functions of the training graph, or op-by-op: the slow reference implementation on TensorFlow',
    )
}

/** @param room positions of the model that the prompt leaves */
export function samplingSettings(
  input: SamplingInput,
  { endIds, room }: { readonly endIds: readonly number[]; readonly room: number },
): SamplingSettings {
  const { temperature, topP, topK, seed } = input
  return {
    temperature,
    topP,
    topK,
    seed,
    endIds,
    maxCompletionTokens: Math.max(1, Math.min(input.maxTokens, room)),
  }
}

/**
 * The folder of the model that is meant: a folder, a name, or nothing for the one that comes with Recheck.
 */
export async function namedModel(model: string | undefined): Promise<string> {
  if (model !== undefined && existsSync(model)) return model
  const { modelFolderOf } = await import('../run/namedModelFolder.ts')
  return modelFolderOf(model ?? 'builtin', process.cwd())
}
