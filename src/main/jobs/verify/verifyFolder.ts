import { openCheckpoint, readParameters } from '../../host/checkpointFiles.ts'
import type { OpenVerifyEngine } from '../../host/verifyEngines.ts'
import { readExpectations } from './expectations.ts'
import { verifyCheckpoint } from './verifyCheckpoint.ts'
import { closeEngine, verifyRlStep } from './verifyRlStep.ts'
import type { VerifyRow } from './verifyRow.ts'

/**
 * Verifies a folder of either layout of the golden data: a checkpoint with its expectations, or an RL step with three
 * checkpoints inside. Rows come as they are computed, engine by engine.
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
  const checkpoint = await openCheckpoint(folder)
  const parameters = await readParameters(checkpoint)
  for (const open of engines) {
    const engine = await open(checkpoint)
    yield* verifyCheckpoint(engine, expected, parameters)
    yield await closeEngine(engine)
  }
}
