import type { ModelFolder } from '../../host/model/modelFolder.ts'
import { openModelFolder, readParameters } from '../../host/model/modelFolder.ts'
import type { OpenVerifyEngine } from '../../host/tensorflow/verifyEngines.ts'
import type { Expectations } from './expectations.ts'
import { readExpectations, storedBatch } from './expectations.ts'
import { verifyGreedy, verifyNumbers } from './verifyCheckpoint.ts'
import { closeEngine, verifyRlStep } from './verifyRlStep.ts'
import type { VerifyRow } from './verifyRow.ts'

/**
 * Verifies a folder of either layout of the golden data: a checkpoint with its expectations, or an RL step
 * with three checkpoints inside. Rows come as they are computed, engine by engine.
 *
 * @throws RecheckError `verify.no-expectations`, and all of `openCheckpoint`
 */
export async function* verifyFolder(
  folder: string,
  engines: Iterable<OpenVerifyEngine>,
): AsyncGenerator<VerifyRow> {
  const expected = await readExpectations(folder)
  if (expected.json['rollouts'] !== undefined) {
    for (const open of engines) yield* verifyRlStep(open, expected)
    return
  }
  const checkpoint = await openModelFolder(folder)
  const cast = castAsAWhole(checkpoint, expected)
  const parameters = await readParameters(checkpoint)
  const batch = storedBatch(expected, checkpoint.config)
  for (const open of engines) {
    const engine = await open(cast ?? checkpoint)
    yield* verifyNumbers(engine, expected, { batch, parameters })
    if (cast === null) yield* verifyGreedy(engine, expected, batch)
    yield await closeEngine(engine)
    if (cast === null) continue
    const asLoaded = await open(checkpoint)
    yield* verifyGreedy(asLoaded, expected, batch)
    yield await closeEngine(asLoaded, 'greedy')
  }
}

/**
 * The numbers stored for BF16 weights come from a PyTorch model that was cast as a whole, so that its rotary
 * frequencies were rounded too: transformers itself, loading the same folder, is up to 3e-4 away from them
 * (tests/oracles/cast_frequencies.py). Their greedy ids are those of the model as loaded.
 *
 * @returns the checkpoint with rounded frequencies, or null where nothing was cast
 */
function castAsAWhole(checkpoint: ModelFolder, { json }: Expectations): ModelFolder | null {
  const { rotary } = checkpoint.config
  if (json['weights_dtype'] !== 'torch.bfloat16' || rotary === null) return null
  return { ...checkpoint, config: { ...checkpoint.config, rotary: { ...rotary, frequencyFormat: 'BF16' } } }
}
