import { readFile } from 'node:fs/promises'

/**
 * Whether this processor has AVX-512, without which oneDNN multiplies no bf16: TensorFlow then multiplies in 32 bits and
 * cuts the result off where oneDNN rounds it to the nearest (`recordedOps.test.ts` holds both).
 */
export async function hasAvx512(): Promise<boolean> {
  return /^flags\s*:.*\bavx512f\b/m.test(await readFile('/proc/cpuinfo', 'utf8'))
}
