import type { EnvironmentVariables } from './paths.ts'
import type { MemoryRoom } from './freeMemory.ts'
import { runProgram } from '../provision/fetch.ts'

const mebibyte = 2 ** 20

/**
 * Memory of the card that TensorFlow takes: the first one that is visible. Null where nvidia-smi does not run
 * or lists none. No CUDA library is loaded for it.
 */
export async function cardMemory(
  environment: EnvironmentVariables = process.env,
): Promise<MemoryRoom | null> {
  const [first] = (environment['CUDA_VISIBLE_DEVICES'] ?? '0').split(',')
  const args = [
    '--query-gpu=memory.free,memory.total',
    '--format=csv,noheader,nounits',
    `--id=${first ?? '0'}`,
  ]
  const { code, output } = await runProgram('nvidia-smi', args, environment)
  const [free, total] = (output.trim().split('\n')[0] ?? '').split(', ').map(Number)
  if (code !== 0 || free === undefined || total === undefined || Number.isNaN(free + total)) return null
  return { freeBytes: free * mebibyte, totalBytes: total * mebibyte }
}
