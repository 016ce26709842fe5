/**
 * Saves checkpoints the way Recheck saves models, for tests/oracles/open_saved_models.py:
 *
 *     node tests/oracles/save_models.ts FOLDER
 */
import { join } from 'node:path'
import { openModelFolder, readParameters, writeModelFolder } from '../../src/main/host/model/modelFolder.ts'

const fixtures = join(import.meta.dirname, '..', 'fixtures')

interface SavedSource {
  /** The folder it is read from. */
  readonly source: string
  readonly format: 'F32' | 'BF16'
}

/** By the name of the saved folder. */
export const savedModels: Readonly<Record<string, SavedSource>> = {
  gpt2: { source: join(fixtures, 'golden', 'gpt2'), format: 'F32' },
  'llama-untied': { source: join(fixtures, 'golden', 'llama'), format: 'F32' },
  'qwen2-bf16': { source: join(fixtures, 'golden', 'qwen2-bf16-sharded'), format: 'F32' },
  qwen3: { source: join(fixtures, 'models', 'qwen3'), format: 'F32' },
  'gpt2-bare-names': { source: join(fixtures, 'models', 'gpt2-bare-names'), format: 'F32' },
  'qwen3-as-bf16': { source: join(fixtures, 'models', 'qwen3'), format: 'BF16' },
}

export async function saveModels(target: string): Promise<void> {
  for (const [name, { source, format }] of Object.entries(savedModels)) {
    const checkpoint = await openModelFolder(source)
    const parameters = await readParameters(checkpoint)
    await writeModelFolder(join(target, name), { ...checkpoint, parameters, format })
  }
}

if (import.meta.main) await saveModels(process.argv[2] ?? '')
