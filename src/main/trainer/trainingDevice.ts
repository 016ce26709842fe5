import { availableParallelism } from 'node:os'
import type { RunConfig } from '../../shared/config/parseConfig.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { requireTensorFlow } from '../host/tensorflow/status.ts'

/**
 * What training needs of this machine, looked at before anything is sampled for it.
 *
 * @throws RecheckError `tensorflow.missing`, `device.no-gpu`
 */
export async function checkEngines(config: RunConfig): Promise<void> {
  requireTensorFlow()
  if (config.device !== 'gpu') return
  const { tensorFlowBackend } = await import('../host/tensorflow/addon.ts')
  checkDevice(config, tensorFlowBackend().isUsingGpuDevice)
}

/** @throws RecheckError `device.no-gpu` */
export function checkDevice(config: RunConfig, isUsingGpu: boolean): void {
  if (config.device === 'gpu' && !isUsingGpu) {
    throw new RecheckError(
      'device.no-gpu',
      'device=gpu, but TensorFlow sees no usable card. "recheck doctor" says why; device=auto or device=cpu trains on the CPU.',
    )
  }
}

/** For people. */
export function deviceName(isGpu: boolean): string {
  return isGpu ? 'GPU' : `CPU (${availableParallelism()} threads)`
}
