import { adapterShapes, initialAdapter } from '../../core/model/adapter.ts'
import type { DropoutSetting } from '../../core/model/adapterDropout.ts'
import type { AdapterValues } from '../../core/model/mergeAdapter.ts'
import type { ModelConfig } from '../../core/model/config/modelConfig.ts'
import { parameterShapes, sizeOf } from '../../core/model/parameterTable.ts'
import type { RunConfig } from '../../shared/config/parseConfig.ts'

/** What a run trains, by name: every parameter, or its adapter's factors. */
export function trainedShapes(
  { model }: Pick<RunConfig, 'model'>,
  config: ModelConfig,
): ReadonlyMap<string, readonly number[]> {
  return model.lora === null ? parameterShapes(config) : adapterShapes(config, model.lora)
}

/** The adapter that a run begins with, and what is dropped of its inputs; none where it trains every parameter. */
export function beginningAdapter(
  { model, seed }: Pick<RunConfig, 'model' | 'seed'>,
  config: ModelConfig,
): { readonly adapter?: AdapterValues; readonly dropout?: DropoutSetting } {
  const { lora } = model
  if (lora === null) return {}
  const adapter = { ...lora, values: initialAdapter(config, lora, seed) }
  return lora.dropout === 0 ? { adapter } : { adapter, dropout: { rate: lora.dropout, seed } }
}

/** Bytes of what is trained and both its moments: what a checkpoint weighs. */
export function stateBytes(trained: ReadonlyMap<string, readonly number[]>): number {
  return 12 * [...trained.values()].reduce((total, shape) => total + sizeOf(shape), 0)
}
