import { RecheckError } from '../../../shared/recheckError.ts'
import type { ParameterValues } from '../../model/parameterValues.ts'
import type { TrainerState } from './trainer.ts'

/** @throws RecheckError `trainer.state` unless every parameter of the model has a value and moments of its shape */
export function requireState(state: TrainerState, model: ParameterValues): void {
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
