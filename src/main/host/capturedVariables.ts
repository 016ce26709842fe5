import { RecheckError } from '../../shared/recheckError.ts'
import type { ParameterKind } from '../../core/train/graphVariables.ts'
import { variableNames } from '../../core/train/graphVariables.ts'
import type { ParameterValues } from '../../core/model/parameterValues.ts'
import type { GraphSession } from './graphSession.ts'

/** Writes all variables of a kind; names and shapes must be those of the model. */
export function writeVariables(
  session: GraphSession,
  kind: ParameterKind,
  values: ParameterValues,
  model: ParameterValues,
): void {
  const feeds = [...model].map(([name, { shape }]) => {
    const given = values.get(name)
    if (given?.shape.join() !== shape.join()) {
      throw new RecheckError(
        'trainer.state',
        `${kind} of "${name}": the model needs shape [${shape.join()}], ` +
          `got ${given === undefined ? 'none' : `[${given.shape.join()}]`}. Is this the state of another model?`,
      )
    }
    return { node: variableNames.value(kind, name), shape, values: given.values }
  })
  session.run(feeds, [variableNames.writeAll(kind)])
}

/** Reads all variables of a kind. */
export function readVariables(
  session: GraphSession,
  kind: ParameterKind,
  model: ParameterValues,
): ParameterValues {
  const names = [...model.keys()]
  const read = session.run(
    [],
    names.map((name) => variableNames.read(kind, name)),
  )
  return new Map(
    [...model].map(([name, { shape }], i) => [name, { shape, values: Float32Array.from(read[i] ?? []) }]),
  )
}
