import type { FunctionBuilder, Value } from '../../graph/functionBuilder.ts'
import type { FunctionOps } from '../../graph/functionOps.ts'
import type { DrawInputs } from './draw.ts'
import type { SamplerParts } from './samplerParts.ts'

/** Arguments for `SamplerParts.drawInputs`. */
export function drawArguments(builder: FunctionBuilder): DrawInputs {
  return {
    inverseTemperature: builder.argument('float32'),
    topK: builder.argument('int32'),
    topP: builder.argument('float32'),
  }
}

/** Arguments for the handles of all parameters, and their values. */
export function modelArguments(ops: FunctionOps, { parameters }: SamplerParts): ReadonlyMap<string, Value> {
  return new Map(
    [...parameters.keys()].map((name) => [name, ops.read(ops.builder.argument('resource'), 'float32')]),
  )
}
