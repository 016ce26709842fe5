import { join } from 'node:path'
import type { ParameterValues } from '../../../core/model/parameterValues.ts'
import { parameterShapes } from '../../../core/model/parameterTable.ts'
import type { CheckpointRecord } from '../../../shared/records.ts'
import { readParameters, type ModelFolder } from '../../host/model/modelFolder.ts'
import { openCheckpoint } from '../../run/checkpointFolder.ts'
import { readTrainerBlob, trainerBlobName } from '../../trainer/trainerStateFile.ts'

/** One checkpoint of a run, in the data folder that holds it. */
export interface StoredCheckpoint {
  readonly dataDir: string
  readonly record: CheckpointRecord
}

/**
 * Weights of a checkpoint, every byte of which is checked; those of the model folder where there is none.
 *
 * @throws RecheckError `checkpoint.damaged`, and all of `readParameters`
 */
export async function policyWeights(
  model: ModelFolder,
  stored: StoredCheckpoint | null,
): Promise<ParameterValues> {
  if (stored === null) return readParameters(model)
  const { dataDir, record } = stored
  const checkpoint = await openCheckpoint(join(dataDir, record.folder), record.sha256)
  const shapes = parameterShapes(model.config)
  return (await readTrainerBlob(checkpoint.blobPath(trainerBlobName), shapes)).parameters
}
