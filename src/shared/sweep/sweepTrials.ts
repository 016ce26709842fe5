import { layerAt, mergeConfigs, requireKnownPath, type ConfigLayer } from '../config/layers.ts'
import { parseConfig, type RunConfig } from '../config/parseConfig.ts'
import { findPreset } from '../config/presets.ts'
import { RecheckError } from '../errors/recheckError.ts'
import { canonicalJson } from '../text/canonicalJson.ts'
import type { Distribution, SweepSpec } from './sweepSpec.ts'

/** One setting of the varied fields. */
export interface SweepPoint {
  readonly label: string
  /** By dotted path; empty for named points, whose label says what they are. */
  readonly values: Readonly<Record<string, unknown>>
  readonly layer: ConfigLayer
}

/** One run of the sweep. */
export interface Trial {
  readonly point: SweepPoint
  readonly seed: number
  /** The run's name, unlike any other trial's of the sweep. */
  readonly name: string
  readonly config: RunConfig
}

/** A sweep with everything that it consists of. */
export interface Sweep {
  readonly spec: SweepSpec
  readonly points: readonly SweepPoint[]
  readonly trials: readonly Trial[]
}

export const mostTrials = 2000

/** A stream of uniform numbers in [0, 1). */
type NextFloat = () => number

/**
 * The sweep of a spec, every config checked.
 *
 * @param randomOf  uniform numbers of a seed, for random sweeps
 * @throws RecheckError `sweep.invalid`, `config.*` naming the trial
 */
export function sweepOf(spec: SweepSpec, randomOf: (seed: number) => NextFloat): Sweep {
  const points = sweepPoints(spec, randomOf)
  return { spec, points, trials: sweepTrials(spec, points) }
}

/**
 * @param randomOf  uniform numbers of a seed, for random sweeps
 * @throws RecheckError `sweep.invalid`
 */
export function sweepPoints(spec: SweepSpec, randomOf: (seed: number) => NextFloat): readonly SweepPoint[] {
  if (spec.points !== undefined)
    return Object.entries(spec.points).map(([label, layer]) => ({ label, values: {}, layer: nested(layer) }))
  const settings = spec.grid !== undefined ? gridSettings(spec.grid) : randomSettings(spec, randomOf)
  return settings.map((values) => ({ label: labelOf(values), values, layer: layerOf(values) }))
}

function gridSettings(grid: NonNullable<SweepSpec['grid']>): Record<string, unknown>[] {
  const size = Object.values(grid).reduce((product, values) => product * values.length, 1)
  if (size > mostTrials) throw tooMany(size)
  return Object.entries(grid).reduce<Record<string, unknown>[]>(
    (settings, [path, values]) =>
      settings.flatMap((setting) => values.map((value) => ({ ...setting, [path]: value }))),
    [{}],
  )
}

function randomSettings(
  { random }: SweepSpec,
  randomOf: (seed: number) => NextFloat,
): Record<string, unknown>[] {
  if (random === undefined) return []
  const next = randomOf(random.seed)
  return Array.from({ length: random.trials }, () =>
    Object.fromEntries(Object.entries(random.fields).map(([path, each]) => [path, drawn(each, next())])),
  )
}

/** Four significant digits: a label shows what was run. */
function drawn(distribution: Distribution, uniform: number): unknown {
  if ('choice' in distribution) return distribution.choice[Math.floor(uniform * distribution.choice.length)]
  const isLog = 'logUniform' in distribution
  const [low, high] = isLog ? distribution.logUniform : distribution.uniform
  const value = isLog ? low * (high / low) ** uniform : low + (high - low) * uniform
  return Number(value.toPrecision(4))
}

/** `learningRate=0.0001 · revisionBonus=1`, with whole paths. */
export function labelOf(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([path, value]) => `${path}=${typeof value === 'string' ? value : canonicalJson(value)}`)
    .join(' · ')
}

function layerOf(values: Readonly<Record<string, unknown>>): ConfigLayer {
  return mergeConfigs(
    ...Object.entries(values).map(([path, value]) => {
      requireKnownPath(path, 'sweep')
      return layerAt(path.split('.'), value)
    }),
  )
}

/** A layer as it is written in a sweep: fields by dotted path, as a grid names them, or nested as in a config. */
function nested(layer: ConfigLayer): ConfigLayer {
  const entries = Object.entries(layer)
  const isPath = ([key]: [string, unknown]): boolean => key.includes('.')
  return mergeConfigs(
    Object.fromEntries(entries.filter((entry) => !isPath(entry))),
    layerOf(Object.fromEntries(entries.filter(isPath))),
  )
}

/**
 * Every trial, seed by seed, so that a sweep that is cut short has compared all points alike. Each config is
 * checked here, before anything runs.
 *
 * @throws RecheckError `sweep.invalid`, `config.*` naming the trial
 */
export function sweepTrials(spec: SweepSpec, points: readonly SweepPoint[]): readonly Trial[] {
  if (points.length * spec.seeds.length > mostTrials) throw tooMany(points.length * spec.seeds.length)
  const base = spec.preset === undefined ? {} : findPreset(spec.preset).config
  const steps: ConfigLayer = spec.halving === undefined ? {} : { steps: spec.halving.steps[0] }
  const trials = spec.seeds.flatMap((seed) =>
    points.map((point) => {
      const name = `${shortLabel(point.label)} · seed ${seed}`
      const layers = mergeConfigs(base, nested(spec.config), point.layer, steps, { seed, name })
      return { point, seed, name, config: parseConfig(layers, `trial "${name}"`) }
    }),
  )
  const names = new Set(trials.map(({ name }) => name))
  if (names.size < trials.length)
    throw new RecheckError('sweep.invalid', 'the sweep has the same trial twice: two points have one label.')
  for (const { config, name } of spec.halving === undefined ? [] : trials)
    if (config.optimizer.schedule !== 'constant')
      throw new RecheckError(
        'sweep.invalid',
        `trial "${name}": halving extends runs, which changes the rate of schedule "${config.optimizer.schedule}". Set optimizer.schedule to constant, or leave halving out.`,
      )
  return trials
}

/** A run's name has room for 200 characters; what is cut stays distinct by a number where needed. */
function shortLabel(label: string): string {
  return label.length <= 160 ? label : `${label.slice(0, 159)}…`
}

function tooMany(trials: number): RecheckError {
  return new RecheckError(
    'sweep.invalid',
    `the sweep has ${trials} trials; at most ${mostTrials} are taken. Vary fewer values or seeds.`,
  )
}
