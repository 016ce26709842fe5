import type { ModelConfig } from '../../../core/model/config/modelConfig.ts'
import { countParameters } from '../../../core/model/parameterTable.ts'

/** At or above this many parameters a refresh costs more than packed weights save; see bench/RESULTS.md. */
const leastParameters = 50e6

/** Whether the sampler feeds its weights with every run; else ONNX Runtime packs a second set of them. */
export function isFedAsInputs(model: ModelConfig): boolean {
  return countParameters(model) >= leastParameters
}
