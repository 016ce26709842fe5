import type { VariableKind } from '../../../../core/train/engine/graphVariables.ts'
import { moveNames, movedPlace } from '../../../../core/train/engine/variableMoves.ts'
import type { ParameterValue, ParameterValues } from '../../../../core/model/parameterValues.ts'
import type { FrozenModel } from '../../../../core/train/engine/modelVariables.ts'
import { baseForms, mergedList, scaleName } from '../../../../core/train/engine/modelVariables.ts'
import { channelAxis, quantize, storageOf, withinHalves } from '../../../../core/model/weightStorage.ts'
import { sizeOf } from '../../../../core/model/parameterTable.ts'
import { freeArray } from '../../../../core/model/freeArray.ts'
import type { Feed, GraphSession } from './graphSession.ts'

/**
 * Writes variables of a kind one after another, as their values are asked for. @param names of the kind, in
 * its order
 */
export function writeVariables(
  session: GraphSession,
  kind: VariableKind,
  names: readonly string[],
  values: ParameterValues,
): void {
  names.forEach((name, place) => {
    const value = values.get(name)
    if (value !== undefined) writeFloats(session, kind, place, value)
  })
}

/**
 * Writes a frozen model into the `base` variables of its forms, one tensor after another.
 *
 * @throws RecheckError `checkpoint.beyond-f16`
 */
export function writeFrozenModel(session: GraphSession, { config, parameters, storedAs }: FrozenModel): void {
  const places = new Map([...baseForms(config, parameters, storedAs).keys()].map((name, i) => [name, i]))
  const placeOf = (name: string) => places.get(name) ?? Number.NaN
  for (const [name, parameter] of parameters) {
    const storage = storageOf(name, parameter.shape, storedAs ?? 'f32')
    const { shape } = parameter
    if (storage === 'int8') {
      const axis = channelAxis(config, name)
      const { levels, scales } = quantize(parameter, axis)
      writeBytes(session, 'base', placeOf(name), { shape, bytes: new Uint8Array(levels.buffer) })
      freeArray(levels)
      const scaleShape = axis === 0 ? [scales.length, 1] : [1, scales.length]
      writeFloats(session, 'base', placeOf(scaleName(name)), { shape: scaleShape, values: scales })
      continue
    }
    const halves = storage === 'f32' ? undefined : parameter.halves
    if (halves !== undefined && halves.format.toLowerCase() === storage) {
      // the file's own bytes, with no 32-bit copy
      writeBytes(session, 'base', placeOf(name), { shape: [...shape, 2], bytes: halves.bytes })
      if (parameter.isMadeAnew === true) freeArray(halves.bytes)
    } else if (storage === 'f16') writeFloats(session, 'base', placeOf(name), withinHalves(name, parameter))
    else writeFloats(session, 'base', placeOf(name), parameter)
  }
}

/** Writes one variable from 32-bit floats, which it copies. */
export function writeFloats(
  session: GraphSession,
  kind: VariableKind,
  place: number,
  parameter: ParameterValue,
): void {
  const { floats, wroteFloats } = moveNames(kind)
  const { shape, values } = parameter
  session.run([placeFeed(place), { node: floats, shape, values }], [wroteFloats])
  if (parameter.isMadeAnew === true) freeArray(values)
}

/** Writes one variable of a smaller type from the bytes of its elements. @param shape of the bytes */
export function writeBytes(
  session: GraphSession,
  kind: VariableKind,
  place: number,
  { shape, bytes }: { readonly shape: readonly number[]; readonly bytes: Uint8Array },
): void {
  const names = moveNames(kind)
  session.run([placeFeed(place), { node: names.bytes, shape, values: bytes }], [names.wroteBytes])
}

/** Writes zeros into all variables of a kind, one after another. @param shapes of the kind, in its order */
export function zeroVariables(
  session: GraphSession,
  kind: VariableKind,
  shapes: ReadonlyMap<string, { readonly shape: readonly number[] }>,
): void {
  const names = moveNames(kind)
  ;[...shapes.values()].forEach(({ shape }, place) => {
    const ofShape = { node: names.shape, shape: [shape.length], values: Int32Array.from(shape) }
    session.run([placeFeed(place), ofShape], [names.wroteZeros])
  })
}

function placeFeed(place: number): Feed {
  return { node: movedPlace, shape: [], values: Int32Array.of(place) }
}

interface ViewOptions {
  /** Beside those that pick the variable. */
  readonly feeds?: readonly Feed[]
  /** As long as they are not, zeros are read. */
  readonly isThere?: () => boolean
}

/**
 * Variables, or what a graph makes of them (`addReading`), each read when its values are asked for: of the
 * moment then, in a new array.
 */
export function viewVariables(
  session: GraphSession,
  list: string,
  shapes: ReadonlyMap<string, { readonly shape: readonly number[] }>,
  { feeds = [], isThere = () => true }: ViewOptions = {},
): ParameterValues {
  const { read } = moveNames(list)
  return new Map(
    [...shapes].map(([name, { shape }], place): [string, ParameterValue] => {
      const part = (first: number, count: number) => {
        if (!isThere()) return new Float32Array(count === -1 ? sizeOf(shape) - first : count)
        const [values] = session.run([placeFeed(place), ...partFeeds(list, first, count), ...feeds], [read])
        if (values instanceof Float32Array) return values
        throw new RangeError(`${list}: "${name}" was not read as 32-bit floats`)
      }
      // what is made of several variables would be made anew for each part
      return [name, viewed(part, shape, list !== mergedList)]
    }),
  )
}

function viewed(
  read: (first: number, count: number) => Float32Array,
  shape: readonly number[],
  isReadInParts: boolean,
): ParameterValue {
  const whole = {
    shape,
    isMadeAnew: true,
    get values() {
      return read(0, -1)
    },
  }
  const [, columns = 1] = shape
  if (!isReadInParts || shape.length !== 2) return whole
  return {
    shape,
    isMadeAnew: true,
    get values() {
      return whole.values
    },
    rows: (first, count) => read(first * columns, count * columns),
  }
}

function partFeeds(list: string, first: number, count: number): Feed[] {
  const names = moveNames(list)
  return [
    { node: names.first, shape: [1], values: Int32Array.of(first) },
    { node: names.count, shape: [1], values: Int32Array.of(count) },
  ]
}
