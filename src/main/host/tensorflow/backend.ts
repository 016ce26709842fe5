import * as tf from '@tensorflow/tfjs'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { requireTensorFlow } from './status.ts'

/** What the TensorFlow addon really runs on. */
export interface TensorflowDevice {
  readonly kind: 'cpu' | 'cuda'
  readonly tensorflowVersion: string
}

/**
 * Loads TensorFlow's addon and makes it tfjs's backend. Safe to call often.
 *
 * @throws RecheckError `tensorflow.missing` where the addon cannot be loaded
 */
export async function startTensorflow(): Promise<TensorflowDevice> {
  try {
    const { tensorFlowBackend } = await import('./addon.ts')
    const backend = tensorFlowBackend()
    await tf.ready()
    return { kind: backend.isUsingGpuDevice ? 'cuda' : 'cpu', tensorflowVersion: backend.binding.TF_Version }
  } catch (cause) {
    // says more where the installation knows why
    requireTensorFlow()
    throw new RecheckError(
      'tensorflow.missing',
      `TensorFlow cannot be loaded (${cause instanceof Error ? cause.message.split('\n')[0] : String(cause)}). ` +
        'Run `npx --no-install recheck doctor` to see why, then `npm install` again.',
    )
  }
}
