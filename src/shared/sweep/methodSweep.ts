import { mergeConfigs, type ConfigLayer } from '../config/layers.ts'
import { comparedMethods, methodLayer, type ComparedMethod } from '../config/methods.ts'
import { presetConfig } from '../config/presets.ts'
import { RecheckError } from '../errors/recheckError.ts'
import { formatCount } from '../text/format.ts'
import { parseSweep, type SweepSpec } from './sweepSpec.ts'

/** A comparison of methods as a person asks for it. */
export interface MethodComparison {
  /** What all methods share: model, data, template, optimizer. */
  readonly preset: string
  /** Over the preset, for all methods. */
  readonly settings: readonly ConfigLayer[]
  /** Names; the first is what the others are compared with. */
  readonly methods: readonly string[]
  /** Seeds 0 to n − 1. */
  readonly seeds: number
  /** Generated tokens of a run, stage 1 among them. */
  readonly tokens: number
  /** null = from preset and tokens. */
  readonly name: string | null
}

/**
 * The sweep that compares methods at equal generated tokens: one named point a method, with as many rollouts a
 * step each.
 *
 * @throws RecheckError `sweep.invalid` naming the methods there are, `config.*`
 */
export function methodSweep(asked: MethodComparison, source: string): SweepSpec {
  const { preset, settings, methods, seeds, tokens, name } = asked
  const shared: ConfigLayer = mergeConfigs({ optimizer: { schedule: 'constant' } }, ...settings, {
    maxTokens: tokens,
  })
  const { problemsPerStep } = presetConfig(preset, shared)
  return parseSweep(
    {
      name: name ?? `methods · ${preset} · ${formatCount(tokens)} tokens`,
      preset,
      config: shared,
      points: Object.fromEntries(
        chosenMethods(methods).map((method) => [method.label, methodLayer(method, problemsPerStep)]),
      ),
      seeds: Array.from({ length: seeds }, (_, seed) => seed),
    },
    source,
  )
}

function chosenMethods(names: readonly string[]): readonly ComparedMethod[] {
  if (new Set(names).size < names.length)
    throw new RecheckError('sweep.invalid', `--methods: expected each once, got ${names.join(', ')}`)
  return names.map((name) => {
    const method = comparedMethods.find((each) => each.name === name)
    if (method !== undefined) return method
    throw new RecheckError(
      'sweep.invalid',
      `--methods: no method "${name}"; expected some of ${comparedMethods.map((each) => each.name).join(', ')}`,
    )
  })
}
