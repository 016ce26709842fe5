import { join } from 'node:path'

/** A folder of the golden data, made by transformers 5.17 and torch 2.13 (README beside them). */
export function goldenFolder(name: string): string {
  return join(import.meta.dirname, 'fixtures', 'golden', name)
}

/** The checkpoints with expectations of their own. */
export const goldenCheckpoints = ['gpt2', 'llama', 'llama-gqa7', 'qwen2', 'qwen2-bf16-sharded'] as const
