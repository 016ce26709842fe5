import { availableParallelism, totalmem } from 'node:os'
import type { Compilation } from '../../core/graph/graphBuilder.ts'
import type { ModelConfig } from '../../core/model/config/modelConfig.ts'
import type { ParameterValues } from '../../core/model/parameterValues.ts'
import { storedParameters, type WeightStorage } from '../../core/model/weightStorage.ts'
import type { Sampler } from '../../core/sampling/sampler.ts'
import type { RunConfig } from '../../shared/config/parseConfig.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { FollowCompiling } from '../host/tensorflow/xla/compileWatch.ts'
import { readTensorFlowStatus } from '../host/tensorflow/status.ts'
import { tidyXlaCache, xlaCacheFolder } from '../host/tensorflow/xla/compiledFunctions.ts'

/**
 * Of the machine's memory, not of what happens to be free: a resumed run has to decode in the same batches.
 */
const kvShareOfMemory = 1 / 8

/** What the config asks for. */
export type SamplerConfig = Pick<RunConfig, 'sampler' | 'xla' | 'device'>

/** The sampler of a run on this machine. */
export type SamplerChoice =
  | { readonly kind: 'onnx' }
  | {
      readonly kind: 'graph'
      readonly compilation: Compilation
      /** Why it is not compiled though it might be; null where nobody asked or it is. */
      readonly whyNotCompiled: string | null
    }

/**
 * On a card the sampler stands in the training graph: ONNX Runtime would sample on the processor while the
 * card waits, on weights that are copied there after every update. On a processor ONNX Runtime is faster
 * (bench/RESULTS.md).
 *
 * @throws RecheckError `sampler.no-xla` where XLA was asked for and does not compile
 */
export async function chooseSampler({ sampler, xla, device }: SamplerConfig): Promise<SamplerChoice> {
  if (sampler === 'onnx') return { kind: 'onnx' }
  if (sampler === 'auto' && (device === 'cpu' || !mayHaveCard())) return { kind: 'onnx' }
  const { startTensorflow } = await import('../host/tensorflow/backend.ts')
  const { kind } = await startTensorflow()
  if (sampler === 'auto' && kind === 'cpu') return { kind: 'onnx' }
  const isAskedFor = xla === 'on' || (xla === 'auto' && kind === 'cuda')
  if (!isAskedFor) return { kind: 'graph', compilation: 'never', whyNotCompiled: null }
  const { whyNoXla } = await import('../host/tensorflow/xla/whyNoXla.ts')
  tidyCompiled()
  const reason = whyNoXla()
  if (reason !== null && xla === 'on') {
    throw new RecheckError(
      'sampler.no-xla',
      `xla=on, but XLA does not compile here: ${reason}. xla=auto or xla=off samples without it.`,
    )
  }
  const compilation = xla === 'on' ? 'at-once' : 'in-background'
  return { kind: 'graph', compilation: reason === null ? compilation : 'never', whyNotCompiled: reason }
}

/** What XLA keeps for later processes may grow no further. */
function tidyCompiled(): void {
  const status = readTensorFlowStatus()
  if (status?.isReady === true) tidyXlaCache(xlaCacheFolder(status))
}

/** Looked up without loading TensorFlow, which sampling on a processor does not need. */
function mayHaveCard(): boolean {
  const status = readTensorFlowStatus()
  return status?.isReady === true && status.variant !== 'cpu'
}

/** Whether the trainer of this run brings its sampler along. */
export async function samplesInTraining(
  config: SamplerConfig & Pick<RunConfig, 'capture'>,
): Promise<boolean> {
  return config.capture && (await chooseSampler(config)).kind === 'graph'
}

/** For people, in one line. */
export function nameOfSampler(choice: SamplerChoice): string {
  if (choice.kind === 'onnx') return 'sampler: ONNX Runtime'
  if (choice.compilation === 'at-once') return 'sampler: training graph, compiled by XLA'
  if (choice.compilation === 'in-background')
    return 'sampler: training graph, node by node until XLA has compiled it'
  const why = choice.whyNotCompiled === null ? '' : ` (XLA does not compile: ${choice.whyNotCompiled})`
  return `sampler: training graph, node by node${why}`
}

export interface OpenOptions {
  /** What the weights are rounded to; ONNX Runtime multiplies them as 32-bit floats. */
  readonly storedAs?: WeightStorage
  readonly followCompiling?: FollowCompiling | undefined
}

/**
 * A sampler on its own copy of a model's parameters. Natives are loaded here and not before.
 *
 */
export async function openSampler(
  config: ModelConfig,
  parameters: ParameterValues,
  wanted: SamplerConfig,
  { storedAs = 'f32', followCompiling }: OpenOptions = {},
): Promise<Sampler> {
  const choice = await chooseSampler(wanted)
  if (choice.kind === 'graph') {
    const { createGraphSampler } = await import('../host/tensorflow/session/graphSampler.ts')
    return createGraphSampler(
      { config, parameters, storedAs },
      {
        kvMemoryBytes: kvMemoryBytes(),
        compilation: choice.compilation,
        followCompiling,
      },
    )
  }
  const { createOnnxSampler } = await import('../host/onnx/sampler.ts')
  return createOnnxSampler({
    config,
    parameters: storedParameters(config, parameters, storedAs),
    threads: availableParallelism(),
    kvMemoryBytes: kvMemoryBytes(),
  })
}

/** What the sampler's caches may take on this machine. */
export function kvMemoryBytes(): number {
  return Math.min(4e9, Math.max(256e6, totalmem() * kvShareOfMemory))
}
