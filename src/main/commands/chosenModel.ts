import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { OpenModel, SamplerKind } from '../host/onnx/openSampler.ts'
import type { NamedCheckpoints } from '../store/runs/namedCheckpoint.ts'
import type { CommandCall } from './command.ts'
import { namedModel } from './samplingOptions.ts'

/** What `generate` and `chat` speak with. */
export interface ChosenModel {
  /** As it is told: a folder, or `run … at step 20`. */
  readonly name: string
  readonly model: OpenModel
}

/** How `--run` of `generate` and `chat` is described. */
export const trainedRunOption =
  'a run’s newest checkpoint, RUN@120 for that of step 120, RUN@best for the best by validation'

/**
 * Opens a model folder, a named model, or the checkpoint of a run.
 *
 * @throws RecheckError `usage.invalid` where both are given, and whatever opening the one throws
 */
export async function openChosenModel(
  {
    model,
    run,
    sampler,
  }: {
    readonly model?: string | undefined
    readonly run?: string | undefined
    readonly sampler: SamplerKind
  },
  call: CommandCall,
): Promise<ChosenModel> {
  const { openModel } = await import('../host/onnx/openSampler.ts')
  if (run === undefined) {
    const folder = await namedModel(model)
    return { name: folder, model: await openModel(folder, sampler) }
  }
  if (model !== undefined)
    throw new RecheckError('usage.invalid', 'give a model or --run, not both: a run brings its own model.')
  const { openTrainedModel } = await import('../tools/trainedModel.ts')
  const named = await findStoredCheckpoints(call, run)
  const trained = await openTrainedModel(named, call.dataFolder, process.cwd())
  for (const line of trained.damaged) call.note(line)
  return {
    name: `run ${named.run.runId} at step ${trained.record.step}`,
    model: await openModel(trained.folder.folder, sampler, trained.parameters),
  }
}

/** Read beside whoever owns the data folder. @throws as `findCheckpoints` */
export async function findStoredCheckpoints(call: CommandCall, wanted: string): Promise<NamedCheckpoints> {
  const { systemClock } = await import('../host/machine/clock.ts')
  const { readStore } = await import('../owner/withStore.ts')
  const { findCheckpoints } = await import('../store/runs/namedCheckpoint.ts')
  return readStore(call.dataFolder, systemClock, (db) => findCheckpoints(db, wanted))
}
