import type { Tensor, Tensor2D } from '@tensorflow/tfjs'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { forkRandom } from '../random.ts'
import type { AdapterDropout } from './adapterDropout.ts'
import type { ModelConfig } from './config/modelConfig.ts'
import { layerPrefix, parameterShapes } from './parameterTable.ts'
import type { ParameterValue, ParameterValues } from './parameterValues.ts'

/**
 * Low-rank adapters (LoRA, arXiv 2106.09685): y = W·x + (alpha ÷ rank)·B·A·x, where A and B alone are
 * trained.
 */
export interface AdapterShape {
  readonly rank: number
  readonly alpha: number
  /** Modules that have one, by the last part of their name (`q_proj`). */
  readonly targets: readonly string[]
  /** Share of the inputs that was dropped while it was trained; says nothing of what it computes. */
  readonly dropout?: number
}

/** A of one module [r, in] and B [out, r], whichever way the module's own matrix lies. */
export interface LowRankFactors {
  readonly a: Tensor2D
  readonly b: Tensor2D
}

/** An adapter to compute with. */
export interface AdapterTensors {
  /** By module (`model.layers.0.self_attn.q_proj`). */
  readonly modules: ReadonlyMap<string, LowRankFactors>
  /** Scalar: alpha ÷ rank; 0 takes the adapter off. */
  readonly scale: Tensor
  /** Left out: nothing is dropped of what its modules are given. */
  readonly dropout?: AdapterDropout
}

/** The names of a module's two factors, as PEFT has them after its prefix. */
export const factorNames = (module: string) => ({
  a: `${module}.lora_A.weight`,
  b: `${module}.lora_B.weight`,
})

export function adapterScale({ rank, alpha }: AdapterShape): number {
  return alpha / rank
}

/** A linear module that can have an adapter. */
export interface AdaptedModule {
  readonly name: string
  readonly inputs: number
  readonly outputs: number
}

/**
 * The modules that an adapter of these targets changes, in the order of the forward pass.
 *
 * @throws RecheckError `config.invalid` for a target that the model does not have
 */
export function adaptedModules(config: ModelConfig, targets: readonly string[]): AdaptedModule[] {
  const modules = linearModules(config)
  const known = adapterTargets(config)
  const missing = targets.filter((target) => !known.includes(target))
  if (missing.length > 0) {
    throw new RecheckError(
      'config.invalid',
      `model.lora.targets: this model has no ${missing.map((target) => JSON.stringify(target)).join(', ')}; ` +
        `an adapter can be put on ${known.join(', ')}.`,
      { problems: [{ path: 'model.lora.targets', expected: known.join(', '), got: missing.join(', ') }] },
    )
  }
  return modules.filter(({ name }) => targets.includes(lastPart(name)))
}

/** Every target that an adapter on this model can have: `q_proj` …, for GPT-2 `c_attn`, `c_proj`, `c_fc`. */
export function adapterTargets(config: ModelConfig): string[] {
  return [...new Set(linearModules(config).map(({ name }) => lastPart(name)))]
}

/** The linear modules within the layers. */
function linearModules(config: ModelConfig): AdaptedModule[] {
  const prefix = layerPrefix(config, 0).slice(0, -1)
  return [...parameterShapes(config)].flatMap(([parameter, shape]) => {
    if (shape.length !== 2 || !parameter.startsWith(prefix)) return []
    const name = parameter.slice(0, -'.weight'.length)
    const [first, second] = shape as [number, number]
    return [
      config.family === 'gpt2'
        ? { name, inputs: first, outputs: second }
        : { name, inputs: second, outputs: first },
    ]
  })
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1)
}

/** Every factor with its shape, in the order of the forward pass: what an adapter's training changes. */
export function adapterShapes(
  config: ModelConfig,
  { rank, targets }: Pick<AdapterShape, 'rank' | 'targets'>,
): ReadonlyMap<string, readonly [number, number]> {
  return new Map(
    adaptedModules(config, targets).flatMap(({ name, inputs, outputs }) => {
      const { a, b } = factorNames(name)
      return [[a, [rank, inputs]] as const, [b, [outputs, rank]] as const]
    }),
  )
}

/**
 * A new adapter as PEFT begins it: A uniform in ±1/√in (Kaiming with a = √5), B zero, so that the model is as
 * it was. Each factor has a stream of its own: its values depend on seed, name and shape alone.
 */
export function initialAdapter(config: ModelConfig, shape: AdapterShape, seed: number): ParameterValues {
  return new Map(
    [...adapterShapes(config, shape)].map(([name, [rows, columns]]): [string, ParameterValue] => {
      const values = new Float32Array(rows * columns)
      if (name.endsWith('.lora_A.weight')) {
        const random = forkRandom(seed, 'adapter', name)
        const reach = 1 / Math.sqrt(columns)
        for (let i = 0; i < values.length; i++) values[i] = (2 * random.next() - 1) * reach
      }
      return [name, { shape: [rows, columns], values }]
    }),
  )
}

/** Factors by name as an adapter to compute with. */
export function adapterTensors(factors: ReadonlyMap<string, Tensor>, scale: Tensor): AdapterTensors {
  const modules = new Map<string, LowRankFactors>()
  for (const [name, a] of factors) {
    const module = name.replace(/\.lora_A\.weight$/, '')
    if (module === name) continue
    const b = factors.get(factorNames(module).b)
    if (b === undefined) throw new RangeError(`adapter: "${name}" has no second factor`)
    modules.set(module, { a: a as Tensor2D, b: b as Tensor2D })
  }
  return { modules, scale }
}
