import type { FunctionBuilder, Value } from '../../graph/functionBuilder.ts'
import type { NodeRef } from '../../graph/graphBuilder.ts'
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

/** Arguments for all that the model computes with, and their values. */
export function modelArguments(ops: FunctionOps, { parameters }: SamplerParts): ReadonlyMap<string, Value> {
  return new Map(
    [...parameters].map(([name, { type, isVariable }]) => [
      name,
      isVariable ? ops.read(ops.builder.argument('resource'), type) : ops.builder.argument(type),
    ]),
  )
}

/** What is given for `modelArguments`. */
export function modelInputs({ parameters }: SamplerParts): NodeRef[] {
  return [...parameters.values()].map(({ ref }) => ref)
}
