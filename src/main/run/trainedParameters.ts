import { adapterShapes, initialAdapter } from '../../core/model/adapter.ts'
import type { AdapterValues } from '../../core/model/mergeAdapter.ts'
import type { ModelConfig } from '../../core/model/config/modelConfig.ts'
import { parameterShapes } from '../../core/model/parameterTable.ts'
import type { RunConfig } from '../../shared/config/parseConfig.ts'

/** What a run trains, by name: every parameter, or its adapter's factors. */
export function trainedShapes(
  { model }: Pick<RunConfig, 'model'>,
  config: ModelConfig,
): ReadonlyMap<string, readonly number[]> {
  return model.lora === null ? parameterShapes(config) : adapterShapes(config, model.lora)
}

/** The adapter that a run begins with; none where it trains every parameter. */
export function beginningAdapter(
  { model, seed }: Pick<RunConfig, 'model' | 'seed'>,
  config: ModelConfig,
): { readonly adapter?: AdapterValues } {
  const { lora } = model
  return lora === null ? {} : { adapter: { ...lora, values: initialAdapter(config, lora, seed) } }
}
