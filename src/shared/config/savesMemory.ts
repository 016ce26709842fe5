import type { RunConfig } from './parseConfig.ts'

/** Whether a run asks for less memory at the cost of time or of precision. */
export function savesMemory({
  model,
  recompute,
  optimizer,
}: Pick<RunConfig, 'model' | 'recompute' | 'optimizer'>): boolean {
  return (
    model.lora !== null ||
    model.baseWeights !== 'f32' ||
    model.referenceIn === 'files' ||
    recompute === 'on' ||
    optimizer.moments === 'bf16'
  )
}
