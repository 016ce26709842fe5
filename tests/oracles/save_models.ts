/**
 * Saves checkpoints the way Recheck saves models, for tests/oracles/open_saved_models.py:
 *
 *     node tests/oracles/save_models.ts FOLDER
 */
import { join } from 'node:path'
import { openModelFolder, readParameters, writeModelFolder } from '../../src/main/host/model/modelFolder.ts'

const fixtures = join(import.meta.dirname, '..', 'fixtures')

/** Name of the saved folder → the folder it was read from. */
export const savedModels: Readonly<Record<string, string>> = {
  gpt2: join(fixtures, 'golden', 'gpt2'),
  'llama-untied': join(fixtures, 'golden', 'llama'),
  'qwen2-bf16': join(fixtures, 'golden', 'qwen2-bf16-sharded'),
  qwen3: join(fixtures, 'models', 'qwen3'),
  'gpt2-bare-names': join(fixtures, 'models', 'gpt2-bare-names'),
}

export async function saveModels(target: string): Promise<void> {
  for (const [name, source] of Object.entries(savedModels)) {
    const checkpoint = await openModelFolder(source)
    await writeModelFolder(join(target, name), {
      ...checkpoint,
      parameters: await readParameters(checkpoint),
    })
  }
}

if (import.meta.main) await saveModels(process.argv[2] ?? '')
