import type { ParameterKind } from '../../../core/train/engine/graphVariables.ts'
import { variableNames } from '../../../core/train/engine/graphVariables.ts'
import type { ParameterValues } from '../../../core/model/parameterValues.ts'
import type { GraphSession } from './graphSession.ts'

/** Writes all variables of a kind, of a model's names and shapes. */
export function writeVariables(session: GraphSession, kind: ParameterKind, values: ParameterValues): void {
  const feeds = [...values].map(([name, { shape, values: numbers }]) => ({
    node: variableNames.value(kind, name),
    shape,
    values: numbers,
  }))
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
