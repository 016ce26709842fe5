import { canonicalJson } from '../../../shared/text/canonicalJson.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { listed, quoted } from '../../../shared/text/shortened.ts'
import { describe, isJsonObject, type ConfigFields } from './configFields.ts'
import type { Llama3RopeScaling, RotarySettings } from './modelConfig.ts'

/** Angles are computed in F32, which represents every whole number up to here exactly. */
export const largestPosition = 2 ** 24

/**
 * Published values of θ are 10,000 to 5e10; below 1, later pairs of a head would turn faster than the first.
 */
const thetas = { least: 1, most: 1e15 }
const factors = { least: 1e-3, most: 1e6 }

/** Fields of `rope_parameters` that a rope type reads; `type` is the old name of `rope_type`. */
const fieldsOfType: ReadonlyMap<string, readonly string[]> = new Map([
  ['default', ['rope_type', 'type', 'rope_theta', 'partial_rotary_factor']],
  [
    'llama3',
    [
      'rope_type',
      'type',
      'rope_theta',
      'partial_rotary_factor',
      'factor',
      'low_freq_factor',
      'high_freq_factor',
      'original_max_position_embeddings',
    ],
  ],
])

/**
 * Rotary settings in any of the places Hugging Face has kept them: `rope_parameters` (transformers ≥ 5), or
 * top-level `rope_theta` with `rope_scaling` (whose type is `rope_type`, or `type` in old files). What stands
 * in more than one of them has to agree: which one counts depends on the program.
 *
 * @throws RecheckError `config.rope-type` for anything but `default` and `llama3`, `config.contradiction`,
 *   `config.invalid`
 */
export function readRotarySettings(fields: ConfigFields, maxPositions: number): RotarySettings {
  const places = ropePlaces(fields)
  const types = places.map(readType)
  requireAgreement(
    places,
    types.map((each) => quoted(each)),
    'the rope type',
  )
  const [rope] = places
  const [type = 'default'] = types
  const theta = readTheta(fields, places)
  for (const place of [fields, ...places]) refusePartialRotation(place)
  fields.count('original_max_position_embeddings', maxPositions, largestPosition)
  for (const place of places) checkFieldsOfType(place, type)
  if (rope === undefined || type === 'default') return { theta, scaling: null }
  const scalings = places.map((place) => readLlama3Scaling(place, fields, maxPositions))
  requireAgreement(places, scalings.map(canonicalJson), 'llama3 scaling')
  return { theta, scaling: scalings[0] ?? null }
}

/** `rope_parameters` and `rope_scaling`, those that say something. */
function ropePlaces(fields: ConfigFields): readonly ConfigFields[] {
  return ['rope_parameters', 'rope_scaling'].flatMap((name) => {
    const rope = fields.object(name)
    return rope === null || rope.names().length === 0 ? [] : [rope]
  })
}

function readType(rope: ConfigFields): string {
  const nested = rope.names().filter((name) => isJsonObject(rope.raw(name)))
  if (nested.length > 0) {
    throw new RecheckError(
      'config.rope-type',
      `${rope.file}: holds settings for each kind of layer (${listed(nested)}), which Llama, Qwen2 and Qwen3 do not have. ` +
        'Write the settings of "full_attention" in its place.',
    )
  }
  const type = rope.text('rope_type', rope.text('type', 'default'))
  if (type === rope.text('type', type)) return type
  throw rope.contradiction(['rope_type', 'type'])
}

/** θ stands at the top level or beside the type; 10,000 where it stands nowhere, as in transformers. */
function readTheta(fields: ConfigFields, places: readonly ConfigFields[]): number {
  const found = [fields, ...places].filter((place) => place.has('rope_theta'))
  const thetasFound = found.map((place) => place.number('rope_theta', thetas))
  requireAgreement(found, thetasFound.map(String), '"rope_theta"')
  return thetasFound[0] ?? 10000
}

/** @throws RecheckError `config.contradiction` where two places say different things */
function requireAgreement(places: readonly ConfigFields[], values: readonly string[], what: string): void {
  const other = values.findIndex((value) => value !== values[0])
  const [first, second] = [places[0], places[other]]
  if (first === undefined || second === undefined || other < 0) return
  throw new RecheckError(
    'config.contradiction',
    `${first.file} and ${second.file} disagree: ${what} is ${values[0]} in the one and ` +
      `${values[other]} in the other. Remove the one that is wrong.`,
  )
}

/** Refuses a rotation of a part of each head, wherever it is asked for. */
function refusePartialRotation(place: ConfigFields): void {
  if (place.number('partial_rotary_factor', { least: 0, most: 1 }, 1) === 1) return
  throw new RecheckError(
    'config.rope-type',
    `${place.file}: "partial_rotary_factor" must be 1, got ${describe(place.raw('partial_rotary_factor'))}`,
  )
}

/** A field that the type does not read would be ignored, while its author expected an effect. */
function checkFieldsOfType(rope: ConfigFields, type: string): void {
  const known = fieldsOfType.get(type)
  if (known === undefined) {
    throw new RecheckError(
      'config.rope-type',
      `${rope.file}: unknown rope type ${quoted(type)}. Known: ${[...fieldsOfType.keys()].join(', ')}`,
    )
  }
  const unread = rope.names().filter((name) => rope.has(name) && !known.includes(name))
  if (unread.length === 0) return
  throw new RecheckError(
    'config.rope-type',
    `${rope.file}: rope type "${type}" does not use ${listed(unread)}. Is the type right? If so, remove what it does not use.`,
  )
}

function readLlama3Scaling(
  rope: ConfigFields,
  config: ConfigFields,
  maxPositions: number,
): Llama3RopeScaling {
  const places = [config, rope].filter((place) => place.has('original_max_position_embeddings'))
  const lengths = places.map((place) =>
    place.count('original_max_position_embeddings', undefined, largestPosition),
  )
  requireAgreement(places, lengths.map(String), '"original_max_position_embeddings"')
  const scaling = {
    factor: rope.number('factor', factors),
    lowFrequencyFactor: rope.number('low_freq_factor', factors),
    highFrequencyFactor: rope.number('high_freq_factor', factors),
    originalMaxPositions: lengths[0] ?? maxPositions,
  }
  if (scaling.highFrequencyFactor <= scaling.lowFrequencyFactor) {
    throw rope.invalid('high_freq_factor', `> low_freq_factor (${scaling.lowFrequencyFactor})`)
  }
  return scaling
}
