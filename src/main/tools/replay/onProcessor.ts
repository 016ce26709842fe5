import type { SamplerConfig } from '../../trainer/samplers.ts'

/**
 * What is done beside training samples on the processor: a card that a run trains on has no memory to spare.
 */
export const onProcessor: SamplerConfig = { sampler: 'onnx', xla: 'off', device: 'cpu' }
