import type { RunConfig } from '../../shared/config/parseConfig.ts'
import { storedConfig } from '../store/runs/storedConfig.ts'
import type { CheckpointRecord } from '../../shared/runs/records.ts'
import { openModelFolder, type ModelFolder } from '../host/model/modelFolder.ts'
import { modelHash } from '../run/modelHash.ts'
import { modelFolderOf } from '../run/namedModelFolder.ts'
import { openNewestCheckpoint } from '../run/newestCheckpoint.ts'
import { warmedModel } from '../run/warmUpFolder.ts'
import type { NamedCheckpoints } from '../store/runs/namedCheckpoint.ts'
import { checkpointWeights, type CheckpointWeights } from '../trainer/checkpointWeights.ts'
import { checkReference, trainerBlobName } from '../trainer/trainerStateFile.ts'

/** The model that a run has made: its first folder with the weights of a checkpoint. */
export interface TrainedModel extends CheckpointWeights {
  /** The folder that the run began with: config, tokenizer, chat template. */
  readonly folder: ModelFolder
  /** What `model.path` names: the same, but for a run with a warm-up. */
  readonly baseFolder: string
  readonly config: RunConfig
  readonly record: CheckpointRecord
  /** Newer checkpoints that could not be used, in words. */
  readonly damaged: readonly string[]
}

/**
 * Opens the newest sound one of a run's checkpoints, every byte checked.
 *
 * @param workingFolder  where relative paths of the run's config start
 * @throws RecheckError `checkpoint.*`, `model.missing`, and all of `openModelFolder`
 */
export async function openTrainedModel(
  { run, checkpoints }: NamedCheckpoints,
  dataDir: string,
  workingFolder: string,
): Promise<TrainedModel> {
  const config = storedConfig(run)
  const baseFolder = modelFolderOf(config.model.path, workingFolder)
  // stages 1 and 2 of a run with a warm-up begin with the model that it made
  const warmed = run.stage === 'warm-up' ? null : warmedModel(config, dataDir, run.runId)
  const folder = await openModelFolder(warmed ?? baseFolder)
  const opened = await openNewestCheckpoint(dataDir, checkpoints)
  if (opened === null) throw new RangeError('openTrainedModel: no checkpoint is given')
  const path = opened.checkpoint.blobPath(trainerBlobName)
  const { reference: named } = config.model
  const reference = named === null ? folder.folder : modelFolderOf(named, workingFolder)
  // another tokenizer in the same place would make another model of these weights
  await checkReference(path, await modelHash(reference))
  const weights = await checkpointWeights(path, config, folder)
  return { ...weights, folder, baseFolder, config, record: opened.record, damaged: opened.damaged }
}
