import { RecheckError } from '../../../shared/recheckError.ts'

/** @throws RecheckError `trainer.not-finite`; called before anything of an update is applied */
export function requireFinite(what: 'loss' | 'gradient norm', value: number): void {
  if (Number.isFinite(value)) return
  throw new RecheckError(
    'trainer.not-finite',
    `The ${what} of this update is ${value}, so it was not applied; parameters and optimizer are as before. ` +
      'The updates before it have made the weights too large, or the settings of the loss are too strong.',
    { what, value: String(value) },
  )
}
