import { availableParallelism } from 'node:os'
import { disposeTensors, tensorsOf } from '../../../core/model/parameterTensors.ts'
import type { ParameterValues } from '../../../core/model/parameterValues.ts'
import type { ModelConfig } from '../../../core/model/config/modelConfig.ts'
import type { Tokenizer } from '../../../core/tokens/tokenizer.ts'
import { EagerSampler } from '../../../core/sampling/eagerSampler.ts'
import type { Sampler } from '../../../core/sampling/sampler.ts'
import type { ModelFolder } from '../model/modelFolder.ts'
import { openModelFolder, readParameters } from '../model/modelFolder.ts'
import { loadTokenizer } from '../model/hubTokenizer.ts'
import { loadTensors } from '../model/loadTensors.ts'
import { startTensorflow } from '../tensorflow/backend.ts'

export const samplerKinds = ['onnx', 'graph', 'op-by-op'] as const
export type SamplerKind = (typeof samplerKinds)[number]

/** A model folder ready to write text. */
export interface OpenModel {
  readonly config: ModelConfig
  readonly tokenizer: Tokenizer
  readonly sampler: Sampler
  /** What of the folder is not read, or not as it is written; sentences for people. */
  readonly notices: readonly string[]
  close(): Promise<void>
}

/** For one conversation at a time; a training run has its own budget. */
const kvMemoryBytes = 512 << 20

/**
 * @param given  weights in place of those of the folder, of the same shapes
 * @throws RecheckError all of `openModelFolder` and `loadTokenizer`
 */
export async function openModel(
  folder: string,
  kind: SamplerKind,
  given?: ParameterValues,
): Promise<OpenModel> {
  const checkpoint = await openModelFolder(folder)
  const tokenizer = await loadTokenizer(folder)
  const { config, notices } = checkpoint
  switch (kind) {
    case 'onnx': {
      const { createOnnxSampler } = await import('./sampler.ts')
      const parameters = given ?? (await readParameters(checkpoint))
      const sampler = await createOnnxSampler({
        config,
        parameters,
        kvMemoryBytes,
        threads: availableParallelism(),
      })
      return { config, tokenizer, sampler, notices, close: () => sampler.dispose() }
    }
    case 'graph': {
      await startTensorflow()
      const { createGraphSampler } = await import('../tensorflow/session/graphSampler.ts')
      const parameters = await readParameters(checkpoint)
      const sampler = createGraphSampler({ config, parameters }, { kvMemoryBytes, compilation: 'never' })
      return { config, tokenizer, sampler, notices, close: () => sampler.dispose() }
    }
    case 'op-by-op': {
      const { sampler, close } = await openEagerSampler(checkpoint, given)
      return { config, tokenizer, sampler, notices, close }
    }
  }
}

async function openEagerSampler(
  checkpoint: ModelFolder,
  given: ParameterValues | undefined,
): Promise<{ sampler: Sampler; close(): Promise<void> }> {
  await startTensorflow()
  const { tensorflowOps } = await import('../tensorflow/ops.ts')
  const parameters = given === undefined ? await loadTensors(checkpoint) : tensorsOf(given)
  const model = { config: checkpoint.config, parameters, ops: tensorflowOps() }
  const sampler = new EagerSampler({ model, maxRows: 32 })
  return {
    sampler,
    close: async () => {
      await sampler.dispose()
      disposeTensors(parameters)
    },
  }
}
