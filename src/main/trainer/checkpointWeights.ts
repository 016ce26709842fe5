import { mergedParameters, type AdapterValues } from '../../core/model/mergeAdapter.ts'
import { copiedValues, type ParameterValues } from '../../core/model/parameterValues.ts'
import type { RunConfig } from '../../shared/config/parseConfig.ts'
import type { ModelFolder } from '../host/model/modelFolder.ts'
import { viewParameters } from '../host/model/parameterView.ts'
import { trainedShapes } from '../run/trainedParameters.ts'
import { readTrainerBlob } from './trainerStateFile.ts'

/** The model of a checkpoint. */
export interface CheckpointWeights {
  /** Every parameter, an adapter merged into the folder's own weights one matrix at a time. */
  readonly parameters: ParameterValues
  /** What was trained where the run trains an adapter; null where it trains every parameter. */
  readonly adapter: AdapterValues | null
}

/**
 * @param path of the checkpoint's trainer blob
 * @param folder that the run began with
 * @throws RecheckError `checkpoint.other-model`
 */
export async function checkpointWeights(
  path: string,
  config: Pick<RunConfig, 'model'>,
  folder: ModelFolder,
): Promise<CheckpointWeights> {
  const state = await readTrainerBlob(path, trainedShapes(config, folder.config))
  const values = copiedValues(state.parameters)
  const { lora } = config.model
  if (lora === null) return { parameters: values, adapter: null }
  const adapter = { ...lora, values }
  return { parameters: mergedParameters(folder.config, viewParameters(folder), adapter), adapter }
}
