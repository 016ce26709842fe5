import { join } from 'node:path'
import type { ParameterValues } from '../../../core/model/parameterValues.ts'
import type { CheckpointRecord } from '../../../shared/runs/records.ts'
import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import type { ModelFolder } from '../../host/model/modelFolder.ts'
import { viewParameters } from '../../host/model/parameterView.ts'
import { openCheckpoint } from '../../run/checkpointFolder.ts'
import { checkpointWeights } from '../../trainer/checkpointWeights.ts'
import { trainerBlobName } from '../../trainer/trainerStateFile.ts'

/** One checkpoint of a run, in the data folder that holds it. */
export interface StoredCheckpoint {
  readonly dataDir: string
  readonly record: CheckpointRecord
}

/**
 * Weights of a checkpoint, every byte of which is checked; those of the model folder where there is none.
 *
 * @throws RecheckError `checkpoint.damaged`, and all of `viewParameters`
 */
export async function policyWeights(
  config: Pick<RunConfig, 'model'>,
  model: ModelFolder,
  stored: StoredCheckpoint | null,
): Promise<ParameterValues> {
  if (stored === null) return viewParameters(model)
  const { dataDir, record } = stored
  const checkpoint = await openCheckpoint(join(dataDir, record.folder), record.sha256)
  return (await checkpointWeights(checkpoint.blobPath(trainerBlobName), config, model)).parameters
}
