import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { TrainerState } from './trainer.ts'

/**
 * @throws RecheckError `trainer.state` unless every parameter of the model has a value and moments of its
 *   shape
 */
export function requireState(
  state: TrainerState,
  model: ReadonlyMap<string, { readonly shape: readonly number[] }>,
): void {
  const kinds = ['parameters', 'firstMoments', 'secondMoments'] as const
  for (const kind of kinds) {
    for (const [name, { shape }] of model) {
      const given = state[kind].get(name)
      if (given?.shape.join() === shape.join()) continue
      throw new RecheckError(
        'trainer.state',
        `${kind} of "${name}": the model needs shape [${shape.join()}], ` +
          `got ${given === undefined ? 'none' : `[${given.shape.join()}]`}. Is this the state of another model?`,
      )
    }
  }
}

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
