import { openProgress } from '../src/main/commands/progressDisplay.ts'
import { provisionDefaults } from '../src/main/host/provision/defaults.ts'
import { provisionTensorFlow } from '../src/main/host/provision/tensorFlow.ts'

/**
 * Provides TensorFlow, with progress on stderr.
 *
 * @param isStrict  true: an exit code of 1 says that TensorFlow is not available
 */
export async function provision(isStrict: boolean): Promise<0 | 1> {
  const stream = process.stderr
  const nowMs = (): number => performance.now()
  const display = openProgress({ stream, isTerminal: stream.isTTY, nowMs })
  const status = await provisionTensorFlow(provisionDefaults((progress) => display.update(progress)))
  display.stop()
  if (status.isReady) return 0
  stream.write(
    `recheck: installed without TensorFlow, so training is not available yet.\n  ${status.reason}\n  ${status.remedy}\n`,
  )
  return isStrict ? 1 : 0
}
